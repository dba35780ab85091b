import { and, eq, isNull, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { formTypes } from '../../local/intuit/company.ts';
import { faults, Intuit, type IntuitFault } from '../../local/intuit/intuit.ts';
import { Bookkeeper } from '../../src/books/bookkeeper.ts';
import { createBooksChannel } from '../../src/books/books-channel.ts';
import { oweBookings } from '../../src/books/look.ts';
import { Refs } from '../../src/books/refs.ts';
import { readConfig } from '../../src/config.ts';
import { activityLog, booksConnections, outbox, proposals } from '../../src/db/schema.ts';
import type { ProposalCommand } from '../../src/domain/command.ts';
import type { EntryMeta } from '../../src/domain/entry.ts';
import { consent, createBookingOrg, playIntuit, quickBooks } from '../support/books.ts';
import { playLives, some, type Trouble, troubles } from '../support/lives.ts';
import { passTime } from '../support/mail.ts';
import { append, bindings, createProposal, db, entriesOf } from '../support/world.ts';

// Random schedules of one org's books: money comes and goes in every way, the log is appended by this version or by one that knows
// no books, up to two couriers are alive, each of their requests and calls can fail, lose its answer or be their last, Intuit
// forgets what it did, does it minutes late, rotates tokens and loses the reply, throttles, or has closed the books for a week. At
// the end Intuit's accounts, by its own double entry, hold what the log implies, and each fact is there once. The database and the
// couriers are real.

const minuteMs = 60_000;

type Money =
  | { readonly kind: 'pay'; readonly percent: number; readonly odd: boolean }
  | { readonly kind: 'cheque'; readonly percent: number }
  | { readonly kind: 'return cheque' | 'approve' | 'accept' | 'lose dispute' | 'win dispute' | 'fail refund' }
  | { readonly kind: 'refund'; readonly percent: number };

type Loss = Extract<IntuitFault, 'reply_lost' | 'commits_late'>;

type Step =
  | (Money & { readonly older: boolean })
  | {
      readonly kind: 'courier';
      readonly troubles: readonly (Trouble | null)[];
      readonly faults: readonly (IntuitFault | null)[];
    }
  | {
      readonly kind:
        | 'both couriers'
        | 'overtaken'
        | 'wake'
        | 'keep'
        | 'expire access'
        | 'close books'
        | 'open books';
    }
  | { readonly kind: 'reconnect' | 'switch mode' | 'new address' | 'revoke' }
  /**
   * No reply comes, of a document that is made by then or later. Before anybody looks, the company is connected again, or lets us
   * in no more, or a courier comes by a minute and a half later, when Intuit remembers nothing.
   */
  | {
      readonly kind: 'lost and connected again' | 'lost and let out' | 'lost and soon again';
      readonly loss: Loss;
    }
  | { readonly kind: 'replay'; readonly replay: Intuit['replay'] }
  | { readonly kind: 'time'; readonly minutes: number };

const percent = fc.constantFrom(10, 30, 70, 100);
const money = fc.oneof(
  fc.record({ kind: fc.constant('pay' as const), percent, odd: fc.constantFrom(false, false, false, true) }),
  fc.record({ kind: fc.constant('cheque' as const), percent }),
  fc.record({ kind: fc.constant('refund' as const), percent }),
  fc.record({
    kind: fc.constantFrom('return cheque', 'approve', 'accept', 'lose dispute', 'win dispute', 'fail refund'),
  }),
);
// What hangs is given up on after twenty seconds, which the adapter's own tests wait for.
const quick = faults.filter((fault) => fault !== 'hang');
const schedules = fc.record({
  mode: fc.constantFrom('invoice' as const, 'receipt' as const),
  ownNumbers: fc.boolean(),
  formerTokensLive: fc.boolean(),
  steps: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.tuple(money, fc.boolean()).map(([one, older]) => ({ ...one, older })) },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('courier' as const),
          troubles: some(troubles),
          faults: some(quick),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constantFrom(
            ...(['both couriers', 'overtaken', 'wake', 'keep'] as const),
            ...(['expire access', 'close books', 'open books', 'revoke'] as const),
            ...(['reconnect', 'switch mode', 'new address'] as const),
          ),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constantFrom(
            ...(['lost and connected again', 'lost and let out', 'lost and soon again'] as const),
          ),
          loss: fc.constantFrom<Loss>('reply_lost', 'commits_late'),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('replay' as const),
          replay: fc.constantFrom('on' as const, 'off' as const, 'forgets' as const),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('time' as const),
          minutes: fc.constantFrom(1, 4, 70, 3_000),
        }),
      },
    ),
    { minLength: 4, maxLength: 16 },
  ),
});

type Schedule = {
  readonly mode: 'invoice' | 'receipt';
  readonly ownNumbers: boolean;
  readonly formerTokensLive: boolean;
  readonly steps: readonly Step[];
};

const { runs, seed, path } = inject('schedules');

test(`schedules of books come to rest in the truth (SCHEDULES_SEED=${seed})`, { timeout: 0 }, () =>
  fc.assert(fc.asyncProperty(schedules as fc.Arbitrary<Schedule>, play), {
    numRuns: runs,
    seed,
    ...(path ? { path } : {}),
    endOnFailure: path !== undefined,
  }),
);

async function play({ mode, ownNumbers, formerTokensLive, steps }: Schedule): Promise<void> {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const intuit = playIntuit(new Intuit({ now }));
  const { org, company, connections } = await createBookingOrg(intuit, mode);
  company.hasOwnNumbers = ownNumbers;
  intuit.formerTokensLive = formerTokensLive;
  const proposal = await createProposal(org.id, 'draft');
  const gateway = quickBooks();
  const config = readConfig(bindings);
  const refs = new Refs(db, org.id);
  const bookkeeper = new Bookkeeper(db, org.id, gateway, connections);
  const { life, wake, throwBroken } = playLives(
    org.id,
    (troubled) => ({
      books: createBooksChannel({
        ...{ db, gateway, connections, portalUrl: () => config.portalUrl, check() {} },
        refs: {
          read: (...args: Parameters<Refs['read']>) => troubled(() => refs.read(...args)),
          write: (...args: Parameters<Refs['write']>) => troubled(() => refs.write(...args)),
          forget: (...args: Parameters<Refs['forget']>) => troubled(() => refs.forget(...args)),
        } as Refs,
        note: (proposalId, event) =>
          troubled(() => append({ kind: 'note_booking', proposalId, via: 'books', event })),
      }),
    }),
    now,
  );

  async function pass(ms: number): Promise<void> {
    await passTime(org.id, ms);
    aheadMs += ms;
  }

  /** What is asked of the proposal next. It may be refused, as it would be. */
  async function toCommand(step: Money): Promise<ProposalCommand | null> {
    const entries = await entriesOf(proposal.id);
    const number = entries.length;
    const staff = org.actor;
    const id = { proposalId: proposal.id };
    const cents = 'percent' in step ? Math.round((1_575_000 * step.percent) / 100) : 0;
    const last = <E extends keyof EntryMeta>(event: E) =>
      entries.findLast((entry) => entry.event === event)?.meta as EntryMeta[E] | undefined;
    const paid = last('payment_success');
    const observe = (observation: object) =>
      ({ kind: 'settle', ...id, via: 'stripe', event: null, observation }) as ProposalCommand;
    switch (step.kind) {
      case 'approve':
        return { kind: 'approve', ...id, actor: proposal.customer, name: 'Ada', version: 1, ip: null };
      case 'accept': {
        const odd = entries.findLast(({ event }) => event === 'payment_anomaly');
        return odd
          ? { kind: 'accept_anomaly', ...id, actor: staff, entryId: odd.id, note: 'It is fine.' }
          : null;
      }
      case 'pay': {
        const sessionId = `cs_${proposal.id}_${number}`;
        if (!step.odd) await makeSession(sessionId, cents);
        const ofSession = {
          sessionId,
          proposalId: proposal.id,
          orgId: org.id,
          portalUrl: null,
          createdAt: null,
        };
        return observe({
          ...{ fact: 'checkout_paid', ...ofSession, amountCents: cents, currency: 'usd' },
          ...{ paymentStatus: 'paid', paymentIntent: `pi_${sessionId}` },
        });
      }
      case 'cheque':
        return {
          ...{
            kind: 'record_payment',
            ...id,
            actor: staff,
            paymentId: crypto.randomUUID(),
            method: 'cheque',
          },
          ...{
            amountCents: cents,
            receivedOn: '2026-11-01',
            reference: '12',
            overpayment: step.percent === 70,
          },
        };
      case 'return cheque': {
        const paymentId = last('payment_recorded')?.payment_id;
        return paymentId
          ? { kind: 'reverse_payment', ...id, actor: staff, paymentId, reason: 'Bounced' }
          : null;
      }
      case 'refund':
      case 'fail refund': {
        const refunded = last('payment_refunded');
        const isFailure = step.kind === 'fail refund';
        if (!paid || (isFailure && !refunded)) return null;
        const paymentIntent = (isFailure ? refunded : paid)?.payment_intent;
        return observe({
          ...{ fact: 'refund', refundId: isFailure ? refunded?.refund_id : `re_${proposal.id}_${number}` },
          ...{
            amountCents:
              step.kind !== 'refund'
                ? refunded?.amount_cents
                : Math.round((paid.amount_cents * step.percent) / 100),
          },
          ...{ currency: 'usd', status: isFailure ? 'failed' : 'succeeded', paymentIntent },
        });
      }
      case 'lose dispute':
      case 'win dispute':
        return paid
          ? observe({
              ...{
                fact: 'dispute',
                disputeId: `dp_${paid.stripe_session_id}`,
                amountCents: paid.amount_cents,
              },
              ...{
                currency: 'usd',
                status: step.kind === 'lose dispute' ? 'lost' : 'won',
                reason: 'fraudulent',
              },
              paymentIntent: paid.payment_intent,
            })
          : null;
    }
  }

  /** A session of ours over this amount, so that paying it is no anomaly where it is due. */
  async function makeSession(sessionId: string, amountCents: number): Promise<void> {
    const meta = {
      ...{
        session_id: sessionId,
        deposit_cents: amountCents,
        total_cents: 1_575_000,
        amount_cents: amountCents,
      },
      ...{ currency: 'usd', version: 1, expires_at: new Date().toISOString(), url: '', dev_mode: true },
    };
    const [last] = await entriesOf(proposal.id).then((all) => all.slice(-1));
    await db.insert(activityLog).values({
      ...{
        orgId: org.id,
        proposalId: proposal.id,
        seq: (last?.seq ?? 0) + 1,
        event: 'checkout_created',
        actor: 'customer',
      },
      ...{ meta, dedupeKey: `checkout_created:${sessionId}`, createdAt: new Date() },
    });
  }

  /** Disconnected, and the same company connected again. */
  async function reconnect(): Promise<void> {
    await consent(intuit, org.id, company);
    await db.execute(sql`update channels set generation = generation + 1 where org_id = ${org.id}`);
    await oweBookings(db, org.id);
  }

  async function loseReply(loss: Loss): Promise<void> {
    for (const form of ['invoice', 'payment', 'salesreceipt', 'refundreceipt'])
      intuit.planned.set(`POST ${form}`, loss);
    await life();
    intuit.planned.clear();
  }

  for (const step of steps) {
    switch (step.kind) {
      case 'courier':
        intuit.faults.push(...step.faults.filter((fault) => fault !== null));
        await life([...step.troubles]);
        intuit.faults.length = 0;
        break;
      case 'both couriers':
        await Promise.all([life(), life()]);
        break;
      case 'overtaken':
        await life([null, null, null, 'stalls']);
        await pass(4 * minuteMs);
        await life();
        await wake();
        break;
      case 'wake':
        await wake();
        break;
      case 'keep':
        await bookkeeper.keep();
        break;
      case 'expire access':
        intuit.expireAccess();
        break;
      case 'close books':
        company.closedUntil = '2099-01-01';
        break;
      case 'open books':
        company.closedUntil = null;
        break;
      case 'revoke':
        intuit.revoke(company.realmId);
        break;
      case 'reconnect':
        await reconnect();
        break;
      case 'lost and connected again':
        await loseReply(step.loss);
        await reconnect();
        break;
      case 'lost and let out':
        await loseReply(step.loss);
        intuit.revoke(company.realmId);
        await pass(4 * minuteMs);
        await life();
        await consent(intuit, org.id, company);
        break;
      case 'lost and soon again':
        await loseReply(step.loss);
        intuit.replay = 'off';
        await pass(1.5 * minuteMs);
        await life();
        break;
      case 'switch mode':
        await db.execute(sql`update books_connections set settings = settings || jsonb_build_object('mode',
          case settings->>'mode' when 'invoice' then 'receipt' else 'invoice' end) where org_id = ${org.id}`);
        break;
      case 'new address':
        await db
          .update(proposals)
          .set({ customerEmail: `${crypto.randomUUID()}@example.com` })
          .where(eq(proposals.id, proposal.id));
        break;
      case 'replay':
        intuit.replay = step.replay;
        break;
      case 'time':
        await pass(step.minutes * minuteMs);
        break;
      default: {
        const command = await toCommand(step);
        if (command)
          await append(command as Parameters<typeof append>[0], new Date(), { owing: !step.older });
      }
    }
  }

  // The faults stop, somebody opens the books and connects them again, and all comes to rest.
  await wake();
  company.closedUntil = null;
  await bookkeeper.keep();
  const isOpen = and(eq(outbox.orgId, org.id), isNull(outbox.endedAt));
  for (let time = 0; time < 40 && (await db.$count(outbox, isOpen)) > 0; time += 1) {
    if ((await connections.find())?.state !== 'on') await consent(intuit, org.id, company);
    await life();
    await pass(361 * minuteMs);
  }
  throwBroken();
  await bookkeeper.keep();

  const { deposit, income, clearing, other, documents } = implied(await entriesOf(proposal.id));
  const balances = Object.fromEntries(company.balances());
  const states = await db.select().from(outbox).where(eq(outbox.orgId, org.id));
  const fates = states.map(({ key, state, reason }) => `${key} ${state} ${reason}`);
  expect(balances, fates.join('\n')).toEqual({
    ...{ Checking: 0, Sales: 0, 'Accounts Receivable (A/R)': 0 },
    ...{
      'Customer deposits': deposit,
      'Proposal income': income,
      'Stripe clearing': clearing,
      'Undeposited Funds': other,
    },
  });
  const made = Object.fromEntries(formTypes.map((type) => [type, company.forms[type].size]));
  const { Payment, Invoice = 0, SalesReceipt = 0, RefundReceipt = 0 } = made;
  expect(Invoice + SalesReceipt + RefundReceipt, fates.join('\n')).toBe(documents);
  // Each invoice has its payment, but for those over nothing. As long as the address stays, there is one customer.
  const invoices = [...company.forms.Invoice.values()].filter(({ TotalAmt }) => TotalAmt > 0);
  expect(Payment).toBe(invoices.length);
  const isMoved = steps.some(({ kind }) => kind === 'new address');
  if (!isMoved) expect(company.customers.size).toBe(documents > 0 ? 1 : 0);
  expect(
    new Set(states.map(({ state }) => state)).difference(new Set(['sent', 'stale', 'perhaps_sent'])),
  ).toEqual(new Set());
  const noted = (await entriesOf(proposal.id)).filter(({ event }) => event === 'booked');
  expect(noted).toHaveLength(documents);
  const [kept] = await db.select().from(booksConnections).where(eq(booksConnections.orgId, org.id));
  expect(Object.values(kept?.differenceCents ?? {}).every((cents) => cents === 0)).toBe(true);
}

type Row = Awaited<ReturnType<typeof entriesOf>>[number];

/**
 * What the log implies, in words: money of Stripe's is in clearing, cheques are with the undeposited funds. All of it is owed to
 * the customer until all is held of an approved proposal by money without an anomaly; then the total is earned. What goes back is
 * taken from what is owed first, and what comes back is put where it was.
 */
function implied(rows: readonly Row[]) {
  const total = 1_575_000;
  const odd = new Set(
    rows.flatMap(({ event, meta }) =>
      event === 'payment_anomaly' ? [(meta as EntryMeta['payment_anomaly']).stripe_session_id] : [],
    ),
  );
  let [owed, earned, clearing, other, documents, isApproved] = [0, 0, 0, 0, 0, false];
  const taken = new Map<string, { owed: number; earned: number }>();
  const settle = (mayEarn: boolean) => {
    const held = owed + earned;
    if (!mayEarn || !isApproved || held < total || earned >= total) return false;
    owed = held - total;
    earned = total;
    return true;
  };
  const take = (id: string, cents: number) => {
    const ofOwed = Math.max(0, Math.min(owed, cents));
    taken.set(id, { owed: ofOwed, earned: cents - ofOwed });
    owed -= ofOwed;
    earned -= cents - ofOwed;
    documents += 1;
  };
  const putBack = (id: string) => {
    const was = taken.get(id);
    if (!was) return 0;
    taken.delete(id);
    owed += was.owed;
    earned += was.earned;
    documents += 1;
    if (was.owed > 0) settle(true);
    return was.owed + was.earned;
  };
  for (const { event, meta } of rows) {
    const of = meta as EntryMeta['payment_success'] &
      EntryMeta['payment_refunded'] &
      EntryMeta['dispute_closed'];
    switch (event) {
      case 'approve':
        isApproved = true;
        if (owed > 0 && settle(true)) documents += 1;
        break;
      case 'anomaly_accepted':
        if (owed > 0 && settle(true)) documents += 1;
        break;
      case 'payment_success':
      case 'payment_recorded': {
        owed += of.amount_cents;
        if (event === 'payment_success') clearing += of.amount_cents;
        else other += of.amount_cents;
        settle(!odd.has(of.stripe_session_id));
        documents += 1;
        break;
      }
      case 'payment_reversed':
        other -= of.amount_cents;
        take('cheque', of.amount_cents);
        break;
      case 'payment_refunded':
        clearing -= of.amount_cents;
        take(of.refund_id, of.amount_cents);
        break;
      case 'refund_failed':
        clearing += putBack(of.refund_id);
        break;
      case 'dispute_closed':
        if (of.status === 'lost' && !taken.has(of.dispute_id)) {
          clearing -= of.amount_cents;
          take(of.dispute_id, of.amount_cents);
        } else if (of.status !== 'lost') clearing += putBack(of.dispute_id);
        break;
      default:
        break;
    }
  }
  const negative = (cents: number) => (cents === 0 ? 0 : -cents);
  return { deposit: negative(owed), income: negative(earned), clearing, other, documents };
}
