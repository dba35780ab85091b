import { sql } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { oweBookings } from '../books/look.ts';
import { defaultTimeZone } from '../db/org-defaults.ts';
import { readAs } from '../db/read-as.ts';
import type { BooksState } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { BooksPart } from '../domain/accounting.ts';
import type { Staff } from '../domain/actor.ts';
import type { BooksSettings } from '../domain/books.ts';
import { dateIn, startOf } from '../domain/calendar.ts';
import { orThrow } from '../domain/decision.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError, type FieldError, invalidField } from '../errors.ts';
import { wakeBookings } from './authorize.ts';
import type { BooksSettingsBody } from './schemas.ts';

type Row = {
  readonly state: BooksState;
  readonly company: string;
  readonly settings: BooksSettings | null;
  readonly start_on: string | null;
  readonly refresh_by: string | null;
  readonly ends_at: string | null;
  readonly looked_at: string | null;
  readonly difference_cents: Record<string, number> | null;
  readonly waiting: number;
  readonly blocked: number;
};

/** How an org's books are connected, and how they stand. One request. */
export async function getBooks({ db, config }: Deps, actor: Staff) {
  authorize(actor, 'org:read');
  const iso = (column: string) => sql.raw(`to_json(${column}) #>> '{}' as ${column}`);
  const open = sql`from outbox where org_id = ${actor.orgId} and channel = 'books' and ended_at is null`;
  const [{ rows }] = await readAs(db, actor, [
    db.execute<Row>(sql`
      select state, company_name as company, settings, start_on::text, ${iso('refresh_by')}, ${iso('ends_at')},
        ${iso('looked_at')}, difference_cents, (select count(*) ${open})::float8 as waiting,
        (select count(*) ${open} and outbox.state = 'blocked')::float8 as blocked
      from books_connections where org_id = ${actor.orgId}`),
  ]);
  const [row] = rows;
  if (!row) return { state: config.hasBooks ? ('off' as const) : ('not_configured' as const), books: null };
  return { state: row.state, books: row };
}

/** What the company has to choose from. */
export async function getChoices(deps: Deps, actor: Staff) {
  authorize(actor, 'org:write');
  await readAs(deps.db, actor, [deps.db.execute(sql`select`)]); // the token must still count
  return orThrow(await deps.courierOf(actor.orgId).booksChoices());
}

/** Makes what the company lacks, or finds it by its name. */
export async function makePart(deps: Deps, actor: Staff, part: BooksPart) {
  authorize(actor, 'org:write');
  await readAs(deps.db, actor, [deps.db.execute(sql`select`)]);
  return orThrow(await deps.courierOf(actor.orgId).makeBooksPart(part)).made;
}

/**
 * Confirms how the org books, and since when: from then on every fact about money is owed to the books. What a company does not
 * have is refused. Another company, or one that was disconnected, owes everything since the start once more, and what is in it
 * already is not made again.
 */
export async function confirmBooks(
  deps: Deps,
  actor: Staff,
  body: InferOutput<typeof BooksSettingsBody>,
  ip: string | null,
): Promise<void> {
  authorize(actor, 'org:write');
  const { orgId, userId } = actor;
  const { db } = deps;
  const [{ rows }] = await readAs(db, actor, [
    db.execute<{ timeZone: string | null }>(
      sql`select time_zone as "timeZone" from orgs where id = ${orgId}`,
    ),
  ]);
  const timeZone = rows[0]?.timeZone ?? defaultTimeZone;
  if (body.start_on > dateIn(timeZone, deps.now()))
    throw invalidField('invalid_request', 'start_on', {
      code: 'in_the_future',
      detail: 'Must not be in the future.',
    });
  const { realmId, company, choices } = orThrow(await deps.courierOf(orgId).booksChoices());
  const errors = wrongChoices(body, choices, company.needsTaxCode);
  if (errors.length > 0)
    throw new AppError('invalid_request', 'The company has no such item, account or tax code.', { errors });
  const since = startOf(timeZone, body.start_on);
  const settings: BooksSettings = {
    mode: body.mode,
    depositItemId: body.deposit_item_id,
    incomeItemId: body.income_item_id,
    clearingAccountId: body.clearing_account_id,
    otherAccountId: body.other_account_id,
    taxCodeId: body.tax_code_id,
  };
  const isNew = sql`(select state from books_connections where org_id = ${orgId}) is distinct from 'on'`;
  const ofIt = sql`org_id = ${orgId} and realm_id = ${realmId} and tokens is not null
    and state <> 'disconnected'`;
  const stored = JSON.stringify(settings);
  const [, , { rows: confirmed }] = await writeAs(db, actor, [
    // A replay changes nothing, and is no entry.
    db.execute(sql`
      insert into audit_log (org_id, user_id, action, about, ip)
      select org_id, ${userId}::bigint, 'books_confirmed', company_name, ${ip}::text from books_connections
      where ${ofIt} and (state <> 'on' or settings is distinct from ${stored}::jsonb or start_on is distinct from ${body.start_on}::date)`),
    db.execute(sql`
      insert into channels (org_id, channel, since)
      select ${orgId}::bigint, 'books', ${since.toISOString()}::timestamptz from books_connections where ${ofIt}
      on conflict (org_id, channel) do update set since = excluded.since,
        generation = channels.generation + case when channels.since is null or ${isNew} then 1 else 0 end`),
    db.execute(sql`
      update books_connections set state = 'on', settings = ${stored}::jsonb, start_on = ${body.start_on}::date
      where ${ofIt} returning org_id`),
    db.execute(wakeBookings(orgId)),
  ]);
  if (confirmed.length === 0)
    throw new AppError(
      'books_not_connected',
      'Another company was connected meanwhile, or none is any more.',
    );
  await oweBookings(db, orgId);
  deps.waitUntil(deps.pokes.poke(orgId));
}

/**
 * Ends the connection. What was booked stays known, so that the same company gets nothing twice. A courier that fails leaves the
 * tokens of a connection that is over: the next request has them revoked.
 */
export async function disconnectBooks(deps: Deps, actor: Staff, ip: string | null): Promise<void> {
  authorize(actor, 'org:write');
  const { orgId, userId } = actor;
  const { db } = deps;
  await writeAs(db, actor, [
    db.execute(sql`
      insert into audit_log (org_id, user_id, action, about, ip)
      select org_id, ${userId}::bigint, 'books_disconnected', company_name, ${ip}::text
      from books_connections where org_id = ${orgId} and state <> 'disconnected'`),
    db.execute(sql`update channels set since = null where org_id = ${orgId} and channel = 'books'`),
    db.execute(sql`update books_connections set state = 'disconnected' where org_id = ${orgId}`),
  ]);
  await deps.courierOf(orgId).disconnectBooks();
}

type Choices = Awaited<ReturnType<typeof getChoices>>['choices'];

function wrongChoices(
  body: InferOutput<typeof BooksSettingsBody>,
  { depositItems, incomeItems, accounts, taxCodes }: Choices,
  needsTaxCode: boolean,
): FieldError[] {
  const checks = [
    ['deposit_item_id', depositItems, body.deposit_item_id],
    ['income_item_id', incomeItems, body.income_item_id],
    ['clearing_account_id', accounts, body.clearing_account_id],
    ['other_account_id', accounts, body.other_account_id],
    ...(needsTaxCode || body.tax_code_id ? [['tax_code_id', taxCodes, body.tax_code_id] as const] : []),
  ] as const;
  return checks.flatMap(([name, offered, id]) =>
    offered.some((choice) => choice.id === id)
      ? []
      : [
          {
            pointer: `#/${name}`,
            code: id === null ? ('required' as const) : ('not_found' as const),
            detail: 'Must be one that the company has.',
          },
        ],
  );
}
