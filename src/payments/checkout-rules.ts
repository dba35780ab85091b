import type { Actor } from '../auth/actor.ts';
import type { ProposalCommand } from '../proposals/command.ts';
import { type Decision, isVoid, mayTouch, notFound, type Rejection } from '../proposals/decision.ts';
import type { Checkout, Proposal } from '../proposals/proposal.ts';
import { depositCents } from './deposit.ts';

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
      return { rejected: 'already_paid', detail: 'The deposit has already been paid.' };
    case 'draft':
    case 'sent':
      return { rejected: 'proposal_not_approved', detail: 'The proposal has not been approved yet.' };
    case 'approved': {
      const totalCents = statedTotalCents ?? state.totalCents;
      if (actor.kind === 'customer' && totalCents !== state.totalCents) {
        return { rejected: 'amount_mismatch', detail: "The amount is not the proposal's total." };
      }
      return { totalCents, depositCents: depositCents(totalCents, state.depositPercent) };
    }
  }
}

/**
 * The session that can still be paid in, if there is one: the second click, the second tab and the retry get it too.
 * Rejected where another total is stated, since two open sessions could both be paid. A simulated one is none in
 * live mode, and the other way round.
 */
export function openCheckout(
  state: Proposal,
  statedTotalCents: number | null,
  devMode: boolean,
  now: Date,
): Checkout | Rejection | null {
  const last = state.checkouts.findLast((checkout) => checkout.devMode === devMode);
  if (!last || last.version !== state.version || last.expiresAt <= now) return null;
  if (statedTotalCents === null || statedTotalCents === last.totalCents) return last;
  const until = last.expiresAt.toISOString();
  return { rejected: 'checkout_open', detail: `A checkout for another amount is open until ${until}.` };
}

/** Records a session just made, unless another was recorded first or the proposal changed under it. */
export function decideCheckout(
  state: Proposal,
  { actor, statedTotalCents, checkout }: Extract<ProposalCommand, { kind: 'record_checkout' }>,
  now: Date,
): Decision {
  const amounts = checkoutAmounts(state, actor, statedTotalCents);
  if ('rejected' in amounts) return amounts;
  const open = openCheckout(state, statedTotalCents, checkout.devMode, now);
  if (open) return 'rejected' in open ? open : { drafts: [] };
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
