import type { Deps } from '../deps.ts';
import { checkoutKey } from '../domain/keys.ts';
import { findUnrecordedKeys } from '../log/load.ts';
import type { DueCheckout } from '../log/open-checkouts.ts';
import { expiredSession } from '../stripe/decode-object.ts';
import type { TimeRange } from '../stripe/gateway.ts';
import { forEach } from './for-each.ts';
import { settle } from './settle.ts';

const dayMs = 24 * 3_600_000;

/** Closes a session that is past its time or obsolete. If it turns out to be paid, the payment is recorded. */
export async function expireDueCheckout(
  deps: Deps,
  { sessionId, proposalId: owner, expiresAt }: DueCheckout,
): Promise<void> {
  const seen = await deps.stripe.expireCheckoutSession(sessionId);
  if (seen.fact === 'checkout_open') return;
  if (seen.fact !== 'checkout_unknown') {
    await settle(deps, seen, { via: 'reconciler', owner, brief: true });
    return;
  }
  // Our key cannot ask about it. A day after its time it counts as expired.
  const isOver = deps.now().getTime() > expiresAt.getTime() + dayMs;
  if (isOver) await settle(deps, expiredSession(sessionId), { via: 'reconciler', owner, brief: true });
}

/** Closes sessions that were made at Stripe and whose record failed: their URL was never handed out. */
export async function expireOrphans(deps: Deps, created: TimeRange): Promise<void> {
  const open = await Array.fromAsync(deps.stripe.listOpenSessions(created));
  const unrecorded = await findUnrecordedKeys(deps.db, open.map(checkoutKey));
  const orphans = open.filter((sessionId) => unrecorded.has(checkoutKey(sessionId)));
  const failed = await forEach(orphans, async (sessionId) => {
    const seen = await deps.stripe.expireCheckoutSession(sessionId);
    if (seen.fact === 'checkout_open' || seen.fact === 'checkout_unknown') return;
    await settle(deps, seen, { via: 'reconciler', brief: true });
  });
  if (failed[0]) throw failed[0].error;
}
