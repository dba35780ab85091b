import { dateIn } from '../domain/calendar.ts';
import { lapsesOf } from '../domain/lapses.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Sum } from '../metrics/catalogue.ts';

/** The proposals that have entries above an id, up to the id `upTo`. */
export type Changes = { readonly proposalIds: readonly number[]; readonly upTo: number };

/** Proposals looked up in one read. */
const batchSize = 200;

/**
 * What runs out by the clock alone: overdue instalments and expired offers. The log does not say when, since schedules and
 * their dates are in the rows: so the cron looks up the proposals that have new entries, and notes in which periods something
 * of them will have run out. Webhooks write nothing here. Another time zone of an org counts from a proposal's next entry on.
 */
export class Lapses {
  readonly #sql: SqlStorage;
  readonly #kv: SyncKvStorage;

  constructor({ sql, kv }: Pick<DurableObjectStorage, 'sql' | 'kv'>) {
    this.#sql = sql;
    this.#kv = kv;
    sql.exec(`
      create table if not exists lapses (
        proposal_id integer not null, org_id integer not null, currency text not null, time_zone text not null,
        from_day text not null, until_day text, overdue integer not null, expired integer not null,
        primary key (proposal_id, from_day)
      ) without rowid;`);
  }

  /** Up to this id of the log, every entry's proposal was looked up after it. */
  get position(): number {
    return this.#kv.get<number>('lapses_until') ?? 0;
  }

  /** Looks up the proposals of a segment of changes. Where a read fails, the position stays: doing it again is harmless. */
  async note(
    { proposalIds, upTo }: Changes,
    load: (ids: readonly number[]) => Promise<ReadonlyMap<number, Proposal>>,
  ): Promise<void> {
    for (let start = 0; start < proposalIds.length; start += batchSize) {
      const ids = proposalIds.slice(start, start + batchSize);
      const proposals = await load(ids);
      for (const id of ids) this.#replace(id, proposals.get(id));
    }
    this.#kv.put('lapses_until', upTo);
  }

  /** The gauges at a moment. An org whose schedules have dates has a series, also while nothing is overdue. */
  gauges(now: Date): Sum[] {
    const overdue = new Map<string, Sum>();
    let expired = 0;
    for (const { timeZone } of this.#timeZones()) {
      for (const row of this.#countIn(timeZone, now)) {
        expired += row.expired;
        if (row.dated === 0) continue;
        const labels = { org_id: String(row.orgId), currency: row.currency };
        const key = JSON.stringify(labels);
        const value = (overdue.get(key)?.value ?? 0) + row.overdue; // an org's time zone may have changed
        overdue.set(key, { metric: 'crm_portal_instalments_overdue', labels, part: '', value });
      }
    }
    const total = { metric: 'crm_portal_proposals_expired', labels: {}, part: '', value: expired } as const;
    return [...overdue.values(), total];
  }

  #replace(id: number, proposal: Proposal | undefined): void {
    this.#sql.exec('delete from lapses where proposal_id = ?', id);
    if (!proposal) return;
    const { orgId, currency, timeZone } = proposal;
    for (const { from, until, overdueInstalments, isExpired } of lapsesOf(proposal)) {
      const values = [id, orgId, currency, timeZone, from, until, overdueInstalments, Number(isExpired)];
      this.#sql.exec('insert into lapses values (?, ?, ?, ?, ?, ?, ?, ?)', ...values);
    }
  }

  #timeZones() {
    return this.#sql
      .exec<{ timeZone: string }>('select distinct time_zone as timeZone from lapses')
      .toArray();
  }

  #countIn(timeZone: string, now: Date) {
    const today = dateIn(timeZone, now);
    type Row = { orgId: number; currency: string; dated: number; overdue: number; expired: number };
    return this.#sql
      .exec<Row>(
        `select org_id as orgId, currency, sum(overdue) as dated,
           sum(iif(is_now, overdue, 0)) as overdue, sum(iif(is_now, expired, 0)) as expired
         from (select *, from_day <= ?1 and (until_day is null or until_day > ?1) as is_now
           from lapses where time_zone = ?2)
         group by org_id, currency`,
        today,
        timeZone,
      )
      .toArray();
  }
}
