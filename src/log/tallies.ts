import type { Sum } from '../metrics/catalogue.ts';
import type { Command, Result } from './command.ts';
import type { Tally } from './webhook-tally.ts';

/**
 * Counts webhook events by type and outcome, in a shard's SQLite. They are not in the log, so they cannot be folded again:
 * a new generation of shards starts at zero, like the counters of a restarted process, and a crash loses what was added and
 * not written.
 */
export class Tallies {
  readonly #storage: DurableObjectStorage;
  #added = new Map<string, number>();

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(
      'create table if not exists tallies (labels text primary key, count integer not null) without rowid',
    );
  }

  add(tallies: readonly Tally[]): void {
    for (const { labels, count } of tallies) {
      const key = JSON.stringify(labels);
      this.#added.set(key, count + (this.#added.get(key) ?? 0));
    }
  }

  write(): void {
    if (this.#added.size === 0) return;
    this.#storage.transactionSync(() => {
      for (const added of this.#added) {
        this.#storage.sql.exec(
          'insert into tallies values (?, ?) on conflict do update set count = count + excluded.count',
          ...added,
        );
      }
    });
    this.#added = new Map();
  }

  sums(): Sum[] {
    return this.#storage.sql
      .exec<{ labels: string; count: number }>('select labels, count from tallies')
      .toArray()
      .map(({ labels, count }) => ({
        metric: 'crm_portal_webhook_events_total',
        labels: JSON.parse(labels),
        part: '',
        value: count,
      }));
  }
}

/** The outcomes of the events in a group that were posted to the webhook. What the reconciler fetched was not. */
export function tallyOf(group: readonly Command[], results: readonly Result[]): Tally[] {
  const outcomes = group.flatMap((command, index) => {
    const result = results[index];
    if (
      command.kind !== 'settle' ||
      !command.event ||
      command.via !== 'stripe' ||
      !result ||
      'belongsTo' in result
    )
      return [];
    const outcome = 'rejected' in result ? 'unattributed' : result.outcome;
    return [{ type: command.event.type, outcome }];
  });
  const groups = Map.groupBy(outcomes, ({ type, outcome }) => `${type} ${outcome}`);
  return [...groups.values()].flatMap((same) => (same[0] ? [{ labels: same[0], count: same.length }] : []));
}
