import type { Channel } from '../domain/channel.ts';
import type { Delivery } from '../domain/owed.ts';
import { describeCauses } from '../errors.ts';
import type { Increment } from '../metrics/catalogue.ts';
import type { ChannelAdapter, Prepared } from './channel.ts';
import type { Outbox, Outcome, OwedRow } from './outbox.ts';

/** Until when a channel pauses, in milliseconds since 1970. */
export type Pauses = { readonly [C in Channel]?: number };

/** A round claims no more rows after this long, or so many: the next one goes on at once. */
const [roundMs, roundRows] = [60_000, 100];

/**
 * A call to the vendor begins so soon after its attempt, or not at all: a courier that was suspended for longer has lost its
 * lease, and perhaps the vendor its memory of the key.
 */
const inTimeMs = 40_000;

/** A row that we fail at ourselves holds up no other, and is tried again this much later. */
const failedMs = 60_000;

/**
 * Delivers what is due for one org, a row at a time. A crash at any moment leaves rows that another round takes up: what may
 * have been delivered is delivered again only as long as that does no harm, and the same.
 */
export class Deliveries {
  readonly #outbox: Outbox;
  readonly #adapters: ReadonlyMap<Channel, ChannelAdapter>;
  readonly #count: (increment: Increment) => void;
  readonly #now: () => number;

  constructor(
    outbox: Outbox,
    adapters: { readonly [C in Channel]?: ChannelAdapter },
    count: (increment: Increment) => void,
    now = () => Date.now(),
  ) {
    this.#outbox = outbox;
    // Sound: the entries of the record.
    this.#adapters = new Map(Object.entries(adapters) as [Channel, ChannelAdapter][]);
    this.#count = count;
    this.#now = now;
  }

  /**
   * Works until nothing is due: on all channels side by side, so that none waits for another's vendor. Resolves with when there
   * is more to do, in milliseconds from now, and what pauses.
   */
  async round(pauses: Pauses): Promise<{ readonly nextInMs: number | null; readonly pauses: Pauses }> {
    const ended = await Promise.all(
      [...this.#adapters].map(async ([channel, adapter]) => {
        const until = await this.#roundOf(channel, adapter, pauses[channel] ?? 0);
        const next = await this.#outbox.nextIn(channel, adapter.kinds);
        const nextInMs = next === null ? null : Math.max(next, until - this.#now());
        return { channel, until, nextInMs };
      }),
    );
    const due = ended.flatMap(({ nextInMs }) => nextInMs ?? []);
    return {
      nextInMs: due.length > 0 ? Math.min(...due) : null,
      pauses: Object.fromEntries(ended.map(({ channel, until }) => [channel, until])),
    };
  }

  /** One channel, which may pause until a time. Resolves with until when it does then. */
  async #roundOf(channel: Channel, adapter: ChannelAdapter, pausedUntil: number): Promise<number> {
    const startedAt = this.#now();
    let until = pausedUntil;
    const isOpen = () => until <= this.#now();
    for (let count = 0; isOpen() && count < roundRows && this.#now() - startedAt < roundMs; ) {
      const rows = await this.#outbox.claim(channel, adapter.kinds);
      if (rows.length === 0) break;
      count += rows.length;
      for (const row of rows) {
        if (!isOpen()) {
          await this.#outbox.release(row, 0);
          continue;
        }
        const ms = await this.#deliver(row, adapter).catch((error) => this.#putOff(row, adapter, error));
        until = this.#now() + ms;
      }
    }
    return until;
  }

  /** One row. Resolves with how long its channel pauses then, in milliseconds. */
  async #deliver(row: OwedRow, adapter: ChannelAdapter): Promise<number> {
    const mayBeOut = row.doubtHours !== null;
    if (row.doubtHours !== null && row.doubtHours > adapter.retryHours) {
      await this.#finish(row, { state: 'perhaps_sent', reason: 'no_answer' });
      return 0;
    }
    const prepared = whyNot(row, adapter) ?? (await adapter.prepare(row));
    if ('outcome' in prepared) {
      this.#countError(row, classOf(prepared));
      // No attempt was made, and one more would not be: somebody wakes it.
      const { retriesMs } = adapter;
      await this.#finish(row, toOutcome(prepared, { ...row, tries: retriesMs.length }, adapter));
      return prepared.outcome === 'postponed' ? prepared.ms : 0;
    }
    if ('state' in prepared) {
      await this.#finish(row, mayBeOut ? { ...prepared, state: 'perhaps_sent' } : prepared);
      return 0;
    }
    if ('shares' in prepared) {
      await this.#outbox.expand(row, prepared.shares);
      return 0;
    }
    const begunAt = this.#now();
    const content = await this.#outbox.begin(row, prepared.content);
    if (!content) return 0;
    const delivery = await adapter.deliver(row, content, () => this.#now() - begunAt < inTimeMs);
    if (delivery.outcome !== 'accepted') this.#countError(row, classOf(delivery));
    await this.#finish(row, toOutcome(delivery, row, adapter));
    return delivery.outcome === 'postponed' ? delivery.ms : 0;
  }

  /** Counts what ended: of two couriers, the one that wrote it. */
  async #finish(row: OwedRow, outcome: Outcome): Promise<void> {
    const isEnded = await this.#outbox.finish(row, outcome);
    const { channel, kind } = row;
    const labels = { channel, kind, outcome: outcome.state };
    if (isEnded) this.#count({ metric: 'crm_portal_owed_total', labels, value: 1 });
  }

  #countError({ channel }: OwedRow, errorClass: string): void {
    const labels = { channel, class: errorClass };
    this.#count({ metric: 'crm_portal_channel_errors_total', labels, value: 1 });
  }

  /** Rejects where the outbox itself fails. */
  async #putOff(row: OwedRow, { retriesMs }: ChannelAdapter, error: unknown): Promise<number> {
    console.error(JSON.stringify({ owed: 'failed', kind: row.kind, causes: describeCauses(error) }));
    this.#countError(row, 'internal');
    await this.#outbox.release(row, Math.max(failedMs, retriesMs[0] ?? 0)); // an attempt may have begun
    return 0;
  }
}

function whyNot(
  { isOn, dueHours, doubtHours }: OwedRow,
  { staleHours }: ChannelAdapter,
): Extract<Prepared, { state: string }> | null {
  if (!isOn) return { state: 'stale', reason: 'channel_off' };
  return dueHours > staleHours && doubtHours === null ? { state: 'stale', reason: 'too_late' } : null;
}

/** The remedy: wait (`time`, `unknown`), mend the deployment (`operator`), the mail (`refused`) or the books (`blocked`). */
function classOf(delivery: Exclude<Delivery, { outcome: 'accepted' }>): string {
  return delivery.outcome === 'postponed' ? delivery.waitsFor : delivery.outcome;
}

function toOutcome(
  delivery: Delivery,
  { tries, doubtHours }: OwedRow,
  { retriesMs }: ChannelAdapter,
): Outcome {
  const againInMs = retriesMs[Math.min(tries, retriesMs.length - 1)] ?? 0;
  switch (delivery.outcome) {
    case 'accepted':
      return { state: 'sent', vendorId: delivery.vendorId, reason: delivery.note };
    case 'refused':
      return { state: 'failed', reason: delivery.reason };
    case 'postponed':
      return {
        state: doubtHours === null ? 'queued' : 'sending',
        reason: delivery.reason,
        againInMs: delivery.ms,
        isSurelyNot: true,
      };
    case 'blocked': {
      const { reason, isLookedFor: isDoubtOver = false } = delivery;
      return { state: 'blocked', reason, againInMs, isSurelyNot: true, isDoubtOver };
    }
    case 'unknown':
      return { state: 'sending', reason: delivery.reason, againInMs };
  }
}
