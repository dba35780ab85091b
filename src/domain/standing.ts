import { type CalendarDate, dateIn } from './calendar.ts';
import { type Payment, type Proposal, type ProposalStatus, sumCents } from './proposal.ts';
import { type Instalment, scheduleOf } from './schedule.ts';
import { isDeposit } from './terms.ts';

/** How a part of the schedule stands: it is not due yet, is due, has its money on the way, or is paid. */
export type InstalmentState = 'later' | 'due' | 'pending' | 'paid';

/** How the money of a proposal stands, in minor units of its currency. Money in another is an anomaly and part of no sum. */
export type Standing = {
  readonly instalments: readonly (Instalment & { readonly state: InstalmentState })[];
  readonly totalCents: number;
  /** The first part, if it is due with the approval; 0 without one. */
  readonly depositCents: number;
  readonly paidCents: number;
  /** Refunds that failed do not count. */
  readonly refundedCents: number;
  readonly lostCents: number;
  /** What was paid, less refunds and lost disputes. */
  readonly heldCents: number;
  /** Delayed payments that are being processed. */
  readonly pendingCents: number;
  /** What is to be paid now; before the approval, what it would make due. */
  readonly dueCents: number;
  /** What of the total is not held. */
  readonly remainingCents: number;
  /** The offer ran out before any money was on it. */
  readonly isExpired: boolean;
  readonly status: ProposalStatus;
};

/** How the money stands at a moment. Pure: `now` is passed in. */
export function standingOf(proposal: Proposal, now: Date): Standing {
  return standingOn(proposal, dateIn(proposal.timeZone, now));
}

/** The same on a date in the org's time zone. Held money fills the schedule from the top, then money on its way. */
export function standingOn(proposal: Proposal, today: CalendarDate): Standing {
  const { totalCents, lifecycle } = proposal;
  const instalments = scheduleOf(proposal, today);
  const money = moneyOf(proposal);
  const { heldCents, pendingCents } = money;
  const isExpired = hasRunOut(proposal, today) && heldCents + pendingCents <= 0;
  // Money in another currency stops asking for more: staff refund that first.
  const isOpen =
    lifecycle !== 'void' && lifecycle !== 'declined' && !isExpired && !holdsForeignMoney(proposal);
  const [first] = instalments;
  const remainingCents = Math.min(totalCents, Math.max(0, totalCents - heldCents));
  const owed = Math.min(dueByNow(instalments), totalCents) - Math.max(0, heldCents) - pendingCents;
  const dueCents = isOpen ? Math.max(0, owed) : 0;
  return {
    instalments: fill(instalments, money, dueCents > 0 && lifecycle === 'approved'),
    totalCents,
    depositCents: first && isDeposit(first.part) ? first.amountCents : 0,
    ...money,
    dueCents,
    remainingCents,
    isExpired,
    status: statusOf(proposal, first?.amountCents ?? totalCents, heldCents),
  };
}

/** The status that the API shows. It depends on no clock. */
export function statusNow(proposal: Proposal): ProposalStatus {
  const [first] = scheduleOf(proposal, dateIn(proposal.timeZone, proposal.createdAt));
  return statusOf(proposal, first?.amountCents ?? proposal.totalCents, moneyOf(proposal).heldCents);
}

function statusOf(
  { lifecycle, totalCents }: Proposal,
  firstCents: number,
  heldCents: number,
): ProposalStatus {
  if (lifecycle === 'void') return 'void';
  if (heldCents >= totalCents) return 'paid';
  return heldCents >= firstCents ? 'deposit_paid' : lifecycle;
}

/**
 * How the first part stands, for pages of earlier releases. `pending`: a delayed payment is being processed. `failed`: the
 * last attempt at this version failed, and another may follow.
 */
export type DepositStatus = 'unpaid' | 'pending' | 'failed' | 'paid';

export function depositStatus(proposal: Proposal, { status }: Standing): DepositStatus {
  if (status === 'paid' || status === 'deposit_paid') return 'paid';
  if (proposal.pending.size > 0) return 'pending';
  return hasFailed(proposal) ? 'failed' : 'unpaid';
}

/** Whether the last attempt to pay this version failed. */
export function hasFailed({ sessionStatuses, checkouts, version }: Proposal): boolean {
  const [sessionId, status] = [...sessionStatuses].at(-1) ?? [];
  const attempt = checkouts.find((checkout) => checkout.sessionId === sessionId);
  return status === 'failed' && (attempt?.version ?? version) === version;
}

/** What of the schedule is due by now, whatever is paid. */
export function dueByNow(instalments: readonly Instalment[]): number {
  return sumCents(instalments.filter(({ isDue }) => isDue));
}

type Money = Pick<Standing, 'paidCents' | 'refundedCents' | 'lostCents' | 'heldCents' | 'pendingCents'>;

/** The money in the proposal's own currency. */
export function moneyOf(proposal: Proposal): Money {
  return moneyIn(proposal, proposal.currency);
}

/** What a payment comes to: whether it is the proposal's first, and whether all is held then, for the first time. */
export function milestonesOf(
  proposal: Proposal,
  payment: Pick<Payment, 'amountCents' | 'currency'>,
): { is_first?: true; completes?: true } {
  const isOwn = currencyOf(payment, proposal) === proposal.currency;
  const heldCents = moneyOf(proposal).heldCents + (isOwn ? payment.amountCents : 0);
  return {
    ...(proposal.payments.length === 0 ? { is_first: true } : {}),
    ...(heldCents >= proposal.totalCents && !proposal.wasComplete ? { completes: true } : {}),
  };
}

/** Whether any money is held, in whatever currency. */
export function holdsMoney(proposal: Proposal): boolean {
  return moneyOf(proposal).heldCents > 0 || holdsForeignMoney(proposal);
}

/** Whether money is held in another currency than the proposal's. */
export function holdsForeignMoney(proposal: Proposal): boolean {
  const currencies = new Set(proposal.payments.map((payment) => currencyOf(payment, proposal)));
  currencies.delete(proposal.currency);
  return [...currencies].some((currency) => moneyIn(proposal, currency).heldCents > 0);
}

function moneyIn(proposal: Proposal, currency: string): Money {
  const { payments, refunds, disputes, pending } = proposal;
  const ofCurrency = payments.filter((payment) => currencyOf(payment, proposal) === currency);
  const paidCents = sumCents(ofCurrency.filter(({ isReversed }) => !isReversed));
  const refundedCents = sumCents(
    [...refunds.values()].filter((refund) => !refund.failed && refund.currency === currency),
  );
  const lostCents = sumCents(
    [...disputes.values()].filter(
      (dispute) => dispute.closings.at(-1) === 'lost' && dispute.currency === currency,
    ),
  );
  const heldCents = paidCents - refundedCents - lostCents;
  const onTheWay = [...pending.values()].filter((payment) => currencyOf(payment, proposal) === currency);
  return { paidCents, refundedCents, lostCents, heldCents, pendingCents: sumCents(onTheWay) };
}

/** Whether money is in another currency than the proposal. Where Stripe did not say, it is in the proposal's. */
export function isForeign(currency: string | null, proposal: Proposal): boolean {
  return currency !== null && currency !== proposal.currency;
}

function currencyOf({ currency }: Pick<Payment, 'currency'>, proposal: Proposal): string {
  return currency ?? proposal.currency; // where Stripe did not say
}

/** Whether its last day is over, in the org's time zone. */
function hasRunOut({ lifecycle, validUntil }: Proposal, today: CalendarDate): boolean {
  const mayRunOut = lifecycle === 'draft' || lifecycle === 'sent' || lifecycle === 'approved';
  return mayRunOut && validUntil !== null && today > validUntil;
}

function fill(instalments: readonly Instalment[], { heldCents, pendingCents }: Money, isPayable: boolean) {
  let sum = 0;
  return instalments.map((instalment) => {
    sum += instalment.amountCents;
    const isDue = isPayable && instalment.isDue;
    const open: InstalmentState = isDue ? 'due' : 'later';
    const unheld: InstalmentState = heldCents + pendingCents >= sum ? 'pending' : open;
    return { ...instalment, state: heldCents >= sum ? ('paid' as const) : unheld };
  });
}
