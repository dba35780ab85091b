import { DurableObject } from 'cloudflare:workers';
import { readConfig } from '../config.ts';
import { createDatabase } from '../db/client.ts';
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

/**
 * Takes what the log owes an org's customers and people to its channels. One object an org, named by its id. Its alarm does
 * the work and arms the next one; a poke only brings it forward.
 */
export class Courier extends DurableObject<Env> {
  readonly #config = readConfig(this.env);
  readonly #shards = new Shards(this.env.LOG_SHARD, this.#config);
  /** What is counted of a round. It is lost where the round's end is. */
  #counted: Sum[] = [];
  #deliveries: Deliveries | undefined;

  /** Something is owed: begins in a second, or before. */
  async poke(): Promise<void> {
    await this.#armIn(pokeMs);
  }

  override async alarm(): Promise<void> {
    let nextInMs: number | null = failedMs;
    try {
      const { kv } = this.ctx.storage;
      const round = await this.#courier.round(kv.get<Pauses>('pauses') ?? {});
      kv.put('pauses', round.pauses);
      nextInMs = round.nextInMs;
      await this.#handOverCounts();
    } catch (error) {
      console.error(JSON.stringify({ courier: 'failed', causes: describeCauses(error) }));
    } finally {
      if (nextInMs !== null) await this.#armIn(Math.min(nextInMs, longestMs));
    }
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
  get #courier(): Deliveries {
    this.#deliveries ??= this.#create();
    return this.#deliveries;
  }

  #create(): Deliveries {
    const config = this.#config;
    const db = createDatabase(config.databaseUrl);
    const tokens = new Tokens(config.jwtSecret);
    const mail = createMailChannel({ db, config, tokens, gateway: createMailGateway(this.env, config) });
    const count = (increment: Increment) => void this.#counted.push(...toSums(increment));
    return new Deliveries(new Outbox(db, Number(this.ctx.id.name)), { mail }, count);
  }
}
