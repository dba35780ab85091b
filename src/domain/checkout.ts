import type { CommandOf } from './command.ts';
import { whyNotChargeable } from './currency.ts';
import {
  alreadyPaid,
  isRejection,
  paymentPending,
  proposalVoid,
  type Rejection,
  type Ruling,
} from './decision.ts';
import { depositCents } from './deposit.ts';
import { type Checkout, hasPendingPayment, type Proposal } from './proposal.ts';
import { openCheckout } from './sessions.ts';

export type CheckoutAmounts = { readonly totalCents: number; readonly depositCents: number };

/**
 * The amounts that a checkout would be for, or why there can be none. A total that the caller states only confirms the one
 * that was approved: another one is another version.
 */
export function checkoutAmounts(
  state: Proposal,
  statedTotalCents: number | null,
): CheckoutAmounts | Rejection {
  switch (state.status) {
    case 'void':
      return proposalVoid(state);
    case 'deposit_paid':
      return alreadyPaid();
    case 'draft':
    case 'sent':
      return { rejected: 'proposal_not_approved', detail: 'The proposal has not been approved yet.' };
    case 'approved': {
      // A delayed payment may still succeed; a second one beside it would be one too many.
      if (hasPendingPayment(state)) return paymentPending();
      const { totalCents } = state;
      if (statedTotalCents !== null && statedTotalCents !== totalCents) {
        return { rejected: 'amount_mismatch', detail: "The amount is not the proposal's total." };
      }
      const refusal = whyNotChargeable(totalCents, state.currency);
      if (refusal) return { rejected: 'invalid_amount', detail: `The total: ${refusal}` };
      return { totalCents, depositCents: depositCents(totalCents, state.depositPercent, state.currency) };
    }
  }
}

/** Whether a session is for what was approved. The version before let staff state another total. */
export function isForTotal({ totalCents }: Checkout, state: Proposal): boolean {
  return totalCents === state.totalCents;
}

/** Records a new session, unless another was recorded first or the proposal has changed since it was made. */
export function decideCheckout(
  state: Proposal,
  { statedTotalCents, checkout }: CommandOf<'record_checkout'>,
  now: Date,
): Ruling {
  const amounts = checkoutAmounts(state, statedTotalCents);
  if (isRejection(amounts)) return amounts;
  const open = openCheckout(state, checkout.devMode, now);
  if (open && isForTotal(open, state)) return { events: [] };
  // Two open sessions could both be paid: one for another total must be closed first.
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
  if (checkout.version !== state.version || checkout.depositCents !== amounts.depositCents) {
    return {
      rejected: 'version_conflict',
      detail: 'The proposal changed while its checkout was being created.',
    };
  }
  return { events: [{ event: 'checkout_created', meta: toMeta(checkout) }] };
}

function toMeta(checkout: Checkout) {
  return {
    session_id: checkout.sessionId,
    deposit_cents: checkout.depositCents,
    total_cents: checkout.totalCents,
    currency: checkout.currency,
    version: checkout.version,
    expires_at: checkout.expiresAt.toISOString(),
    url: checkout.url,
    dev_mode: checkout.devMode,
  };
}
