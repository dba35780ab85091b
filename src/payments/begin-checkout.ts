import { type Deadline, withDeadline } from '../deadline.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { addDays, startOf } from '../domain/calendar.ts';
import type { CheckoutAmounts } from '../domain/checkout.ts';
import { toMinorUnits } from '../domain/currency.ts';
import { canSee, orThrow, proposalNotFound } from '../domain/decision.ts';
import { nextStep } from '../domain/next-step.ts';
import type { SessionObservation } from '../domain/observation.ts';
import { authorize } from '../domain/permissions.ts';
import type { Checkout, Pay, Proposal } from '../domain/proposal.ts';
import { countSessions } from '../domain/sessions.ts';
import { moneyOf } from '../domain/standing.ts';
import { AppError, invalidField } from '../errors.ts';
import { findProposal } from '../log/load.ts';
import { type CheckoutRequest, StripeRefusal } from '../stripe/gateway.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { recordCheckout } from './record-checkout.ts';
import { settle } from './settle.ts';

/** A page gives up after 20 s. By then it should have our answer. */
const deadlineMs = 18_000;

/** Each round asks Stripe about one session or creates one. More than this, and other checkouts are racing ours. */
const maxRounds = 8;

type Input = {
  readonly proposalId: number;
  /** The total that the caller states, if any, in units of the proposal's currency. */
  readonly amountDollars: string | undefined;
  readonly pay: Pay;
};

/**
 * A Checkout Session for what is due, or all that remains: the open one, or else a new one. One read, one call to Stripe, and for a new session
 * one to the shard, which has the last word: a session that it did not record is never handed out. `domain/next-step.ts`
 * decides each round. Throws `stripe_timeout` at the deadline, whatever is slow; the round that is running still
 * completes, and a retry finds its result.
 */
export async function beginCheckout(deps: Deps, actor: Actor, input: Input): Promise<Checkout> {
  authorize(actor, 'checkouts:write', input.proposalId);
  return withDeadline(
    deadlineMs,
    (deadline) => {
      const rounds = takeRounds(deps, actor, input, deadline);
      deps.waitUntil(
        rounds.then(
          () => {},
          () => {},
        ),
      );
      return rounds;
    },
    () => new AppError('stripe_timeout', 'Starting the checkout took too long. Try again.'),
  );
}

async function takeRounds(
  deps: Deps,
  actor: Actor,
  { proposalId, amountDollars, pay }: Input,
  deadline: Deadline,
): Promise<Checkout> {
  const { db, config, stripe, now } = deps;
  const { devMode } = config;
  let proposal = (await findProposal(db, actor, proposalId, config)) ?? orThrow(proposalNotFound());
  if (!canSee(actor, proposal)) return orThrow(proposalNotFound());
  const asked = { pay, statedTotalCents: parseStatedTotal(amountDollars, proposal.currency) };
  const unknownSessions = new Set<string>();

  for (let round = 1; round <= maxRounds && !deadline.isOver; round += 1) {
    const next = nextStep(proposal, { ...asked, devMode, unknownSessions }, now());
    switch (next.step) {
      case 'refuse':
        return orThrow(next.rejection);
      case 'create': {
        const request = toRequest(proposal, next.amounts);
        const made = await stripe
          .createCheckoutSession(request, now())
          .catch((error) => noteRefusal(deps, actor, request, error));
        if (!('fact' in made)) return recordCheckout(deps, actor, proposalId, asked, made);
        proposal = await settleSession(deps, proposalId, made);
        break;
      }
      case 'offer':
      case 'close': {
        const { sessionId } = next.checkout;
        const seen =
          next.step === 'offer'
            ? await stripe.retrieveCheckoutSession(sessionId)
            : await stripe.expireCheckoutSession(sessionId);
        if (seen.fact === 'checkout_open') return next.checkout;
        if (seen.fact === 'checkout_unknown') unknownSessions.add(sessionId);
        else proposal = await settleSession(deps, proposalId, seen);
        break;
      }
    }
  }
  throw new AppError('checkout_open', 'Other checkouts are being started at the same time. Try again.');
}

/** Records how a session ended. Returns the proposal after that. */
async function settleSession(deps: Deps, owner: number, seen: SessionObservation): Promise<Proposal> {
  const settled = await settle(deps, seen, { via: 'stripe', owner });
  deps.waitUntil(expireObsoleteCheckouts(deps, settled));
  return settled.proposal ?? orThrow(proposalNotFound());
}

function toRequest(proposal: Proposal, amounts: CheckoutAmounts): CheckoutRequest {
  const { id: proposalId, orgId, version, title, customerEmail, linkGeneration, currency } = proposal;
  const previousCheckouts = countSessions(proposal);
  const lastDay = moneyOf(proposal).heldCents > 0 ? null : proposal.validUntil;
  const endsAt = lastDay === null ? null : startOf(proposal.timeZone, addDays(lastDay, 1));
  const about = { proposalId, orgId, version, title, customerEmail, linkGeneration, currency };
  return { ...about, previousCheckouts, endsAt, ...amounts };
}

/** Has staff hear of it where Stripe will never make this session. Throws the refusal. */
async function noteRefusal(
  { shards }: Deps,
  actor: Actor,
  { proposalId, version, amountCents }: CheckoutRequest,
  error: unknown,
): Promise<never> {
  if (error instanceof StripeRefusal) {
    const refused = { proposalId, actor, version, amountCents, code: error.reason };
    await shards.execute({ kind: 'refuse_checkout', ...refused }).catch(() => {}); // the customer hears of it all the same
  }
  throw error;
}

function parseStatedTotal(amountDollars: string | undefined, currency: string): number | null {
  if (amountDollars === undefined) return null;
  const cents = toMinorUnits(amountDollars, currency);
  if (cents !== null) return cents;
  const detail = `${currency.toUpperCase()} has fewer decimals.`;
  throw invalidField('invalid_amount', 'amount_dollars', { code: 'too_many_decimals', detail });
}
