/** A customer's link: the proposal, and the token that opens it. */
export type PortalLink = { readonly proposalId: string; readonly token: string };

/**
 * Reads a link from an address, also from what mail programs make of one: a fragment's `#` encoded once or twice (Outlook's
 * Safe Links: https://github.com/Skyfay/SkySend/issues/68), a line broken in the middle, whatever follows it.
 * `address` is all of it that follows the host. Null where there is no token.
 */
export function readLink(address: string): PortalLink | null {
  const found = tokenAfter(/^\/proposal\/(\d+)/, address);
  return found && { proposalId: found.place, token: found.token };
}

/** What a mail about an account links to. */
export type AccountLink = { readonly kind: 'invitation' | 'reset'; readonly token: string };

/** Reads a link of a mail about an account, as `readLink` does. */
export function readAccountLink(address: string): AccountLink | null {
  const found = tokenAfter(/^\/staff\/(invitation|reset)/, address);
  // Sound: the pattern has these two.
  return found && { kind: found.place as AccountLink['kind'], token: found.token };
}

/** The token in the fragment of an address, and what the pattern captures of the path before. */
function tokenAfter(path: RegExp, address: string): { place: string; token: string } | null {
  const text = decode(address);
  const [all = '', place] = path.exec(text) ?? [];
  const [, token = ''] = /^\/?(?:\?[^#]*)?#(?:.*&)?token=([\w.-]*)/.exec(text.slice(all.length)) ?? [];
  const bare = token.replace(/\.+$/, ''); // the full stop of its sentence
  return place && bare ? { place, token: bare } : null;
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
