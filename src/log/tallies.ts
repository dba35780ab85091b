import type { Sum } from '../metrics/catalogue.ts';
import type { Command, Result } from './command.ts';
import type { Tally } from './webhook-tally.ts';

/**
 * Counts webhook events by type and outcome, in a shard's SQLite. They are not in the log, so they cannot be folded again:
 * a new generation of shards starts at zero, like the counters of a restarted process.
 */
export class Tallies {
  readonly #sql: SqlStorage;

  constructor({ sql }: DurableObjectStorage) {
    this.#sql = sql;
    sql.exec(
      'create table if not exists tallies (labels text primary key, count integer not null) without rowid',
    );
  }

  add(tallies: readonly Tally[]): void {
    for (const { labels, count } of tallies) {
      this.#sql.exec(
        'insert into tallies values (?, ?) on conflict do update set count = count + excluded.count',
        JSON.stringify(labels),
        count,
      );
    }
  }

  sums(): Sum[] {
    return this.#sql
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

/** The outcomes of the events in a group: one for each command that came with an event. */
export function tallyOf(group: readonly Command[], results: readonly Result[]): Tally[] {
  const outcomes = group.flatMap((command, index) => {
    const result = results[index];
    if (command.kind !== 'settle' || !command.event || !result || 'belongsTo' in result) return [];
    const outcome = 'rejected' in result ? 'unattributed' : result.outcome;
    return [{ type: command.event.type, outcome }];
  });
  const groups = Map.groupBy(outcomes, ({ type, outcome }) => `${type} ${outcome}`);
  return [...groups.values()].flatMap((same) => (same[0] ? [{ labels: same[0], count: same.length }] : []));
}
