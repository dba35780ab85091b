import { whyNoMoreSessions } from './bounds.ts';
import { type Asked, type CheckoutAmounts, checkoutAmounts, isFor } from './checkout.ts';
import { isRejection, type Rejection } from './decision.ts';
import type { Checkout, Proposal } from './proposal.ts';
import { openCheckout, unsettledCheckouts } from './sessions.ts';

/** The checkout that is asked for, and what is known of its sessions beyond the log. */
export type Wanted = Asked & {
  readonly devMode: boolean;
  /** Ids of sessions that Stripe does not know under our key: another account's, or the other mode's. */
  readonly unknownSessions: ReadonlySet<string>;
};

/** What a checkout does next. */
export type NextStep =
  /** Make a new session of these amounts. */
  | { readonly step: 'create'; readonly amounts: CheckoutAmounts }
  /** Hand out this session, if Stripe says that it is still open. */
  | { readonly step: 'offer'; readonly checkout: Checkout }
  /** Close this session at Stripe, since a payment in it would be one too many. */
  | { readonly step: 'close'; readonly checkout: Checkout }
  | { readonly step: 'refuse'; readonly rejection: Rejection };

/**
 * The next step towards one session that can be paid, and never two. Each step but `refuse` asks Stripe; what Stripe
 * answers is recorded, and the step after it is decided on the new state.
 */
export function nextStep(proposal: Proposal, wanted: Wanted, now: Date): NextStep {
  const { devMode, unknownSessions } = wanted;
  const amounts = checkoutAmounts(proposal, wanted, now);
  if (isRejection(amounts)) return { step: 'refuse', rejection: amounts };

  const unsettled = unsettledCheckouts(proposal, devMode);
  const isUnknown = ({ sessionId }: Checkout) => unknownSessions.has(sessionId);
  // We cannot ask about it, and it may well be paid until its time is over.
  const outOfReach = unsettled.find((checkout) => isUnknown(checkout) && checkout.expiresAt > now);
  if (outOfReach) return { step: 'refuse', rejection: openElsewhere(outOfReach) };

  const open = openCheckout(proposal, devMode, now);
  const offered = open && isFor(open, amounts, proposal) ? open : null;
  const others = unsettled.filter((checkout) => checkout !== offered && !isUnknown(checkout));
  const [obsolete] = others;
  if (obsolete) return { step: 'close', checkout: obsolete };
  if (offered) return { step: 'offer', checkout: offered };
  const refusal = whyNoMoreSessions(proposal);
  return refusal ? { step: 'refuse', rejection: refusal } : { step: 'create', amounts };
}

function openElsewhere({ expiresAt }: Checkout): Rejection {
  const detail = `A checkout created with another Stripe key is open until ${expiresAt.toISOString()}.`;
  return { rejected: 'checkout_open', detail };
}
