import { readLink } from './link.ts';

// Tokens live in this tab's session storage: they survive the trip to Stripe and back, but not the tab. If a browser
// refuses storage, they last until the customer leaves the page.

const memory = new Map<string, string>();

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(key: string, token: string | null): void {
  if (token === null) memory.delete(key);
  else memory.set(key, token);
  try {
    if (token === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, token);
  } catch {
    // Then only memory holds it.
  }
}

const linkKey = (proposalId: string) => `link:${proposalId}`;

/**
 * Takes a portal link's token out of the address bar, before anything can read or remember it there, and leaves the address
 * of the proposal. Returns whether there was one.
 */
export function takeLinkToken(): boolean {
  const link = readLink(location.pathname + location.search + location.hash);
  if (!link) return false;
  write(linkKey(link.proposalId), link.token);
  history.replaceState(null, '', `/proposal/${link.proposalId}${location.search}`);
  return true;
}

export const linkToken = (proposalId: string) => read(linkKey(proposalId));

export const staffToken = () => read('staff');

export const keepStaffToken = (token: string | null) => write('staff', token);

/** Whose token it claims to be. That is enough to distinguish people, but it is not verified. */
export function subjectOf(token: string): string {
  try {
    const [, payload = ''] = token.split('.');
    return String(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))).sub);
  } catch {
    return token;
  }
}
