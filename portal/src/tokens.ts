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
 * Takes a portal link's token out of the address bar, before anything can read or remember it there. Returns whether
 * there was one.
 */
export function takeLinkToken(): boolean {
  const [, proposalId] = /^\/proposal\/(\d+)\/?$/.exec(location.pathname) ?? [];
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!proposalId || !token) return false;
  write(linkKey(proposalId), token);
  history.replaceState(null, '', location.pathname + location.search);
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
