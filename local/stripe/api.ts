import type { NewSession, StripeAccount, StripeEvent } from './account.ts';
import { type Session, StripeFailure } from './objects.ts';

export type ApiRequest = {
  readonly method: string;
  /** Includes the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Form-encoded, as Stripe's v1 API requires. */
  readonly body: string;
};

/** `hang`: there is never an answer. `lost`: the connection breaks before the answer. */
export type ApiResponse =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
  | 'hang'
  | 'lost';

/**
 * What goes wrong with a request. `error`: 500 before any work. `late_error`: 500 after the work. `limit`: 429. `busy`:
 * 409, as if a request with the same key were in progress. `hang`: no work and no answer. `lost`: work, but no answer.
 */
export type FaultKind = 'error' | 'late_error' | 'limit' | 'busy' | 'hang' | 'lost';

/** Applies to the next `times` requests whose `METHOD /path` starts with `on`. */
export type Fault = { readonly on: string; readonly kind: FaultKind; times: number };

type Answer = { readonly status: number; readonly body: unknown };

const keyLifetimeSeconds = 24 * 3600;

/** Stripe's HTTP API (v1) in front of one account, with its idempotency keys, and faults on request. No I/O. */
export class StripeApi {
  readonly faults: Fault[] = [];
  readonly requests: ApiRequest[] = [];
  readonly #account: StripeAccount;
  readonly #replays = new Map<string, { fingerprint: string; answer: Answer; at: number }>();

  constructor(account: StripeAccount) {
    this.#account = account;
  }

  /** `fault`, if given, is what goes wrong this time. */
  handle(request: ApiRequest, fault = this.#takeFault(`${request.method} ${request.path}`)): ApiResponse {
    this.requests.push(request);
    if (fault === 'hang') return 'hang';
    if (fault === 'limit') return refusal(429, 'rate_limit', 'Too many requests.');
    if (fault === 'busy') return refusal(409, 'idempotency_key_in_use', 'This key is in use.');

    const { 'idempotency-key': key } = request.headers;
    const isKept = request.method === 'POST' && key !== undefined;
    const fingerprint = `${request.path} ${[...new URLSearchParams(request.body)].sort().join('&')}`;
    const known = isKept ? this.#replays.get(key) : undefined;
    if (known && this.#account.nowSeconds - known.at < keyLifetimeSeconds) {
      if (known.fingerprint !== fingerprint) {
        return refusal(400, null, 'Keys for idempotent requests can only be used with the same parameters.');
      }
      const headers = { 'idempotent-replayed': 'true' };
      return fault === 'lost' ? 'lost' : { ...structuredClone(known.answer), headers };
    }
    const answer = structuredClone(this.#answer(request, fault));
    // A refusal before any work is not kept; a success, or a failure during the work, is.
    if (isKept && (answer.status < 400 || answer.status >= 500)) {
      this.#replays.set(key, { fingerprint, answer, at: this.#account.nowSeconds });
    }
    return fault === 'lost' ? 'lost' : { ...answer, headers: {} };
  }

  #answer(request: ApiRequest, fault: FaultKind | undefined): Answer {
    const failed = {
      status: 500,
      body: { error: { type: 'api_error', message: 'Sorry about ada@example.com' } },
    };
    if (fault === 'error') return failed;
    try {
      const body = this.#route(request);
      return fault === 'late_error' ? failed : { status: 200, body };
    } catch (error) {
      if (error instanceof StripeFailure) return refusal(error.status, error.code, error.message);
      throw error;
    }
  }

  #route({ method, path, body }: ApiRequest): unknown {
    const account = this.#account;
    const { pathname, searchParams: query } = new URL(path, 'https://api.stripe.test');
    const form = new URLSearchParams(body);
    const [, , resource = '', ...rest] = pathname.split('/');
    const [, id = '', action] = resource === 'checkout' ? rest : ['', ...rest];
    const operation = `${method} ${resource} ${action ?? (id ? 'one' : 'all')}`;
    refuseUnknown(operation, [...query.keys(), ...form.keys()]);
    switch (operation) {
      case 'POST checkout all':
        return account.createSession(toNewSession(form, account.nowSeconds));
      case 'GET checkout one':
        return this.#expanded(account.session(id), query);
      case 'GET checkout all':
        account.expireOverdue();
        return list([...account.sessions.values()].reverse(), query, (session) => {
          const isAsked = (name: 'status' | 'payment_intent') =>
            (query.get(name) ?? session[name]) === session[name];
          return isAsked('status') && isAsked('payment_intent');
        });
      case 'POST checkout expire':
        return account.expireSession(id);
      case 'GET events all':
        account.expireOverdue();
        return list([...account.events].reverse(), query, (event) => this.#isListed(event, query));
      case 'GET events one':
        return found(
          account.events.find((event) => event.id === id),
          `No such event: '${id}'`,
        );
      case 'GET payment_intents one':
        return found(account.intents.get(id), `No such payment_intent: '${id}'`);
      case 'POST refunds all':
        return account.refund(
          required(form, 'payment_intent'),
          toAmount(form.get('amount')),
          toMetadata(form),
        );
      case 'GET refunds all': {
        const intent = query.get('payment_intent');
        return list([...account.refunds.values()].reverse(), query, (refund) => {
          return intent === null || refund.payment_intent === intent;
        });
      }
      default:
        throw new StripeFailure(404, null, `Unrecognized request URL (${method}: ${pathname}).`);
    }
  }

  #isListed({ id, type }: StripeEvent, query: URLSearchParams): boolean {
    const types = [...query].filter(([name]) => name.startsWith('types[')).map(([, value]) => value);
    const success = query.get('delivery_success');
    return (
      (types.length === 0 || types.includes(type)) &&
      (query.get('type') ?? type) === type &&
      (success === null || String(this.#account.delivered.has(id)) === success)
    );
  }

  #expanded(session: Session, query: URLSearchParams): object {
    const intent = this.#account.intents.get(session.payment_intent ?? '');
    const isExpanded = [...query.values()].includes('payment_intent');
    return { ...session, payment_intent: isExpanded && intent ? intent : session.payment_intent };
  }

  #takeFault(route: string): FaultKind | undefined {
    const fault = this.faults.find(({ on, times }) => times > 0 && route.startsWith(on));
    if (fault) fault.times -= 1;
    return fault?.kind;
  }
}

function found<T>(object: T | undefined, otherwise: string): T {
  if (object) return object;
  throw new StripeFailure(404, 'resource_missing', otherwise);
}

function refusal(status: number, code: string | null, message: string) {
  const type =
    status === 400 && message.startsWith('Keys for') ? 'idempotency_error' : 'invalid_request_error';
  return { status, headers: {}, body: { error: { type, ...(code ? { code } : {}), message } } };
}

/** The parameters that each operation takes here: of Stripe's, those that are played. Any other is refused, as Stripe does. */
const listed = /^(limit|starting_after|ending_before|created(\[(gt|gte|lt|lte)\])?)$/;
const parameters: Readonly<Record<string, readonly RegExp[]>> = {
  'POST checkout all': [
    /^(mode|client_reference_id|customer_email|success_url|cancel_url|expires_at)$/,
    /^line_items\[\d+\]\[(quantity|price_data\]\[(currency|unit_amount|product_data\]\[name))\]$/,
    /^(payment_intent_data\[metadata\]|metadata)\[[^\]]+\]$/,
  ],
  'GET checkout one': [/^expand\[\d*\]$/],
  'GET checkout all': [listed, /^(status|payment_intent)$/],
  'POST checkout expire': [],
  'GET events all': [listed, /^(type|types\[\d*\]|delivery_success)$/],
  'GET events one': [],
  'GET payment_intents one': [],
  'POST refunds all': [/^(payment_intent|amount)$/, /^metadata\[[^\]]+\]$/],
  'GET refunds all': [listed, /^payment_intent$/],
};

function refuseUnknown(operation: string, names: readonly string[]): void {
  const known = parameters[operation] ?? [];
  const unknown = names.find((name) => !known.some((pattern) => pattern.test(name)));
  if (unknown && operation in parameters) {
    throw new StripeFailure(400, 'parameter_unknown', `Received unknown parameter: ${unknown}`);
  }
}

/** https://docs.stripe.com/api/pagination: newest first. */
function list<T extends { id: string; created: number }>(
  newestFirst: T[],
  query: URLSearchParams,
  isListed: (row: T) => boolean,
): object {
  const time = (name: string, otherwise: number) => Number(query.get(`created[${name}]`) ?? otherwise);
  const all = newestFirst.filter(
    (row) =>
      isListed(row) &&
      row.created >= time('gte', 0) &&
      row.created > time('gt', -1) &&
      row.created <= time('lte', Infinity) &&
      row.created < time('lt', Infinity) &&
      (query.get('created') ?? String(row.created)) === String(row.created),
  );
  const limit = Number(query.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new StripeFailure(400, 'parameter_invalid_integer', 'Limit must be from 1 to 100.');
  }
  const before = all.findIndex(({ id }) => id === query.get('ending_before'));
  if (before >= 0) {
    const start = Math.max(0, before - limit);
    return { object: 'list', url: '/v1', data: all.slice(start, before), has_more: start > 0 };
  }
  const after = all.findIndex(({ id }) => id === query.get('starting_after')) + 1;
  const data = all.slice(after, after + limit);
  return { object: 'list', url: '/v1', data, has_more: all.length > after + limit };
}

function toNewSession(form: URLSearchParams, nowSeconds: number): NewSession {
  const amount = Number(required(form, 'line_items[0][price_data][unit_amount]'));
  if (!Number.isInteger(amount))
    throw new StripeFailure(400, 'parameter_invalid_integer', 'Invalid integer.');
  if (amount < 50)
    throw new StripeFailure(400, 'amount_too_small', 'The amount is below the minimum charge.');
  if (amount > (form.get('line_items[0][price_data][currency]') === 'idr' ? 999_999_999_999 : 99_999_999))
    throw new StripeFailure(400, 'amount_too_large', 'The amount is above the maximum charge.');
  const currency = required(form, 'line_items[0][price_data][currency]');
  if (!Intl.supportedValuesOf('currency').includes(currency.toUpperCase()))
    throw new StripeFailure(400, null, `Invalid currency: ${currency}.`);
  const email = form.get('customer_email');
  if (email !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email))
    throw new StripeFailure(400, 'email_invalid', 'Invalid email address.');
  if (required(form, 'mode') !== 'payment')
    throw new StripeFailure(400, null, 'Only mode=payment is supported here.');
  const expiresAt = form.get('expires_at') === null ? null : Number(form.get('expires_at'));
  // https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at
  if (expiresAt !== null && (expiresAt < nowSeconds + 1_800 || expiresAt > nowSeconds + 86_400)) {
    throw new StripeFailure(400, null, 'expires_at must be 30 minutes to 24 hours from now.');
  }
  return {
    amount_total: amount,
    currency,
    description: toName(required(form, 'line_items[0][price_data][product_data][name]')),
    customer_email: email,
    client_reference_id: form.get('client_reference_id'),
    metadata: toMetadata(form),
    success_url: required(form, 'success_url'),
    cancel_url: form.get('cancel_url'),
    expires_at: expiresAt,
  };
}

function toName(name: string): string {
  if ([...name].length <= 250) return name;
  throw new StripeFailure(400, null, 'Invalid string: must be at most 250 characters.');
}

/** https://docs.stripe.com/api/metadata */
function toMetadata(form: URLSearchParams): Record<string, string> {
  const metadata = [...form].flatMap(([name, value]) => {
    const [, key] = /^metadata\[(\w+)\]$/.exec(name) ?? [];
    return key ? [[key, value] as const] : [];
  });
  const isTooMuch = metadata.some(([key, value]) => key.length > 40 || value.length > 500);
  if (metadata.length > 50 || isTooMuch)
    throw new StripeFailure(400, null, 'Metadata has at most 50 keys of 40 characters, with values of 500.');
  return Object.fromEntries(metadata);
}

function toAmount(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new StripeFailure(400, 'parameter_invalid_integer', 'Invalid positive integer.');
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value) return value;
  throw new StripeFailure(400, 'parameter_missing', `Missing required param: ${name}.`);
}
