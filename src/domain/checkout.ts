import type { Actor } from './actor.ts';
import type { ProposalCommand } from './command.ts';
import { whyNotChargeable } from './currency.ts';
import { type Decision, isPaid, isPending, isVoid, mayTouch, notFound, type Rejection } from './decision.ts';
import { depositCents } from './deposit.ts';
import type { Checkout, Proposal } from './proposal.ts';

/** The fact that a session was made. */
export const checkoutKey = (sessionId: string) => `checkout_created:${sessionId}`;

export type CheckoutAmounts = { readonly totalCents: number; readonly depositCents: number };

/**
 * The amounts a checkout would be for, or why there can be none. A customer may only confirm the proposal's total;
 * staff may state another, and their entry tells who did.
 */
export function checkoutAmounts(
  state: Proposal,
  actor: Actor,
  statedTotalCents: number | null,
): CheckoutAmounts | Rejection {
  if (!mayTouch(actor, state)) return notFound();
  switch (state.status) {
    case 'void':
      return isVoid(state);
    case 'deposit_paid':
      return isPaid();
    case 'draft':
    case 'sent':
      return { rejected: 'proposal_not_approved', detail: 'The proposal has not been approved yet.' };
    case 'approved': {
      // The money of a delayed method is on its way: who paid again would have paid twice.
      if ([...state.outcomes.values()].includes('pending')) return isPending();
      const totalCents = statedTotalCents ?? state.totalCents;
      if (actor.kind === 'customer' && totalCents !== state.totalCents) {
        return { rejected: 'amount_mismatch', detail: "The amount is not the proposal's total." };
      }
      const refusal = whyNotChargeable(totalCents, state.currency);
      if (refusal) return { rejected: 'invalid_amount', detail: `amount_dollars: ${refusal}` };
      return { totalCents, depositCents: depositCents(totalCents, state.depositPercent, state.currency) };
    }
  }
}

/**
 * The session that can still be paid in, as far as the log knows, if there is one: the second click, the second tab and
 * the retry get it too. A simulated one is none in live mode, and the other way round.
 */
export function openCheckout(state: Proposal, devMode: boolean, now: Date): Checkout | null {
  const isOpen = ({ version, expiresAt }: Checkout) => version === state.version && expiresAt > now;
  return unsettledCheckouts(state, devMode).findLast(isOpen) ?? null;
}

/** The sessions of which the log does not know the end. Those whose time is over may have been paid in their last minute. */
export function unsettledCheckouts(state: Proposal, devMode: boolean): Checkout[] {
  return state.checkouts.filter(
    (checkout) => checkout.devMode === devMode && !state.outcomes.has(checkout.sessionId),
  );
}

/** The sessions that Stripe would still take money in, though nobody is to pay in them any more. */
export function obsoleteCheckouts(state: Proposal): Checkout[] {
  const isOver = state.status === 'deposit_paid' || state.status === 'void';
  return unsettledCheckouts(state, false).filter(({ version }) => isOver || version !== state.version);
}

/** Records a session just made, unless another was recorded first or the proposal changed under it. */
export function decideCheckout(
  state: Proposal,
  { actor, statedTotalCents, checkout }: Extract<ProposalCommand, { kind: 'record_checkout' }>,
  now: Date,
): Decision {
  const amounts = checkoutAmounts(state, actor, statedTotalCents);
  if ('rejected' in amounts) return amounts;
  const open = openCheckout(state, checkout.devMode, now);
  if (open && (statedTotalCents === null || statedTotalCents === open.totalCents)) return { drafts: [] };
  // Two open sessions could both be paid: one of another total must be closed first.
  if (open)
    return { rejected: 'checkout_open', detail: 'A checkout of another amount was just begun. Try again.' };
  if (state.outcomes.has(checkout.sessionId)) {
    return {
      rejected: 'version_conflict',
      detail: 'The checkout was over before it was recorded. Try again.',
    };
  }
  if (state.checkouts.some(({ sessionId }) => sessionId === checkout.sessionId)) return { drafts: [] };
  if (checkout.version !== state.version || checkout.depositCents !== amounts.depositCents) {
    return { rejected: 'version_conflict', detail: 'The proposal changed while its checkout was made.' };
  }
  const meta = {
    session_id: checkout.sessionId,
    deposit_cents: checkout.depositCents,
    total_cents: checkout.totalCents,
    currency: checkout.currency,
    version: checkout.version,
    expires_at: checkout.expiresAt.toISOString(),
    url: checkout.url,
    dev_mode: checkout.devMode,
    ...(actor.kind === 'staff' ? { user_id: actor.userId } : {}),
  };
  const dedupeKey = checkoutKey(checkout.sessionId);
  return { drafts: [{ event: 'checkout_created', meta, actor: actor.kind, dedupeKey }] };
}
