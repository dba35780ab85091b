import type { CommandOf } from './command.ts';
import { whyNotChargeable } from './currency.ts';
import {
  alreadyPaid,
  isRejection,
  paymentPending,
  proposalDeclined,
  proposalExpired,
  proposalVoid,
  type Rejection,
  type Ruling,
} from './decision.ts';
import { approvalOf, type Checkout, hasPendingPayment, type Pay, type Proposal } from './proposal.ts';
import { openCheckout } from './sessions.ts';
import { holdsForeignMoney, type Standing, standingOf } from './standing.ts';
import { isDeposit } from './terms.ts';

export type CheckoutAmounts = {
  readonly pay: Pay;
  readonly totalCents: number;
  readonly depositCents: number;
  /** What is charged. */
  readonly amountCents: number;
  /** What it is for, in the words of the schedule. */
  readonly label: string;
};

export type Asked = {
  readonly pay: Pay;
  /** The total that the caller states, if any, in minor units: it only confirms the one that was approved. */
  readonly statedTotalCents: number | null;
};

/** The amounts that a checkout would be for, or why there can be none. */
export function checkoutAmounts(
  state: Proposal,
  { pay, statedTotalCents }: Asked,
  now: Date,
): CheckoutAmounts | Rejection {
  const standing = standingOf(state, now);
  const { totalCents, depositCents, heldCents, remainingCents, dueCents } = standing;
  if (state.lifecycle === 'void') return proposalVoid(state);
  // A delayed payment may still succeed; a second one beside it would be one too many.
  if (hasPendingPayment(state)) return paymentPending();
  const amountCents = pay === 'full' && state.mayPayInFull ? remainingCents : dueCents;
  if (holdsForeignMoney(state) || (heldCents > 0 && amountCents === 0)) return alreadyPaid();
  if (state.lifecycle === 'declined') return proposalDeclined();
  if (!approvalOf(state)) {
    return { rejected: 'proposal_not_approved', detail: 'The proposal has not been approved yet.' };
  }
  if (standing.isExpired) return proposalExpired(state);
  if (statedTotalCents !== null && statedTotalCents !== totalCents) {
    return { rejected: 'amount_mismatch', detail: "The amount is not the proposal's total." };
  }
  if (pay === 'full' && !state.mayPayInFull) {
    return { rejected: 'pay_in_full_not_offered', detail: 'Only what is due can be paid here.' };
  }
  if (amountCents === 0) return { rejected: 'nothing_due', detail: 'Nothing is due yet.' };
  const refusal = whyNotChargeable(amountCents, state.currency);
  if (refusal) return { rejected: 'invalid_amount', detail: `The amount: ${refusal}` };
  return { pay, totalCents, depositCents, amountCents, label: labelOf(standing, amountCents) };
}

/** The one part that it pays, or else that it is a payment. */
function labelOf({ instalments, heldCents }: Standing, amountCents: number): string {
  if (amountCents + heldCents >= instalments.reduce((sum, part) => sum + part.amountCents, 0)) {
    return heldCents > 0 ? 'Balance' : 'Payment in full';
  }
  const due = instalments.filter(({ state }) => state === 'due');
  const [only] = due;
  if (!only || due.length > 1) return 'Payment';
  return isDeposit(only.part) ? 'Deposit' : only.part.label;
}

/** Whether a session is for what was approved. Releases before last let staff state another total. */
export function isForTotal({ totalCents }: Checkout, state: Proposal): boolean {
  return totalCents === state.totalCents;
}

/** Whether a session is the one that is asked for. */
export function isFor(checkout: Checkout, { amountCents }: CheckoutAmounts, state: Proposal): boolean {
  return checkout.amountCents === amountCents && isForTotal(checkout, state);
}

/** Records a new session, unless another was recorded first or the proposal has changed since it was made. */
export function decideCheckout(
  state: Proposal,
  { statedTotalCents, pay = 'due', checkout }: CommandOf<'record_checkout'>,
  now: Date,
): Ruling {
  const amounts = checkoutAmounts(state, { pay, statedTotalCents }, now);
  if (isRejection(amounts)) return amounts;
  const open = openCheckout(state, checkout.devMode, now);
  if (open && isFor(open, amounts, state)) return { events: [] };
  // Two open sessions could both be paid: one for another amount must be closed first.
  if (open) {
    return {
      rejected: 'checkout_open',
      detail: 'A checkout for another amount is open. Try again.',
    };
  }
  if (state.sessionStatuses.has(checkout.sessionId)) {
    return {
      rejected: 'version_conflict',
      detail: 'The checkout was over before it was recorded. Try again.',
    };
  }
  if (state.checkouts.some(({ sessionId }) => sessionId === checkout.sessionId)) return { events: [] };
  if (checkout.version !== state.version || !isFor(checkout, amounts, state)) {
    return {
      rejected: 'version_conflict',
      detail: 'The proposal changed while its checkout was being created.',
    };
  }
  return { events: [{ event: 'checkout_created', meta: toMeta(checkout) }] };
}

/** Records that Stripe would not make a session for this version: only staff can mend that. */
export function refuseCheckout(state: Proposal, command: CommandOf<'refuse_checkout'>, now: Date): Ruling {
  const { code, version, amountCents } = command;
  const { checkoutRefusal: known } = state;
  const isKnown =
    known?.code === code && known.version === version && known.at.getTime() > now.getTime() - 3_600_000;
  if (version !== state.version || isKnown) return { events: [] };
  return { events: [{ event: 'checkout_refused', meta: { code, amount_cents: amountCents, version } }] };
}

function toMeta(checkout: Checkout) {
  return {
    session_id: checkout.sessionId,
    deposit_cents: checkout.depositCents,
    total_cents: checkout.totalCents,
    amount_cents: checkout.amountCents,
    currency: checkout.currency,
    version: checkout.version,
    expires_at: checkout.expiresAt.toISOString(),
    url: checkout.url,
    dev_mode: checkout.devMode,
  };
}
