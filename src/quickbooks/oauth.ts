import * as v from 'valibot';
import { BooksFailure, type BooksTokens } from '../domain/accounting.ts';
import { describeCauses } from '../errors.ts';
import { inSpan } from '../tracing.ts';

/** https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0 */
const [authorizePage, tokenUrl, revokeUrl] = [
  'https://appcenter.intuit.com/connect/oauth2',
  'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
  'https://developer.api.intuit.com/v2/oauth2/tokens/revoke',
];

/** What an app at Intuit is known by. `base` is where a stand-in plays Intuit. */
export type IntuitApp = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly base: string | undefined;
};

const deadlineMs = 15_000;

const Tokens = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    access_token: v.pipe(v.string(), v.minLength(1)),
    expires_in: v.number(),
    refresh_token: v.pipe(v.string(), v.minLength(1)),
    x_refresh_token_expires_in: v.number(),
    x_refresh_token_hard_expires_in: v.optional(v.number()),
  }),
);

const Refusal = v.pipe(v.string(), v.parseJson(), v.object({ error: v.string() }));

export function authorizeUrl({ clientId, redirectUri, base }: IntuitApp, state: string): string {
  const url = new URL(base ? `${base}/connect/oauth2` : authorizePage);
  url.search = String(
    new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      scope: 'com.intuit.quickbooks.accounting',
      redirect_uri: redirectUri,
      state,
    }),
  );
  return String(url);
}

export function exchangeCode(app: IntuitApp, code: string): Promise<BooksTokens> {
  return askForTokens(app, { grant_type: 'authorization_code', code, redirect_uri: app.redirectUri });
}

export function refreshTokens(app: IntuitApp, refreshToken: string): Promise<BooksTokens> {
  return askForTokens(app, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

export async function revokeToken(app: IntuitApp, token: string): Promise<void> {
  const url = app.base ? `${app.base}/v2/oauth2/tokens/revoke` : revokeUrl;
  await post(app, url, 'application/json', JSON.stringify({ token }));
}

async function askForTokens(app: IntuitApp, form: Record<string, string>): Promise<BooksTokens> {
  const url = app.base ? `${app.base}/oauth2/v1/tokens/bearer` : tokenUrl;
  const body = String(new URLSearchParams(form));
  const { status, text } = await post(app, url, 'application/x-www-form-urlencoded', body);
  const tokens = v.safeParse(Tokens, text);
  if (status === 200 && tokens.success) {
    const { output } = tokens;
    const afterSeconds = (seconds: number) => Date.now() + seconds * 1_000;
    const hard = output.x_refresh_token_hard_expires_in;
    return {
      accessToken: output.access_token,
      accessUntil: afterSeconds(output.expires_in),
      refreshToken: output.refresh_token,
      refreshUntil: afterSeconds(output.x_refresh_token_expires_in),
      endsAt: hard === undefined ? null : afterSeconds(hard),
    };
  }
  const refusal = v.safeParse(Refusal, text);
  if (status === 400 && refusal.success && refusal.output.error === 'invalid_grant')
    throw new BooksFailure({ kind: 'lost' }, 'invalid_grant');
  if (status === 429) throw new BooksFailure({ kind: 'throttled' }, '429');
  throw new BooksFailure({ kind: 'unknown' }, `token_${status}`);
}

async function post({ clientId, clientSecret }: IntuitApp, url: string, type: string, body: string) {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  try {
    const response = await inSpan('books', () =>
      fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
          accept: 'application/json',
          'content-type': type,
          'x-include-refresh-token-hard-expires-in': 'true',
        },
        body,
        signal: deadline.signal,
      }),
    );
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    console.error(JSON.stringify({ books: 'no_answer', causes: describeCauses(cause) }));
    throw new BooksFailure({ kind: 'unknown' }, 'no_answer', { cause });
  } finally {
    clearTimeout(timer);
  }
}
