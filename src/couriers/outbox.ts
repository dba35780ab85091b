import type { Database } from '../db/client.ts';
import type { OutboxState } from '../db/schema.ts';
import type { Channel } from '../domain/channel.ts';
import type { OwedKind } from '../domain/owed.ts';

/** A row that a courier has claimed. */
export type OwedRow = {
  readonly id: string;
  readonly orgId: number;
  readonly proposalId: number;
  readonly channel: Channel;
  readonly kind: OwedKind;
  readonly entryKey: string;
  /** Which of several it is that a courier made of one row. */
  readonly share: string | null;
  /** How often its channel was switched on before it was owed, and then. */
  readonly generation: number;
  /** The fence: the next claim raises it, and what this courier still writes changes nothing. */
  readonly attempt: number;
  /** How many attempts began before. */
  readonly tries: number;
  /** What an earlier attempt froze, where the vendor may have it. */
  readonly frozen: object | null;
  /** For how many hours the vendor may have done it; null where it surely has not. */
  readonly doubtHours: number | null;
  /** How long it has been due, in hours. */
  readonly dueHours: number;
  /** Whether its channel is still on, in the same generation. */
  readonly isOn: boolean;
};

/** One of several that take a row's place. */
export type Share = {
  readonly name: string;
  /** Null: when the row is. */
  readonly dueAt: Date | null;
};

/** How a row ends, or goes on. */
export type Outcome = {
  readonly state: OutboxState;
  readonly reason?: string | null;
  readonly vendorId?: string | null;
  /** In how many milliseconds it is tried again; an end without. */
  readonly againInMs?: number;
  /** Whether the vendor surely did not do it at this attempt. */
  readonly isSurelyNot?: boolean;
  /** Whether it surely did not do it at any attempt before, either. */
  readonly isDoubtOver?: boolean;
};

const claimed = 10;

/** For how long a row is its courier's: longer than a call may take at the vendor. Intuit ends one after two minutes. */
const lease = `case channel when 'books' then interval '3 minutes' else interval '1 minute' end`;

/**
 * The outbox, as the courier of one org sees it. All times are the database's. Each method is one request, and every write
 * names the attempt that the courier claimed: of two couriers, one writes.
 */
export class Outbox {
  readonly #client: Database['$client'];
  readonly #orgId: number;

  constructor(db: Database, orgId: number) {
    this.#client = db.$client;
    this.#orgId = orgId;
  }

  /** The next rows of this channel and these kinds that are due, for the time of a lease: those first that have been due for longest. */
  async claim(channel: Channel, kinds: readonly OwedKind[]): Promise<OwedRow[]> {
    const rows = await this.#client.query(claim, [this.#orgId, channel, kinds]);
    // Sound: the statement returns them, in no order.
    return (rows as unknown as OwedRow[]).sort((one, other) => other.dueHours - one.dueHours);
  }

  /** Hands a row back as it is, to be claimed again in so many milliseconds. */
  async release({ id, attempt }: OwedRow, ms: number): Promise<void> {
    await this.#client.query(release, [id, attempt, ms]);
  }

  /**
   * Notes that the attempt begins, before it does, and freezes what is sent. Resolves with what an earlier attempt may have
   * frozen instead; null where the row was claimed by another courier meanwhile.
   */
  async begin({ id, attempt }: OwedRow, content: object): Promise<object | null> {
    const [row] = await this.#client.query(begin, [id, attempt, JSON.stringify(content)]);
    return (row as { frozen: object } | undefined)?.frozen ?? null;
  }

  /** Resolves with whether it ended the row: not where it is to be tried again, or another courier has it. */
  async finish(row: OwedRow, outcome: Outcome): Promise<boolean> {
    const { state, reason = null, vendorId = null, againInMs = null } = outcome;
    const { isSurelyNot = false, isDoubtOver = false } = outcome;
    const wasCertain = isSurelyNot && (isDoubtOver || row.doubtHours === null);
    const params = [row.id, row.attempt, state, reason, vendorId, againInMs, wasCertain];
    const [ended] = await this.#client.query(finish, params);
    return ended !== undefined && againInMs === null;
  }

  /** Replaces the row by one for each share. Those without a time of their own are due at once. */
  async expand(row: OwedRow, shares: readonly Share[]): Promise<void> {
    await this.#client.query(expand, [row.id, row.attempt, JSON.stringify(shares)]);
  }

  /** In how many milliseconds a row of this channel and these kinds is due; null where none is left. */
  async nextIn(channel: Channel, kinds: readonly OwedKind[]): Promise<number | null> {
    const [row] = await this.#client.query(next, [this.#orgId, channel, kinds]);
    const { ms } = row as { ms: number | null };
    return ms === null ? null : Math.max(0, ms);
  }
}

const isOn = `
  select from channels where org_id = outbox.org_id and channel = outbox.channel
    and generation = outbox.generation and since is not null`;

const claim = `
  with due as (
    select id from outbox where org_id = $1 and channel = $2 and kind = any($3::text[])
      and ended_at is null and try_at <= now()
      and (leased_until is null or leased_until <= now())
    order by due_at, key limit ${claimed} for update skip locked)
  update outbox set attempt = attempt + 1, leased_until = now() + ${lease} from due
  where outbox.id = due.id
  returning outbox.id, org_id::double precision as "orgId", proposal_id::double precision as "proposalId", channel, kind,
    entry_key as "entryKey", share, generation, attempt, tries, frozen,
    extract(epoch from now() - doubt_since)::double precision / 3600 as "doubtHours",
    extract(epoch from now() - due_at)::double precision / 3600 as "dueHours",
    exists (${isOn}) as "isOn"`;

const begin = `
  update outbox set state = 'sending', tries = tries + 1, frozen = coalesce(frozen, $3::json), doubt_since = coalesce(doubt_since, now()),
    leased_until = now() + ${lease}
  where id = $1 and attempt = $2 and ended_at is null and exists (${isOn})
  returning frozen`;

const finish = `
  update outbox set state = $3, reason = $4, vendor_id = coalesce($5, vendor_id), leased_until = null,
    try_at = case when $6::float8 is null then try_at else now() + $6::float8 * interval '1 millisecond' end,
    ended_at = case when $6::float8 is null then now() end,
    doubt_since = case when $7::boolean then null else doubt_since end,
    frozen = case when $7::boolean then null else frozen end
  where id = $1 and attempt = $2 and ended_at is null
  returning id`;

const release = `
  update outbox set leased_until = null, try_at = greatest(try_at, now() + $3::float8 * interval '1 millisecond')
  where id = $1 and attempt = $2 and ended_at is null`;

const expand = `
  with parent as (
    update outbox set state = 'expanded', ended_at = now(), leased_until = null
    where id = $1 and attempt = $2 and ended_at is null returning *)
  insert into outbox (org_id, proposal_id, channel, generation, kind, key, entry_key, share, due_at, try_at)
  select org_id, proposal_id, channel, generation, kind, key || ':' || shares.name, entry_key, shares.name,
    coalesce(shares."dueAt", due_at), coalesce(shares."dueAt", try_at)
  from parent, json_to_recordset($3::json) as shares (name text, "dueAt" timestamptz)
  on conflict (key) do nothing`;

const next = `
  select extract(epoch from min(greatest(try_at, leased_until)) - now())::double precision * 1000 as ms
  from outbox where org_id = $1 and channel = $2 and kind = any($3::text[]) and ended_at is null`;

/** For how many seconds the oldest row of each channel has been due; channels without one are missing. One request. */
export async function findOldestDue(db: Database): Promise<{ readonly [C in Channel]?: number }> {
  const rows = await db.$client.query(oldestDue, []);
  return Object.fromEntries(rows.map(({ channel, seconds }) => [channel, seconds]));
}

const oldestDue = `
  select channel, round(extract(epoch from now() - min(due_at)))::double precision as seconds
  from outbox where ended_at is null and due_at <= now() group by channel`;

/**
 * The orgs that have something due which no courier is at, or whose books were not compared for hours;
 * another choice each time, where there are many. One request.
 */
export async function findDueOrgs(db: Database): Promise<number[]> {
  const rows = await db.$client.query(dueOrgs, []);
  return rows.map(({ id }) => Number(id));
}

const dueOrgs = `
  select id from (
    select org_id::double precision as id from outbox
    where ended_at is null and try_at <= now() and (leased_until is null or leased_until <= now())
    union select org_id::double precision from books_connections
    where state in ('on', 'lost') and (compared_at is null or compared_at < now() - interval '2 hours')) as due
  order by random() limit 500`;

/** Erases what was sent, a month after its end: names, addresses and sums. One request. */
export async function eraseFrozen(db: Database): Promise<void> {
  await db.$client.query(erase, []);
}

const erase = `
  update outbox set frozen = null where id in (
    select id from outbox where frozen is not null and ended_at < now() - interval '30 days' order by ended_at limit 1000)`;
