import { DurableObject } from 'cloudflare:workers';
import { Bookkeeper } from '../books/bookkeeper.ts';
import { createBooksChannel } from '../books/books-channel.ts';
import { Connections } from '../books/connection.ts';
import { createBooksGateway } from '../books/gateway.ts';
import { Refs } from '../books/refs.ts';
import { readConfig } from '../config.ts';
import { createDatabase } from '../db/client.ts';
import type { BooksPart } from '../domain/accounting.ts';
import { describeCauses } from '../errors.ts';
import { Tokens } from '../jwt/tokens.ts';
import { pokeMs } from '../log/pokes.ts';
import { Shards } from '../log/shards.ts';
import { createMailGateway } from '../mail/gateway.ts';
import { createMailChannel } from '../mail/mail-channel.ts';
import { type Increment, type Sum, toSums } from '../metrics/catalogue.ts';
import { Deliveries, type Pauses } from './deliveries.ts';
import { Outbox } from './outbox.ts';

/** After a round that failed, the next one begins this much later. */
const failedMs = 30_000;

/** Never longer, whatever the outbox says: another courier may have had the row that was next. */
const longestMs = 24 * 3_600_000;

/** How often an org's books are looked after: at least, and at most, unless that takes long. */
const [booksMs, booksPauseMs] = [3_600_000, 5_000];

/**
 * Takes what the log owes an org's customers and people to its channels. One object an org, named by its id. Its alarm does
 * the work and arms the next one; a poke only brings it forward.
 */
export class Courier extends DurableObject<Env> {
  readonly #config = readConfig(this.env);
  readonly #shards = new Shards(this.env.LOG_SHARD, this.#config);
  /** What is counted of a round. It is lost where the round's end is. */
  #counted: Sum[] = [];
  #made: { readonly deliveries: Deliveries; readonly bookkeeper: Bookkeeper } | undefined;

  /** Something is owed: begins in a second, or before. */
  async poke(): Promise<void> {
    await this.#armIn(pokeMs);
  }

  override async alarm(): Promise<void> {
    let nextInMs: number | null = failedMs;
    try {
      const { kv } = this.ctx.storage;
      const round = await this.#work.deliveries.round(kv.get<Pauses>('pauses') ?? {});
      kv.put('pauses', round.pauses);
      await this.#handOverCounts();
      const keptInMs = await this.#keepBooks();
      nextInMs = round.nextInMs === null ? keptInMs : Math.min(round.nextInMs, keptInMs ?? longestMs);
    } catch (error) {
      console.error(JSON.stringify({ courier: 'failed', causes: describeCauses(error) }));
    } finally {
      if (nextInMs !== null) await this.#armIn(Math.min(nextInMs, longestMs));
    }
  }

  /** Exchanges a code of Intuit's, and keeps the company that it opens. */
  async connectBooks(code: string, realmId: string) {
    return this.#work.bookkeeper.connect(code, realmId);
  }

  async booksChoices() {
    return this.#work.bookkeeper.choices();
  }

  async makeBooksPart(part: BooksPart) {
    return this.#work.bookkeeper.make(part);
  }

  async disconnectBooks(): Promise<void> {
    await this.#work.bookkeeper.disconnect();
  }

  /** Resolves with when the books are looked after again; null where there are none. */
  async #keepBooks(): Promise<number | null> {
    const { kv } = this.ctx.storage;
    const begunAt = Date.now();
    const waitMs = (kv.get<number>('books_rest_until') ?? 0) - begunAt;
    if (waitMs > 0) return Math.min(waitMs, booksMs);
    const missing = await this.#work.bookkeeper.keep();
    if (missing === null) return null;
    const endedAt = Date.now();
    kv.put('books_rest_until', endedAt + Math.max(booksPauseMs, 20 * (endedAt - begunAt)));
    return missing > 0 ? 0 : booksMs;
  }

  /** What shards cannot take waits for the next round. */
  async #handOverCounts(): Promise<void> {
    const sums = this.#counted;
    if (sums.length === 0) return;
    this.#counted = [];
    await this.#shards.count(sums).catch(() => void this.#counted.unshift(...sums));
  }

  /** Brings the alarm forward, and never puts it off. */
  async #armIn(ms: number): Promise<void> {
    const at = Date.now() + ms;
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > at) await this.ctx.storage.setAlarm(at);
  }

  /** Made at the first use: without a database URL there is nothing to deliver. */
  get #work() {
    this.#made ??= this.#make();
    return this.#made;
  }

  #make() {
    const config = this.#config;
    const db = createDatabase(config.databaseUrl);
    const orgId = Number(this.ctx.id.name);
    const mail = createMailChannel({
      ...{ db, config, tokens: new Tokens(config.jwtSecret) },
      gateway: createMailGateway(this.env, config),
    });
    const gateway = createBooksGateway(config);
    const connections = new Connections(db, orgId, gateway, () => config.booksKeys);
    const books = createBooksChannel({
      ...{ db, gateway, connections, refs: new Refs(db, orgId), portalUrl: () => config.portalUrl },
      check() {
        gateway.check();
        void config.booksKeys;
      },
      note: async (proposalId, event) => {
        await this.#shards.execute({ kind: 'note_booking', proposalId, via: 'books', event });
      },
    });
    const count = (increment: Increment) => void this.#counted.push(...toSums(increment));
    return {
      deliveries: new Deliveries(new Outbox(db, orgId), { mail, books }, count),
      bookkeeper: new Bookkeeper(db, orgId, gateway, connections),
    };
  }
}
