import { and, asc, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { defaultTimeZone } from '../db/org-defaults.ts';
import { readAs } from '../db/read-as.ts';
import { orgs, proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import type { CalendarDate } from '../domain/calendar.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { type Page, pageLimit, toPage } from '../http/page.ts';
import { proposalColumns, toProposal } from '../log/load.ts';
import type { ProposalRow } from './get-proposal.ts';
import type { ListProposalsQuery, proposalSorts } from './schemas.ts';

/** A proposal without its contents, which have no small limit: a page has fifty. */
export type ListedProposal = {
  readonly row: Omit<ProposalRow, 'lineItems' | 'terms'>;
  readonly proposal: Proposal;
};

type Sort = (typeof proposalSorts)[number];

const { lineItems: _, terms: __, ...summary } = getTableColumns(proposals);

/** The org's proposals that match, after the cursor, the newest first unless another order is asked for. One request. */
export async function listProposals(
  { db, config }: Deps,
  actor: Staff,
  { cursor, status, q = '', sort = '-created_at', from, to }: InferOutput<typeof ListProposalsQuery>,
): Promise<Page<ListedProposal>> {
  authorize(actor, 'proposals:list');
  const key = sortKeys[sort.replace('-', '') as keyof typeof sortKeys]; // sound: see `proposalSorts`
  const found = db
    .select({ ...summary, ...proposalColumns })
    .from(proposals)
    .innerJoin(orgs, eq(orgs.id, proposals.orgId))
    .where(
      and(
        eq(proposals.orgId, actor.orgId),
        cursor ? isAfter(cursor, sort, key, actor.orgId) : undefined,
        status && eq(proposals.status, status),
        ...wordsOf(q).map(holds),
        from ? sql`${proposals.createdAt} >= ${startOfDay(from, 0)}` : undefined,
        to ? sql`${proposals.createdAt} < ${startOfDay(to, 1)}` : undefined,
      ),
    )
    .orderBy(...(isDescending(sort) ? [desc(key), desc(proposals.id)] : [asc(key), asc(proposals.id)]))
    .limit(pageLimit + 1);
  const [rows] = await readAs(db, actor, [found]);
  const listed = rows.map((row) => ({ row, proposal: toProposal(row, config) }));
  return toPage(listed, ({ row }) => row.id);
}

// Ids rise with the time of their making, and are unique.
const sortKeys = {
  created_at: sql`proposals.id`,
  title: sql`lower(proposals.title)`,
  customer_name: sql`lower(proposals.customer_name)`,
  total_cents: sql`proposals.total_cents`,
};

const isDescending = (sort: Sort) => sort.startsWith('-');

/** Whether a row follows the one that the cursor names, which must be the org's own. */
function isAfter(cursor: number, sort: Sort, key: SQL, orgId: number): SQL {
  const operator = sql.raw(isDescending(sort) ? '<' : '>');
  return sql`(${key}, proposals.id) ${operator}
    (select ${key}, proposals.id from proposals where id = ${cursor} and org_id = ${orgId})`;
}

/** More words than this narrow nothing down. */
const mostWords = 10;

function wordsOf(q: string): string[] {
  return [...new Set(q.split(/\s+/).filter(Boolean))].slice(0, mostWords);
}

/** Whether a proposal holds a word, without regard to case and accents, or has it as its number. */
function holds(word: string): SQL {
  const { title, customerName, customerEmail } = proposals;
  const isIn = sql`strpos(${folded(sql`concat_ws(' ', ${title}, ${customerName}, ${customerEmail})`)}, ${folded(sql`${word}`)}) > 0`;
  const [, id] = /^#?(\d{1,15})$/.exec(word) ?? [];
  return id ? sql`(${proposals.id} = ${Number(id)} or ${isIn})` : isIn;
}

/** By the database for both sides: what it makes of a letter is not what JavaScript does (ΟΔΟΣ, №). */
function folded(text: SQL): SQL {
  return sql`regexp_replace(lower(normalize(${text}::text, NFKD)), '[\\u0300-\\u036f]', '', 'g')`;
}

/** When a date begins in the org's time zone, so many days later. */
function startOfDay(date: CalendarDate, days: number): SQL {
  return sql`(${date}::date + ${days}::integer)::timestamp at time zone coalesce(${orgs.timeZone}, ${defaultTimeZone})`;
}
