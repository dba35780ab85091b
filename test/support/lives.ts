import fc from 'fast-check';
import type { ChannelAdapter } from '../../src/couriers/channel.ts';
import { Deliveries, type Pauses } from '../../src/couriers/deliveries.ts';
import { Outbox, type OwedRow } from '../../src/couriers/outbox.ts';
import type { Channel } from '../../src/domain/channel.ts';
import { db } from './world.ts';

// Couriers of one org, up to two of them alive, each of whose requests and calls can go wrong.

/**
 * A request to the database or a call: not done; done, but its answer lost; the last thing its courier did, done or not; done
 * much later, when others may have taken over.
 */
export const troubles = ['not done', 'answer lost', 'dies before', 'dies after', 'stalls'] as const;

export type Trouble = (typeof troubles)[number];

/** Up to twelve of them, most of which are none. */
export const some = <T>(values: readonly T[]) =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom(...values) },
    ),
    { maxLength: 12 },
  );

/** Does a request or a call of one courier, with its next trouble. */
export type Troubled = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * `life` is a courier of its own; with troubles, until it dies. `wake` has those that stalled go on, and resolves when they have
 * come to their end.
 */
export function playLives(
  orgId: number,
  adaptersOf: (troubled: Troubled) => { readonly [C in Channel]?: ChannelAdapter },
  now: () => number,
) {
  let pauses: Pauses = {};
  let sleepers: (() => Promise<void>)[] = [];
  /** What went wrong in a courier's own time. */
  let broken: unknown;
  /** Which courier claimed each row last. */
  const owners = new Map<string, object>();

  async function wake(): Promise<void> {
    const woken = sleepers;
    sleepers = [];
    for (const go of woken) await go();
  }

  function life(planned: (Trouble | null)[] = []): Promise<void> {
    const dead = new Promise<never>(() => {});
    let [isDead, hasStalled] = [false, false];
    const { promise: death, resolve: end } = Promise.withResolvers<void>();
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const die = () => {
      isDead = true;
      end();
    };
    const troubled: Troubled = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isDead) return dead;
      const trouble = planned.shift() ?? null;
      if (trouble === 'not done') throw new TypeError('Network connection lost.');
      if (trouble === 'dies before') {
        die();
        return dead;
      }
      if (trouble === 'stalls' && !hasStalled) {
        hasStalled = true;
        await new Promise<void>((resolve) => {
          sleepers.push(async () => {
            resolve();
            await Promise.race([running, death]);
          });
          leave();
        });
      }
      const result = await work();
      if (trouble === 'answer lost') throw new TypeError('Network connection lost.');
      if (trouble === 'dies after') {
        die();
        return dead;
      }
      return isDead ? dead : result;
    };
    const box = new Outbox(db, orgId);
    const request = async (method: keyof Outbox, args: unknown[]) => {
      const result = await (box[method] as (...given: unknown[]) => Promise<unknown>).apply(box, args);
      if (method === 'claim') for (const { id } of result as OwedRow[]) owners.set(id, box);
      // The fence: an attempt begins only where no other courier has claimed the row since.
      if (method === 'begin' && result && owners.get((args[0] as OwedRow).id) !== box)
        broken ??= new Error('A courier began an attempt at a row that another one had claimed.');
      return result;
    };
    const outboxOfIt = new Proxy(box, {
      get:
        (_, method: keyof Outbox) =>
        (...args: unknown[]) =>
          troubled(() => request(method, args)),
    });
    const deliveries = new Deliveries(outboxOfIt, adaptersOf(troubled), () => {}, now);
    const round = async () => {
      const { pauses: after } = await deliveries.round(pauses);
      pauses = after;
    };
    const running = round().catch((error) => {
      if (!(error instanceof TypeError)) broken ??= error;
    });
    return Promise.race([running, death, left]);
  }

  return {
    life,
    wake,
    throwBroken() {
      if (broken) throw broken;
    },
  };
}
