import { type Increment, type Sum, toSums } from '../metrics/catalogue.ts';
import type { Command, Result } from './command.ts';

const webhookEvents = 'crm_portal_webhook_events_total';

/**
 * Counts what leaves no entry in the log, in a shard's SQLite. It cannot be folded again: a new generation of shards starts
 * at zero, like the counters of a restarted process, and a crash loses what was added and not written. Webhook events have
 * a table of their own, which the version before reads and writes too.
 */
export class Tallies {
  readonly #storage: DurableObjectStorage;
  #added = new Map<string, Sum>();

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(`
      create table if not exists tallies (labels text primary key, count integer not null) without rowid;
      create table if not exists tallied_sums (
        metric text, labels text, part text, value real not null, primary key (metric, labels, part)
      ) without rowid;`);
  }

  add(sums: readonly Sum[]): void {
    for (const sum of sums) {
      const key = JSON.stringify([sum.metric, sum.labels, sum.part]);
      this.#added.set(key, { ...sum, value: sum.value + (this.#added.get(key)?.value ?? 0) });
    }
  }

  write(): void {
    if (this.#added.size === 0) return;
    this.#storage.transactionSync(() => {
      for (const sum of this.#added.values()) this.#write(sum);
    });
    this.#added = new Map();
  }

  sums(): Sum[] {
    type Row = { metric: Sum['metric']; labels: string; part: string; value: number };
    return this.#storage.sql
      .exec<Row>(
        `select ? as metric, labels, '' as part, count as value from tallies
         union all select metric, labels, part, value from tallied_sums`,
        webhookEvents,
      )
      .toArray()
      .map((row) => ({ ...row, labels: JSON.parse(row.labels) }));
  }

  #write({ metric, labels, part, value }: Sum): void {
    const { sql } = this.#storage;
    const key = JSON.stringify(labels);
    if (metric === webhookEvents) {
      sql.exec(
        'insert into tallies values (?, ?) on conflict do update set count = count + excluded.count',
        key,
        value,
      );
      return;
    }
    sql.exec(
      'insert into tallied_sums values (?, ?, ?, ?) on conflict do update set value = value + excluded.value',
      metric,
      key,
      part,
      value,
    );
  }
}

/**
 * What a group counts as: the outcomes of the events that were posted to the webhook, which those are not that the
 * reconciler fetched, and how old an event was when it was recorded, whichever way it came.
 */
export function tallyOf(group: readonly Command[], results: readonly Result[], now: Date): Sum[] {
  const increments = group.flatMap((command, index): Increment[] => {
    const result = results[index];
    if (command.kind !== 'settle' || !command.event || !result || 'belongsTo' in result) return [];
    const { via, observation, event } = command;
    const outcome = 'rejected' in result ? 'unattributed' : result.outcome;
    const labels = { type: event.type, outcome };
    const posted: Increment[] = via === 'stripe' ? [{ metric: webhookEvents, labels, value: 1 }] : [];
    if (outcome !== 'recorded' || !event.createdAt) return posted;
    const seconds = Math.max(0, Math.round((now.getTime() - event.createdAt.getTime()) / 1000));
    return [
      ...posted,
      { metric: 'crm_portal_stripe_event_age_seconds', labels: { fact: observation.fact }, value: seconds },
    ];
  });
  return increments.flatMap(toSums);
}
