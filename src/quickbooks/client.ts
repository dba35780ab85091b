import * as v from 'valibot';
import { type BooksAccess, BooksFailure } from '../domain/accounting.ts';
import { describeCauses } from '../errors.ts';
import { inSpan } from '../tracing.ts';
import { toFailure } from './faults.ts';

/** Intuit ends a request after 120 s. We wait for less, and longer than that before we look what became of it. */
const deadlineMs = 20_000;

/** The only one since August 2025. */
const minorVersion = '75';

/** The most rows that a query answers. */
const pageRows = 1_000;

/** Keeps calls to one company this far apart. */
export class Pace {
  readonly #ms: number;
  #nextAt = 0;

  constructor(ms: number) {
    this.#ms = ms;
  }

  async wait(): Promise<void> {
    const now = Date.now();
    const waitMs = this.#nextAt - now;
    this.#nextAt = Math.max(now, this.#nextAt) + this.#ms;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

const Json = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** What the API answers, by the name of what was asked for. Fields come without notice: what we do not name is passed over. */
export type Answer = Readonly<Record<string, unknown>>;

/**
 * Calls to one company: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/account. A token
 * that is refused is renewed once.
 */
export class Client {
  readonly #base: string;
  readonly #access: BooksAccess;
  readonly #pace: Pace;

  constructor(base: string, access: BooksAccess, pace: Pace) {
    this.#base = base;
    this.#access = access;
    this.#pace = pace;
  }

  get(path: string, query: Record<string, string> = {}): Promise<Answer> {
    return this.#call('GET', path, query, () => true);
  }

  /** The rows of a query: ten pages at most. */
  async query(entity: string, where: string): Promise<readonly Answer[]> {
    const rows: Answer[] = [];
    for (let page = 0; page < 10; page += 1) {
      const range = `startposition ${page * pageRows + 1} maxresults ${pageRows}`;
      const query = `select * from ${entity}${where && ` where ${where}`} ${range}`;
      const { QueryResponse: found } = await this.get('query', { query });
      const some = rowsOf(found, entity);
      rows.push(...some);
      if (some.length < pageRows) break;
    }
    return rows;
  }

  /**
   * Makes an object. The same `requestId` again makes no other. `isInTime` is asked right before each call: one that begins late
   * may end when another attempt has begun.
   */
  async create(
    entity: string,
    body: object,
    requestId: string,
    isInTime: () => boolean = () => true,
  ): Promise<Answer> {
    const answer = await this.#call('POST', entity.toLowerCase(), { requestid: requestId }, isInTime, body);
    const made = v.safeParse(v.record(v.string(), v.unknown()), answer[entity]);
    if (!made.success) throw new BooksFailure({ kind: 'unknown' }, 'no_object');
    return made.output;
  }

  async #call(
    method: string,
    path: string,
    query: Record<string, string>,
    isInTime: () => boolean,
    body?: object,
  ): Promise<Answer> {
    const send = (token: string) => this.#send(method, path, query, isInTime, body, token);
    const first = await send(await this.#access.token());
    const { status, text, headers } = first.status === 401 ? await send(await this.#access.renewed()) : first;
    const json = v.safeParse(Json, text);
    if (status >= 200 && status < 300 && json.success && !('Fault' in json.output || 'fault' in json.output))
      return json.output;
    const failure = toFailure(status, json.success ? json.output : null);
    const { code, failure: what } = failure;
    // Intuit's support asks for the id; it says nothing about anybody.
    console.error(JSON.stringify({ books: what, code, intuit_tid: headers.get('intuit_tid') }));
    throw failure;
  }

  async #send(
    method: string,
    path: string,
    query: Record<string, string>,
    isInTime: () => boolean,
    body: object | undefined,
    token: string,
  ) {
    await this.#pace.wait();
    if (!isInTime()) throw new BooksFailure({ kind: 'unknown' }, 'suspended');
    const search = new URLSearchParams({ ...query, minorversion: minorVersion });
    const url = `${this.#base}/v3/company/${encodeURIComponent(this.#access.realmId)}/${path}?${search}`;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), deadlineMs);
    try {
      const response = await inSpan('books', () =>
        fetch(url, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json',
            ...(body ? { 'content-type': 'application/json' } : {}),
          },
          ...(body ? { body: JSON.stringify(body) } : {}),
          signal: deadline.signal,
        }),
      );
      return { status: response.status, text: await response.text(), headers: response.headers };
    } catch (cause) {
      console.error(JSON.stringify({ books: 'no_answer', causes: describeCauses(cause) }));
      throw new BooksFailure({ kind: 'unknown' }, 'no_answer', { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

const Rows = v.array(v.record(v.string(), v.unknown()));

/** The rows of an entity in an answer; none where it has none. */
export function rowsOf(answer: unknown, entity: string): readonly Answer[] {
  const rows = v.safeParse(v.object({ [entity]: v.optional(Rows, []) }), answer);
  if (!rows.success) throw new BooksFailure({ kind: 'unknown' }, 'no_rows');
  return rows.output[entity] ?? [];
}
