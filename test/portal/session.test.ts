import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answerOf, apiAs } from '../../portal/src/api.ts';
import { Session } from '../../portal/src/staff/session.ts';

// Whose token a request is sent with, and how often, where the API asks for a proof. The API is played.

const tokenOf = (user: number, name: string) => `h.${btoa(JSON.stringify({ sub: String(user), name }))}.s`;

type Asked = { readonly path: string; readonly token: string | null };

let asked: Asked[];
let answer: (asked: Asked) => object | 'proof_required' | 'token_invalid';
let session: Session;
let isAskedFor: boolean;

beforeEach(() => {
  vi.stubGlobal('location', { origin: 'https://portal.example' });
  asked = [];
  isAskedFor = false;
  vi.stubGlobal('fetch', async (input: URL | string, init: RequestInit) => {
    const token = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? null;
    const one = { path: new URL(String(input)).pathname, token };
    asked.push(one);
    const body = answer(one);
    if (typeof body === 'object') return Response.json(body);
    return Response.json({ code: body, detail: '' }, { status: body === 'proof_required' ? 403 : 401 });
  });
  session = new Session(
    () => {},
    (next) => {
      isAskedFor = next;
    },
  );
});

afterEach(() => vi.unstubAllGlobals());

const given = (user: number, name: string) => ({ access_token: tokenOf(user, name), expires_in: 600 });

const rename = () => answerOf(apiAs(session).org.$patch({ json: { name: 'Other' } }));

const renames = () => asked.filter(({ path }) => path === '/org').map(({ token }) => token);

const password = 'correct horse';

test('a request that needs a proof goes on once it was given, and another that waits with it', async () => {
  session.keep(given(1, 'old') as never);
  answer = ({ path, token }) => {
    if (path === '/auth/refresh') return given(1, 'old');
    if (path === '/auth/proof') return given(1, 'proved');
    return token === tokenOf(1, 'proved') ? { name: 'Other' } : 'proof_required';
  };
  const both = [rename(), rename()];
  await vi.waitFor(() => expect(isAskedFor).toBe(true));
  await session.sendProof({ password });
  expect(await Promise.all(both)).toEqual([{ name: 'Other' }, { name: 'Other' }]);
  expect(isAskedFor).toBe(false);
  expect(asked.filter(({ path }) => path === '/auth/proof')).toHaveLength(1);
});

test('what another tab has proved is not asked for again, also where the token had ended', async () => {
  session.keep(given(1, 'old') as never);
  answer = ({ path, token }) => {
    if (path === '/auth/refresh') return given(1, 'proved');
    return token === tokenOf(1, 'proved') ? { name: 'Other' } : 'proof_required';
  };
  await rename();
  expect(isAskedFor).toBe(false);
  session.keep(given(1, 'ended') as never);
  let refreshes = 0;
  answer = ({ path, token }) => {
    if (path === '/auth/refresh') {
      refreshes += 1;
      return given(1, refreshes === 1 ? 'old' : 'proved');
    }
    if (token === tokenOf(1, 'ended')) return 'token_invalid';
    return token === tokenOf(1, 'proved') ? { name: 'Other' } : 'proof_required';
  };
  await rename();
  expect([isAskedFor, refreshes]).toEqual([false, 2]);
});

test('a token that is newer and not proved is asked for a proof', async () => {
  session.keep(given(1, 'old') as never);
  answer = ({ path, token }) => {
    if (path === '/auth/refresh') return given(1, 'newer');
    if (path === '/auth/proof') return given(1, 'proved');
    return token === tokenOf(1, 'proved') ? { name: 'Other' } : 'proof_required';
  };
  const renamed = rename();
  await vi.waitFor(() => expect(isAskedFor).toBe(true));
  await session.sendProof({ password });
  await renamed;
});

test('a user who would not is refused, and may be asked again', async () => {
  session.keep(given(1, 'old') as never);
  answer = ({ path }) => (path === '/auth/refresh' ? given(1, 'old') : 'proof_required');
  for (const _ of ['once', 'again']) {
    const refused = expect(rename()).rejects.toMatchObject({ code: 'proof_required' });
    await vi.waitFor(() => expect(isAskedFor).toBe(true));
    session.cancelProof();
    await refused;
  }
});

test('what one user asked for is never sent as another, who signed in meanwhile', async () => {
  session.keep(given(1, 'old') as never);
  answer = ({ path }) => (path === '/auth/refresh' ? given(1, 'old') : 'proof_required');
  const refused = expect(rename()).rejects.toMatchObject({ code: 'proof_required' });
  await vi.waitFor(() => expect(isAskedFor).toBe(true));
  answer = ({ path }) => (path === '/auth/refresh' ? given(2, 'theirs') : given(2, 'proved'));
  await session.refresh(); // another tab signed them in
  expect(isAskedFor).toBe(false);
  await refused;
  expect(new Set(renames())).toEqual(new Set([tokenOf(1, 'old')]));
});

test('a user whose session ended while they were asked, and who signs in again, has proved it', async () => {
  session.keep(given(1, 'old') as never);
  answer = ({ path }) => (path === '/auth/refresh' ? given(1, 'old') : 'proof_required');
  const renamed = rename();
  await vi.waitFor(() => expect(isAskedFor).toBe(true));
  answer = ({ token }) => (token === null ? 'token_invalid' : { name: 'Other' });
  await session.refresh(); // it has ended
  answer = ({ token }) => (token === null ? given(1, 'again') : { name: 'Other' });
  await session.begin({ email: 'a@example.com', password });
  expect(await renamed).toEqual({ name: 'Other' });
  expect(renames().at(-1)).toBe(tokenOf(1, 'again'));
});
