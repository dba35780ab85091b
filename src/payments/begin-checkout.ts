import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { checkoutAmounts, openCheckout, unsettledCheckouts } from '../domain/checkout.ts';
import { toMinorUnits } from '../domain/currency.ts';
import { accept, mayTouch, notFound } from '../domain/decision.ts';
import type { SessionFact } from '../domain/observation.ts';
import { authorize } from '../domain/permissions.ts';
import type { Checkout, Proposal } from '../domain/proposal.ts';
import { AppError } from '../errors.ts';
import { findProposal } from '../log/load.ts';
import { expireCheckout, expireObsoleteCheckouts } from './expire-checkouts.ts';
import { settle } from './settle.ts';

/** Sessions looked at, one after the other, before we give up. */
const attempts = 8;

/**
 * A Checkout Session for the deposit: the one that is open, else a new one. One read, one call to Stripe, and one to the
 * shard for a new session, which has the last word: nobody gets the URL of a session that it did not record. Every session
 * of which the log does not know the end is asked about first: what was paid is recorded, and what should not be paid any
 * more is closed, so that there is never a second one to pay in. `amountDollars` is the total that the caller states, if
 * any, in units of the proposal's currency.
 */
export async function beginCheckout(
  deps: Deps,
  actor: Actor,
  { proposalId, amountDollars }: { proposalId: number; amountDollars: string | undefined },
): Promise<Checkout> {
  authorize(actor, proposalId);
  const { db, config, stripe, now } = deps;
  let proposal = (await findProposal(db, proposalId, config.depositPercent)) ?? accept(notFound());
  if (!mayTouch(actor, proposal)) return accept(notFound());
  const statedTotalCents = statedTotal(amountDollars, proposal.currency);
  const unknown = new Set<string>();

  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const amounts = accept(checkoutAmounts(proposal, actor, statedTotalCents));
    const open = openCheckout(proposal, config.devMode, now());
    // Whoever states another total gets a session of it.
    const isWanted = statedTotalCents === null || statedTotalCents === open?.totalCents;
    const isOffered = ({ sessionId }: Checkout) => isWanted && sessionId === open?.sessionId;
    const [unsettled] = unsettledCheckouts(proposal, config.devMode)
      .filter(({ sessionId }) => !unknown.has(sessionId))
      .sort((a, b) => Number(isOffered(a)) - Number(isOffered(b)));
    if (!unsettled) {
      const { orgId, version, title, customerEmail, currency, checkouts, outcomes } = proposal;
      const ids = [...checkouts.map(({ sessionId }) => sessionId), ...outcomes.keys()];
      const terms = { proposalId, orgId, version, title, customerEmail, currency };
      const request = { ...terms, ...amounts, previousCheckouts: new Set(ids).size };
      const made = await stripe.createCheckoutSession(request, now());
      if (!('fact' in made)) return record(deps, actor, proposal, statedTotalCents, made);
      proposal = await settleOver(made);
      continue;
    }
    const { sessionId } = unsettled;
    const found = isOffered(unsettled)
      ? await stripe.retrieveCheckoutSession(sessionId)
      : await stripe.expireCheckoutSession(sessionId);
    if (found.fact === 'checkout_open') return unsettled;
    if (found.fact !== 'checkout_unknown') {
      proposal = await settleOver(found);
      continue;
    }
    // Another account's, where it may well be paid in until its time is over.
    const until = unsettled.expiresAt;
    if (until > now()) {
      const detail = `A checkout made with another Stripe key is open until ${until.toISOString()}.`;
      throw new AppError('checkout_open', detail);
    }
    unknown.add(sessionId);
  }
  throw new AppError('checkout_open', 'Other checkouts are being made at the same time. Try again.');

  async function settleOver(found: SessionFact): Promise<Proposal> {
    const settled = await settle(deps, found, { teller: 'stripe', owner: proposalId });
    const after = settled.proposal ?? accept(notFound());
    deps.waitUntil(expireObsoleteCheckouts(deps, after));
    return after;
  }
}

async function record(
  deps: Deps,
  actor: Actor,
  { id: proposalId }: Proposal,
  statedTotalCents: number | null,
  checkout: Checkout,
): Promise<Checkout> {
  const { shards, waitUntil } = deps;
  try {
    const command = { kind: 'record_checkout', proposalId, actor, statedTotalCents, checkout } as const;
    const { proposal } = await shards.execute(command);
    const recorded = proposal.checkouts.findLast(({ devMode }) => devMode === checkout.devMode) ?? checkout;
    // The loser of a race: nobody is to pay in this one.
    if (recorded.sessionId !== checkout.sessionId)
      waitUntil(expireCheckout(deps, checkout.sessionId, proposalId));
    return recorded;
  } catch (error) {
    // Where the outcome is unknown it may be recorded, and the retry gets it; else it is nobody's.
    const isRefused = error instanceof AppError && error.code !== 'log_unavailable';
    if (isRefused) waitUntil(expireCheckout(deps, checkout.sessionId, proposalId));
    throw error;
  }
}

function statedTotal(amountDollars: string | undefined, currency: string): number | null {
  if (amountDollars === undefined) return null;
  const cents = toMinorUnits(amountDollars, currency);
  if (cents !== null) return cents;
  const detail = `amount_dollars: ${currency.toUpperCase()} has fewer decimals.`;
  throw new AppError('invalid_amount', detail);
}
