import { type AccountLink, readAccountLink, readLink } from './link.ts';

// The tokens of links, and the checkout session that is being paid, live in this tab's session storage: they survive the trip
// to Stripe and back, but not the tab. If a browser refuses storage, they last until the customer leaves the page.

const memory = new Map<string, string>();

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(key: string, value: string | null): void {
  if (value === null) memory.delete(key);
  else memory.set(key, value);
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // Then only memory holds it.
  }
}

const linkKey = (proposalId: string) => `link:${proposalId}`;

/**
 * Takes the token of a link, to a proposal or about an account, out of the address bar, before anything can read or remember it
 * there, and leaves the address of the page. Returns whether there was one.
 */
export function takeLinkToken(): boolean {
  const address = location.pathname + location.search + location.hash;
  const account = readAccountLink(address);
  if (account) {
    write(accountKey(account.kind), account.token);
    history.replaceState(null, '', `/staff/${account.kind}`);
    return true;
  }
  const link = readLink(address);
  if (!link) return false;
  write(linkKey(link.proposalId), link.token);
  history.replaceState(null, '', `/proposal/${link.proposalId}${location.search}`);
  return true;
}

export const linkToken = (proposalId: string) => read(linkKey(proposalId));

const accountKey = (kind: AccountLink['kind']) => `account:${kind}`;

/** The token of a mail about an account, which was opened in this tab. */
export const accountToken = (kind: AccountLink['kind']) => read(accountKey(kind));

/** Once it is of no more use. */
export function forgetAccountToken(): void {
  for (const kind of ['invitation', 'reset'] as const) write(accountKey(kind), null);
}

/** Whom a token about an account is for, and by which org, as it claims. */
export function inviteeOf(token: string | null): { orgName: string | null; email: string | null } {
  const { org_name: orgName, email } = token ? claimsOf(token) : {};
  return {
    orgName: typeof orgName === 'string' ? orgName : null,
    email: typeof email === 'string' ? email : null,
  };
}

const sessionKey = (proposalId: string) => `session:${proposalId}`;

/** The session whose page at Stripe the customer went to from this tab. */
export const lastSession = (proposalId: string) => read(sessionKey(proposalId));

export const keepSession = (proposalId: string, sessionId: string) =>
  write(sessionKey(proposalId), sessionId);

/** Whose token it claims to be. That is enough to distinguish people, but it is not verified. */
export function subjectOf(token: string): string {
  const { sub } = claimsOf(token);
  return sub === undefined ? token : String(sub);
}

/** The org that sent a link, as its token claims; the API has verified a token that it calls expired. */
export function orgOf(token: string | null): string | null {
  const { org_name: name } = token ? claimsOf(token) : {};
  return typeof name === 'string' ? name : null;
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const [, payload = ''] = token.split('.');
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}
