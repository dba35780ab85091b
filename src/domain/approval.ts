import type { CommandOf } from './command.ts';
import {
  paymentPending,
  proposalDeclined,
  proposalExpired,
  proposalVoid,
  type Ruling,
  versionConflict,
} from './decision.ts';
import { hourOf } from './keys.ts';
import { hasPendingPayment, type Proposal } from './proposal.ts';
import { holdsMoney, standingOf } from './standing.ts';

/**
 * Makes a link, and mails it where that is asked for and mail is on. What is offered in it is pinned: a later change of the
 * org's deposit changes nothing of this version.
 */
export function send(state: Proposal, { expiresAt, mail = false }: CommandOf<'send'>, now: Date): Ruling {
  if (state.lifecycle === 'void') return proposalVoid(state);
  const isMailed = mail && state.channels.includes('mail');
  // A second click within the hour gets the link of the first, and no second mail.
  const { sent, version, linkGeneration } = state;
  const isSame = sent?.version === version && sent.linkGeneration === linkGeneration;
  if (isSame && hourOf(sent.at) === hourOf(now) && (sent.isMailed || !isMailed)) return { events: [] };
  const standing = standingOf(state, now);
  if (standing.isExpired) return proposalExpired(state);
  const generation = linkGeneration > 0 ? { link_generation: linkGeneration } : {};
  const meta = {
    version,
    expires_at: expiresAt.toISOString(),
    ...generation,
    deposit_cents: standing.depositCents,
    ...(isMailed ? { mail: true as const } : {}),
  };
  return { events: [{ event: 'sent', meta }] };
}

/** Notes that the customer looked: once an hour for each version, and not at one that has been replaced. */
export function view(
  { viewedAt, version }: Proposal,
  { version: seen = version }: CommandOf<'view'>,
  now: Date,
): Ruling {
  if (seen !== version) return { events: [] };
  if (viewedAt && hourOf(viewedAt) === hourOf(now)) return { events: [] };
  return { events: [{ event: 'view', meta: version > 1 ? { version } : {} }] };
}

/** A version is approved once. The same person approving it again changes nothing; anybody else is refused. */
export function approve(
  state: Proposal,
  { actor, name, version, ip, onBehalf }: CommandOf<'approve'>,
  now: Date,
): Ruling {
  if (state.lifecycle === 'void') return proposalVoid(state);
  if (version !== state.version) return versionConflict(state, version, 'was approved');
  const { approval } = state;
  if (approval?.version === version && state.lifecycle !== 'declined') {
    const userId = actor.kind === 'staff' ? actor.userId : undefined;
    const isReplay = approval.name === name && approval.actor === actor.kind && approval.userId === userId;
    if (isReplay) return { events: [] };
    return { rejected: 'already_approved', detail: 'The proposal has already been approved.' };
  }
  if (state.lifecycle === 'declined') return proposalDeclined();
  const { isExpired, totalCents, depositCents } = standingOf(state, now);
  if (isExpired) return proposalExpired(state);
  const agreed = { total_cents: totalCents, deposit_cents: depositCents, currency: state.currency };
  const meta = { name, version, ip, content_hash: state.contentHash, ...agreed, ...onBehalf };
  return { events: [{ event: 'approve', meta }] };
}

/** Declines a version, once. Money that is held, or on its way, says otherwise. */
export function decline(state: Proposal, { reason, comment }: CommandOf<'decline'>): Ruling {
  if (state.lifecycle === 'void') return proposalVoid(state);
  if (state.lifecycle === 'declined') return { events: [] };
  if (hasPendingPayment(state)) return paymentPending();
  if (holdsMoney(state))
    return { rejected: 'already_paid', detail: 'What has been paid cannot be declined.' };
  const meta = { reason, version: state.version, comment_id: comment?.id ?? null };
  return { events: [{ event: 'declined', meta }] };
}
