import type { Database } from '../db/client.ts';
import {
  type BooksChoices,
  BooksFailure,
  type BooksGateway,
  type BooksPart,
  type BooksTokens,
  type Choice,
  type Company,
} from '../domain/accounting.ts';
import { isRejection, type Rejection } from '../domain/decision.ts';
import { AppError } from '../errors.ts';
import type { Connections } from './connection.ts';
import { compareBooks, lookAtChanges, lookMs, oweBookings } from './look.ts';

/** What an admin's page asks of an org's books. Its courier alone calls the vendor, so that nothing refreshes tokens beside it. */
export class Bookkeeper {
  readonly #db: Database;
  readonly #orgId: number;
  readonly #gateway: BooksGateway;
  readonly #connections: Connections;

  constructor(db: Database, orgId: number, gateway: BooksGateway, connections: Connections) {
    this.#db = db;
    this.#orgId = orgId;
    this.#gateway = gateway;
    this.#connections = connections;
  }

  /** Exchanges a code, once, and keeps the company, unless its books cannot be this org's. */
  connect(code: string, realmId: string): Promise<{ readonly companyName: string } | Rejection> {
    return refusable(async () => {
      const tokens = await this.#gateway.exchange(code);
      const connected = await this.#take(realmId, tokens).catch(async (error) => {
        await this.#letGo(realmId, tokens);
        throw error;
      });
      if (isRejection(connected)) await this.#letGo(realmId, tokens);
      return connected;
    });
  }

  /** Ends access that nothing needs. Revoking one token of a company ends all of them, and another connection may need those. */
  async #letGo(realmId: string, { refreshToken }: BooksTokens): Promise<void> {
    if (!(await this.#connections.isHeld(realmId))) await this.#revoke(refreshToken);
  }

  async #take(realmId: string, tokens: BooksTokens): Promise<{ readonly companyName: string } | Rejection> {
    const access = {
      realmId,
      token: async () => tokens.accessToken,
      renewed: async () => tokens.accessToken,
    };
    const company = await this.#gateway.findCompany(access);
    const currency = await this.#orgCurrency();
    if (company.currency !== currency && !company.hasOtherCurrencies) {
      const [theirs, ours] = [company.currency, currency].map((name) => name.toUpperCase());
      const detail = `${company.name} keeps its books in ${theirs} only, and takes no ${ours}.`;
      return { rejected: 'books_currency', detail };
    }
    if (await this.#connections.save(realmId, company.name, tokens)) return { companyName: company.name };
    return { rejected: 'books_taken', detail: `${company.name} is connected to another organization.` };
  }

  /** What there is to choose from. */
  choices(): Promise<
    { readonly realmId: string; readonly company: Company; readonly choices: BooksChoices } | Rejection
  > {
    return refusable(async () => {
      const access = await this.#access();
      const { realmId } = access;
      const company = await this.#gateway.findCompany(access);
      return { realmId, company, choices: await this.#gateway.listChoices(access) };
    });
  }

  /** Makes what is missing. */
  make(part: BooksPart): Promise<{ readonly made: Choice } | Rejection> {
    return refusable(async () => ({ made: await this.#gateway.make(await this.#access(), part) }));
  }

  /** Ends the connection at the vendor, as far as it answers, and forgets the tokens. What was booked stays known. */
  async disconnect(): Promise<void> {
    const refreshToken = await this.#connections.forget();
    if (refreshToken) await this.#revoke(refreshToken);
  }

  /**
   * Owes what is missing, compares the books with the log, and once a day looks at what people did over there. Resolves with
   * how much was missing; null where there are no books to keep.
   */
  async keep(now = Date.now()): Promise<number | null> {
    const connection = await this.#connections.find();
    if (connection?.state !== 'on' && connection?.state !== 'lost') return null;
    const missing = await oweBookings(this.#db, this.#orgId);
    const { lookedAt, state } = connection;
    if (state === 'on' && (lookedAt === null || Date.parse(lookedAt) + lookMs <= now)) {
      const access = this.#connections.accessOf(connection);
      const looked = lookAtChanges(this.#db, this.#orgId, this.#gateway, access, lookedAt);
      await looked.catch(notLooked);
    }
    await compareBooks(this.#db, this.#orgId);
    return missing;
  }

  async #access() {
    const connection = await this.#connections.find();
    if (!connection || connection.state === 'disconnected')
      throw new AppError('books_not_connected', 'No books are connected.');
    return this.#connections.accessOf(connection);
  }

  async #orgCurrency(): Promise<string> {
    const [row] = await this.#db.$client.query('select currency from orgs where id = $1', [this.#orgId]);
    return (row as { currency: string }).currency;
  }

  /** A vendor that does not answer keeps tokens that we forget: they end by themselves. */
  async #revoke(refreshToken: string): Promise<void> {
    await this.#gateway.revoke(refreshToken).catch((error) => {
      if (!(error instanceof BooksFailure)) throw error;
    });
  }
}

/** What cannot be looked at now is compared as it was seen last. */
function notLooked(error: unknown): void {
  const isExpected =
    error instanceof BooksFailure || (error instanceof AppError && error.code === 'not_configured');
  if (!isExpected) throw error;
}

/** Errors lose their class between objects, so a failure is an answer. */
async function refusable<T extends object>(work: () => Promise<T>): Promise<T | Rejection> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return { rejected: error.code, detail: error.message };
    if (!(error instanceof BooksFailure)) throw error;
    switch (error.failure.kind) {
      case 'lost':
        return {
          rejected: 'books_connection_lost',
          detail: 'QuickBooks does not let us in any more. Connect again.',
        };
      case 'throttled':
      case 'unknown':
        return { rejected: 'books_failed', detail: 'QuickBooks did not answer. Try again in a minute.' };
      case 'blocked':
        if (error.failure.reason === 'connection_lost')
          return {
            rejected: 'books_connection_lost',
            detail: 'QuickBooks does not let us in any more. Connect again.',
          };
        return { rejected: 'books_refused', detail: `QuickBooks refused (${error.code}).` };
    }
  }
}
