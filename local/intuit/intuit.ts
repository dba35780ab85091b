import { randomBytes, randomInt } from 'node:crypto';
import { Fault, formTypes, IntuitCompany } from './company.ts';

/** What can go wrong with the next calls, one each. */
export const faults = [
  'error_before',
  'error_after',
  'reply_lost',
  'commits_late',
  'throttled',
  'unauthorized',
  'xml',
  'html',
  'token_lost',
  'hang',
] as const;

export type IntuitFault = (typeof faults)[number];

type Request = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Answer =
  | {
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Record<string, string>;
      readonly isText?: true;
    }
  | 'hang'
  | 'lost';

type Grant = { realmId: string; refresh: string; hardEndsAt: number; formerRefresh: string | null };

const [accessSeconds, refreshSeconds] = [3_600, 100 * 24 * 3_600];

/** Intuit may run a call for two minutes, long after the client has given it up. */
const lateMs = 110_000;

/**
 * A stand-in for Intuit: OAuth, and the API of some companies. Refresh tokens rotate at every use, which is stricter than the real
 * one; the one before dies at once, unless `formerTokensLive`. A `requestid` is answered as before, unless `replay` is off or
 * forgets.
 */
export class Intuit {
  readonly companies = new Map<string, IntuitCompany>();
  readonly faults: IntuitFault[] = [];
  /** The same for the next call of a kind: `POST invoice`. */
  readonly planned = new Map<string, IntuitFault>();
  /** How many requests of each kind came: `POST invoice`. */
  readonly requests = new Map<string, number>();
  replay: 'on' | 'off' | 'forgets' = 'on';
  formerTokensLive = false;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly now: () => number;
  readonly #codes = new Map<
    string,
    { realmId: string; redirectUri: string; used: Grant | null; expiresAt: number }
  >();
  readonly #grants: Grant[] = [];
  readonly #access = new Map<string, { grant: Grant; expiresAt: number }>();
  readonly #replies = new Map<string, unknown>();
  readonly #late: { readonly at: number; readonly commit: () => void }[] = [];

  constructor({ clientId = 'local', clientSecret = 'local-secret', now = () => Date.now() } = {}) {
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.now = now;
  }

  addCompany(name: string, realmId = `9130${randomInt(10 ** 12)}`): IntuitCompany {
    const company = new IntuitCompany(realmId, name, this.now);
    this.companies.set(realmId, company);
    return company;
  }

  /** What a person's consent gives the redirect: a code that is good once, for ten minutes. */
  consent(realmId: string, redirectUri: string): string {
    const code = `AB${randomBytes(16).toString('hex')}`;
    this.#codes.set(code, { realmId, redirectUri, used: null, expiresAt: this.now() + 600_000 });
    return code;
  }

  /** What a person does in QuickBooks, or time: nothing opens the company any more. */
  revoke(realmId: string): void {
    for (const grant of this.#grants) if (grant.realmId === realmId) grant.refresh = grant.formerRefresh = '';
    for (const [token, { grant }] of this.#access) if (grant.realmId === realmId) this.#access.delete(token);
  }

  /** Ends the tokens for calls, and not those that get others. */
  expireAccess(): void {
    this.#access.clear();
  }

  /** Commits the calls that were given up on, and whose time has come by now. */
  catchUp(): void {
    while (this.#late[0] && this.#late[0].at <= this.now()) this.#late.shift()?.commit();
  }

  handle(request: Request): Answer {
    this.catchUp();
    const { method, path } = request;
    const url = new URL(path, 'http://intuit');
    const isToken = url.pathname === '/oauth2/v1/tokens/bearer';
    const name = `${method} ${url.pathname.split('/').at(isToken ? -2 : url.pathname.includes('/companyinfo/') ? -2 : -1)}`;
    const fault = this.planned.get(name) ?? this.#nextFault(isToken);
    this.planned.delete(name);
    this.requests.set(name, (this.requests.get(name) ?? 0) + 1);
    switch (fault) {
      case 'hang':
        return 'hang';
      case 'error_before':
        return { status: 500, body: '', isText: true };
      case 'throttled':
        return faultAnswer(429, '3001', 'ThrottleExceeded');
      case 'unauthorized':
        return notLetIn(401, '3200', 'AuthenticationFailed', 'AUTHENTICATION');
      case 'commits_late':
        // Who may call is decided now, and what comes of the call is seen then.
        return this.#answer(request, url, (commit) => {
          this.#late.push({ at: this.now() + lateMs, commit });
          return 'lost';
        });
      case 'html':
        return { status: 502, body: '<html><h1>Bad Gateway</h1></html>', isText: true };
      default:
        break;
    }
    const answer = isToken ? this.#token(request) : this.#answer(request, url);
    if (fault === 'reply_lost' || fault === 'token_lost') return 'lost';
    if (fault === 'error_after') return { status: 503, body: '', isText: true };
    if (fault === 'xml') return { status: 200, body: '<?xml version="1.0"?><IntuitResponse/>', isText: true };
    return answer;
  }

  /** Losing the reply of a token is a fault of its own, and the others are none of it. */
  #nextFault(isToken: boolean): IntuitFault | undefined {
    const [next] = this.faults;
    if (!next || (next === 'token_lost') !== isToken) return undefined;
    return this.faults.shift();
  }

  #answer(request: Request, url: URL, commit: (run: () => Answer) => Answer = (run) => run()): Answer {
    if (url.pathname === '/v2/oauth2/tokens/revoke') return this.#revoke(request);
    const [, realmId = '', ...rest] = /^\/v3\/company\/([^/]+)\/(\w+)(?:\/.*)?$/.exec(url.pathname) ?? [];
    const company = this.companies.get(realmId);
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const access = this.#access.get(token);
    if (!access || access.expiresAt <= this.now()) {
      return notLetIn(401, '3200', 'AuthenticationFailed', 'AUTHENTICATION');
    }
    if (!company || access.grant.realmId !== realmId) {
      return notLetIn(403, '3100', 'ApplicationAuthorizationFailed', 'SERVICE');
    }
    return commit(() => {
      try {
        return { status: 200, body: this.#call(company, request, rest[0] ?? '', url.searchParams) };
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return faultAnswer(400, error.code, error.message, error.type);
      }
    });
  }

  #call(company: IntuitCompany, { method, body }: Request, what: string, query: URLSearchParams): unknown {
    const time = new Date(this.now()).toISOString();
    if (method === 'POST') {
      const entity = entities[what] ?? '';
      const requestId = query.get('requestid') ?? '';
      if (requestId.length > 50) throw new Fault('2030', 'Invalid requestid');
      const key = `${company.realmId} ${requestId}`;
      const known = requestId && this.replay === 'on' ? this.#replies.get(key) : undefined;
      if (known) return known;
      const made = { [entity]: company.create(entity, JSON.parse(body)), time };
      if (requestId) this.#replies.set(key, made);
      return made;
    }
    switch (what) {
      case 'companyinfo':
        return { CompanyInfo: { CompanyName: company.name, Country: company.country }, time };
      case 'preferences':
        return {
          Preferences: {
            CurrencyPrefs: {
              HomeCurrency: { value: company.currency },
              MultiCurrencyEnabled: company.hasOtherCurrencies,
            },
            SalesFormsPrefs: { CustomTxnNumbers: company.hasOwnNumbers },
          },
          time,
        };
      case 'query': {
        const [, entity = '', where = '', start = '1', most = '100'] =
          /^select \* from (\w+)(?: where (.*?))?(?: startposition (\d+) maxresults (\d+))?$/is.exec(
            query.get('query') ?? '',
          ) ?? [];
        const rows = company.query(entity, conditionsOf(where)).slice(Number(start) - 1);
        return { QueryResponse: { [entity]: rows.slice(0, Math.min(1_000, Number(most))) }, time };
      }
      case 'cdc': {
        const since = Date.parse(query.get('changedSince') ?? '');
        const asked = (query.get('entities') ?? '').split(',');
        const lists = formTypes
          .filter((type) => asked.includes(type))
          .map((type) => ({ [type]: company.changes(type, since) }));
        return { CDCResponse: [{ QueryResponse: lists }], time };
      }
      default:
        throw new Fault('2020', `Unknown operation ${what}`);
    }
  }

  #isClient(headers: Request['headers']): boolean {
    const expected = Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64');
    return headers.authorization === `Basic ${expected}`;
  }

  #token({ headers, body }: Request): Answer {
    if (!this.#isClient(headers)) return { status: 401, body: { error: 'invalid_client' } };
    const form = new URLSearchParams(body);
    if (form.get('grant_type') === 'authorization_code') {
      const code = this.#codes.get(form.get('code') ?? '');
      const isGood = code && code.expiresAt > this.now() && code.redirectUri === form.get('redirect_uri');
      if (!isGood) return { status: 400, body: { error: 'invalid_grant' } };
      if (code.used) {
        // A second exchange ends what the first one gave.
        code.used.refresh = '';
        for (const [token, { grant }] of this.#access) if (grant === code.used) this.#access.delete(token);
        return { status: 400, body: { error: 'invalid_grant' } };
      }
      const hardEndsAt = this.now() + 5 * 365 * 24 * 3_600_000;
      const grant: Grant = { realmId: code.realmId, refresh: '', formerRefresh: null, hardEndsAt };
      code.used = grant;
      this.#grants.push(grant);
      return { status: 200, body: this.#rotate(grant, headers) };
    }
    const refresh = form.get('refresh_token') ?? '';
    const grant = this.#grants.find(
      (one) =>
        refresh !== '' &&
        (one.refresh === refresh || (this.formerTokensLive && one.formerRefresh === refresh)),
    );
    if (!grant || grant.hardEndsAt <= this.now()) return { status: 400, body: { error: 'invalid_grant' } };
    return { status: 200, body: this.#rotate(grant, headers) };
  }

  #rotate(grant: Grant, headers: Request['headers']): object {
    grant.formerRefresh = grant.refresh;
    grant.refresh = `RT1-${randomBytes(16).toString('hex')}`;
    const access = randomBytes(24).toString('base64url');
    this.#access.set(access, { grant, expiresAt: this.now() + accessSeconds * 1_000 });
    const isHardAsked = headers['x-include-refresh-token-hard-expires-in'] === 'true';
    return {
      token_type: 'bearer',
      access_token: access,
      expires_in: accessSeconds,
      refresh_token: grant.refresh,
      x_refresh_token_expires_in: refreshSeconds,
      ...(isHardAsked
        ? { x_refresh_token_hard_expires_in: Math.floor((grant.hardEndsAt - this.now()) / 1_000) }
        : {}),
    };
  }

  #revoke({ headers, body }: Request): Answer {
    if (!this.#isClient(headers)) return { status: 401, body: { error: 'invalid_client' } };
    const { token } = JSON.parse(body) as { token: string };
    const grant = this.#grants.find(({ refresh }) => refresh !== '' && refresh === token);
    if (grant) this.revoke(grant.realmId);
    return { status: grant ? 200 : 400, body: {} };
  }
}

const entities: Readonly<Record<string, string>> = {
  account: 'Account',
  item: 'Item',
  customer: 'Customer',
  invoice: 'Invoice',
  payment: 'Payment',
  salesreceipt: 'SalesReceipt',
  refundreceipt: 'RefundReceipt',
};

/** `A = 'b' and C = 'd'`, with `\'` for a quote. */
function conditionsOf(where: string): ReadonlyMap<string, string> {
  const found = [...where.matchAll(/(\w+) = (?:'((?:[^'\\]|\\.)*)'|(true|false))/g)];
  if (where !== '' && found.length === 0) throw new Fault('4000', 'Error parsing query');
  return new Map(
    found.map(([, field = '', text = '', bool]) => [field, bool ?? text.replace(/\\(.)/g, '$1')]),
  );
}

/** What stands before the API answers in another form: https://github.com/intuit/oauth-jsclient/issues/2 */
function notLetIn(status: number, code: string, message: string, type: string): Answer {
  const error = [{ message: `message=${message}; errorCode=00${code}; statusCode=${status}`, code }];
  return { status, body: { warnings: null, intuitObject: null, fault: { error, type } } };
}

function faultAnswer(status: number, code: string, message: string, type = 'ValidationFault'): Answer {
  const body = { Fault: { Error: [{ Message: message, Detail: message, code }], type }, time: '' };
  return { status, body, headers: { intuit_tid: `1-${randomBytes(8).toString('hex')}` } };
}
