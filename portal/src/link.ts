/** A customer's link: the proposal, and the token that opens it. */
export type PortalLink = { readonly proposalId: string; readonly token: string };

/**
 * Reads a link from an address, also from what mail programs make of one: a fragment's `#` encoded once or twice (Outlook's
 * Safe Links: https://github.com/Skyfay/SkySend/issues/68), a line broken in the middle, whatever follows it.
 * `address` is all of it that follows the host. Null where there is no token.
 */
export function readLink(address: string): PortalLink | null {
  const [, proposalId, token = ''] =
    /^\/proposal\/(\d+)\/?(?:\?[^#]*)?#(?:.*&)?token=([\w.-]*)/.exec(decode(address)) ?? [];
  const bare = token.replace(/\.+$/, ''); // the full stop of its sentence
  return proposalId && bare ? { proposalId, token: bare } : null;
}

/** What a mail about an account links to. */
export type AccountLink = { readonly kind: 'invitation' | 'reset'; readonly token: string };

/** The same for links of staff's accounts. */
export function readAccountLink(address: string): AccountLink | null {
  const [, kind, token = ''] =
    /^\/staff\/(invitation|reset)\/?(?:\?[^#]*)?#(?:.*&)?token=([\w.-]*)/.exec(decode(address)) ?? [];
  const bare = token.replace(/\.+$/, '');
  return kind && bare ? { kind: kind as AccountLink['kind'], token: bare } : null; // sound: the two that the pattern has
}

/** Without encoding, however often it was encoded, and without white space: a token has neither. */
function decode(address: string): string {
  let text = address;
  for (let time = 0; time < 3; time += 1) {
    try {
      text = decodeURIComponent(text);
    } catch {
      break; // a `%` that encodes nothing
    }
  }
  return text.replace(/\s+/g, '');
}
