import { inArray } from 'drizzle-orm';
import { expect } from 'vitest';
import { proposals, stripeEvents } from '../../src/db/schema.ts';
import { db, entriesOf } from '../support/world.ts';
import { type Game, sampleOf } from './game.ts';

type Rows = Awaited<ReturnType<typeof entriesOf>>;

/** What must hold once a schedule has come to rest. The truth is what Stripe took, not what we recorded. */
export async function checkTruth(game: Game): Promise<void> {
  expect(game.complaints).toEqual([]);
  const { account } = game;
  const all: Rows = [];
  for (const { id } of game.proposals) {
    const entries = await entriesOf(id);
    all.push(...entries);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(await statusOf(id)).toBe(statusAfter(entries));
    const { json: page } = await game.read(id);
    expect(page.held_cents).toBe(moneyAfter(entries).heldCents);
    expect(page.due_cents).toBeGreaterThanOrEqual(0);
    checkAnomalies(entries);
    checkOpenSessions(game, id, entries);
  }

  const paid = [...account.sessions.values()].filter(
    (session) => session.payment_status === 'paid' && isOurs(session),
  );
  expect(valuesOf(all, 'payment_success', 'stripe_session_id', 'amount_cents')).toEqual(
    paid.map((session) => `${session.id} ${session.amount_total}`).sort(),
  );
  const ofOurs = ({ payment_intent }: { payment_intent: string }) => {
    const intent = account.intents.get(payment_intent);
    return intent !== undefined && isOurs(intent);
  };
  const refunds = [...account.refunds.values()].filter(ofOurs);
  // What staff asked for was made once at most.
  const asked = refunds.flatMap(({ metadata }) => metadata.refund_request_id ?? []);
  expect(new Set(asked).size).toBe(asked.length);
  expect(valuesOf(all, 'payment_refunded', 'refund_id', 'amount_cents')).toEqual(
    refunds.map(({ id, amount }) => `${id} ${amount}`).sort(),
  );
  expect(valuesOf(all, 'refund_failed', 'refund_id')).toEqual(
    refunds.flatMap(({ id, status }) => (status === 'failed' ? [id] : [])).sort(),
  );
  const disputes = [...account.disputes.values()].filter(ofOurs);
  expect(valuesOf(all, 'dispute_opened', 'dispute_id')).toEqual(disputes.map(({ id }) => id).sort());
  expect(valuesOf(all, 'dispute_closed', 'dispute_id', 'status')).toEqual(
    disputes.flatMap(({ id, status }) => (status === 'needs_response' ? [] : [`${id} ${status}`])).sort(),
  );
  await checkCounters(game, all);
  await checkEvents(game);
}

/** Another product shares the account. */
const isOurs = ({ metadata }: { metadata: Readonly<Record<string, string>> }) => 'portal_url' in metadata;

/** The entries of one event, by some of their meta, sorted. */
function valuesOf(entries: Rows, event: string, ...fields: string[]): string[] {
  const facts = entries
    .filter((entry) => entry.event === event)
    .map(({ meta }) => meta as Record<string, unknown>);
  return facts.map((meta) => fields.map((field) => meta[field]).join(' ')).sort();
}

async function statusOf(proposalId: number): Promise<string | undefined> {
  const [row] = await db
    .select()
    .from(proposals)
    .where(inArray(proposals.id, [proposalId]));
  return row?.status;
}

/** How a proposal's money stands after its entries: derived from the log independently of the code under test. */
function moneyAfter(entries: Rows) {
  const cents = (event: string) =>
    valuesOf(entries, event, 'amount_cents').reduce((sum, amount) => sum + Number(amount), 0);
  const closings = entries
    .filter(({ event }) => event === 'dispute_closed')
    .map(({ meta }) => meta as Closing);
  const last = new Map(closings.map((closing) => [closing.dispute_id, closing]));
  const lost = [...last.values()].filter(({ status }) => status === 'lost');
  const lostCents = lost.reduce((sum, closing) => sum + closing.amount_cents, 0);
  const start = entries.findLastIndex(({ event }) => event === 'revised');
  const [revised] = valuesOf(entries.slice(Math.max(start, 0)), 'revised', 'total_cents');
  const totalCents = Number(revised ?? 1_575_000);
  const depositCents = Math.floor((totalCents * 30 + 50) / 100);
  const isAsked = entries.slice(start + 1).some(({ event }) => event === 'payment_requested');
  const heldCents =
    cents('payment_success') +
    cents('payment_recorded') -
    cents('payment_reversed') -
    cents('payment_refunded') +
    cents('refund_failed') -
    lostCents;
  return { heldCents, totalCents, depositCents, owedCents: isAsked ? totalCents : depositCents };
}

type Closing = { readonly dispute_id: string; readonly status: string; readonly amount_cents: number };

function lifecycleAfter(entries: Rows): string {
  const events = entries.map(({ event }) => event);
  const last = events.findLast((event) => ['void', 'approve', 'declined', 'revised'].includes(event));
  if (events.includes('void')) return 'void';
  return last === 'approve' ? 'approved' : last === 'declined' ? 'declined' : 'draft';
}

function statusAfter(entries: Rows): string {
  const { heldCents, totalCents, depositCents } = moneyAfter(entries);
  const lifecycle = lifecycleAfter(entries);
  if (lifecycle === 'void') return lifecycle;
  if (heldCents >= totalCents) return 'paid';
  return heldCents >= depositCents ? 'deposit_paid' : lifecycle;
}

type Made = {
  readonly session_id: string;
  readonly version: number;
  readonly deposit_cents: number;
  readonly amount_cents: number;
};

/** Every payment of what was not due, and every one on a void or declined proposal, has its anomaly; no other has. */
function checkAnomalies(entries: Rows): void {
  const made = new Map(
    entries
      .filter(({ event }) => event === 'checkout_created')
      .map(({ meta }) => meta as Made)
      .map((session) => [session.session_id, session]),
  );
  const expected: string[] = [];
  for (const [index, { event, meta }] of entries.entries()) {
    if (event !== 'payment_success') continue;
    const { stripe_session_id, amount_cents } = meta as { stripe_session_id: string; amount_cents: number };
    const before = entries.slice(0, index);
    const { heldCents, owedCents, totalCents } = moneyAfter(before);
    const version = 1 + before.filter((entry) => entry.event === 'revised').length;
    const session = made.get(stripe_session_id);
    const isCurrent = (session?.version ?? version) === version;
    // All that remains may be paid at once.
    const isInFull = session !== undefined && session.amount_cents > owedCents;
    const payableCents = (isInFull ? totalCents : owedCents) - heldCents;
    if (payableCents <= 0 || (isCurrent && amount_cents > payableCents))
      expected.push(`already_paid ${stripe_session_id}`);
    if (!isCurrent) expected.push(`version_mismatch ${stripe_session_id}`);
    const lifecycle = lifecycleAfter(before);
    if (lifecycle === 'void' || lifecycle === 'declined')
      expected.push(`proposal_${lifecycle} ${stripe_session_id}`);
  }
  expect(valuesOf(entries, 'payment_anomaly', 'reason', 'stripe_session_id')).toEqual(expected.sort());
}

/** What is void, declined, revised or more than what remains cannot be paid; every open session was handed out. */
function checkOpenSessions({ account, handedOut }: Game, proposalId: number, entries: Rows): void {
  const open = [...account.sessions.values()].filter(
    ({ status, metadata }) => status === 'open' && metadata.proposal_id === String(proposalId),
  );
  const lifecycle = lifecycleAfter(entries);
  const { heldCents, totalCents } = moneyAfter(entries);
  // The org lets customers pay all of it at once, and no more than that.
  const remainingCents = lifecycle === 'approved' ? totalCents - Math.max(0, heldCents) : 0;
  const tooMuch = open.filter(({ amount_total: cents }) => cents > remainingCents);
  expect(tooMuch.map(({ id }) => `${id} is open, and ${remainingCents} remain`)).toEqual([]);
  const version = 1 + entries.filter(({ event }) => event === 'revised').length;
  expect(open.filter(({ metadata }) => metadata.proposal_version !== String(version))).toEqual([]);
  // Its answer may have been lost; then the log has it, and the next click gets it.
  const recorded = valuesOf(entries, 'checkout_created', 'session_id');
  expect(open.filter(({ id }) => !handedOut.has(id) && !recorded.includes(id))).toEqual([]);
  expect(open.length).toBeLessThanOrEqual(1);
}

async function checkCounters(game: Game, entries: Rows): Promise<void> {
  const text = await game.scrapeAtRest();
  const labels = `{org_id="${game.org.id}"}`;
  const sums = (event: string) =>
    valuesOf(entries, event, 'amount_cents').reduce((sum, cents) => sum + Number(cents), 0);
  const counts = (event: string) => entries.filter((entry) => entry.event === event).length;
  const expected = {
    crm_portal_payments_total: counts('payment_success'),
    crm_portal_payment_amount_cents_sum: sums('payment_success'),
    crm_portal_payment_amount_cents_count: counts('payment_success'),
    crm_portal_payments_failed_total: counts('payment_failed'),
    crm_portal_refunds_total: counts('payment_refunded'),
    crm_portal_refund_amount_cents_sum: sums('payment_refunded'),
    crm_portal_refunds_failed_total: counts('refund_failed'),
    crm_portal_refunds_requested_total: counts('refund_requested'),
    crm_portal_offline_payment_amount_cents_sum: sums('payment_recorded'),
  };
  const names = Object.keys(expected);
  const scraped = Object.fromEntries(names.map((name) => [name, sampleOf(text ?? '', `${name}${labels}`)]));
  expect(scraped).toEqual(expected);
}

/** Every delivered event of ours is kept, no other is, and no money is left unattributed. */
async function checkEvents({ account }: Game): Promise<void> {
  const ids = account.events.map(({ id }) => id);
  const kept = await db
    .select()
    .from(stripeEvents)
    .where(inArray(stripeEvents.id, [...ids, 'none']));
  const unattributed = kept.filter(({ outcome }) => outcome === 'unattributed');
  expect(unattributed.map(({ type }) => type)).toEqual([]);
  const keptIds = new Set(kept.map(({ id }) => id));
  const isOurEvent = ({ data }: { data: { object: unknown } }) => {
    const { metadata, payment_intent } = data.object as { metadata?: object; payment_intent?: string };
    return 'portal_url' in { ...metadata, ...account.intents.get(payment_intent ?? '')?.metadata };
  };
  const handled = account.events.filter(({ type }) => !type.startsWith('payment_'));
  const [ours, others] = [handled.filter(isOurEvent), handled.filter((event) => !isOurEvent(event))];
  expect(ours.filter(({ id }) => account.delivered.has(id) && !keptIds.has(id))).toEqual([]);
  expect(others.filter(({ id }) => keptIds.has(id))).toEqual([]);
}
