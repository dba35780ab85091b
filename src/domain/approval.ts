import type { CommandOf } from './command.ts';
import { proposalVoid, type Ruling, versionConflict } from './decision.ts';
import { hourOf } from './keys.ts';
import type { Proposal } from './proposal.ts';

export function send(state: Proposal, { expiresAt }: CommandOf<'send'>, now: Date): Ruling {
  if (state.status === 'void') return proposalVoid(state);
  // A second click within the hour gets the link of the first.
  const { sent, version, linkGeneration } = state;
  const isSame = sent?.version === version && sent.linkGeneration === linkGeneration;
  if (isSame && hourOf(sent.at) === hourOf(now)) return { events: [] };
  const generation = linkGeneration > 0 ? { link_generation: linkGeneration } : {};
  const meta = { version, expires_at: expiresAt.toISOString(), ...generation };
  return { events: [{ event: 'sent', meta }] };
}

export function view(state: Proposal, now: Date): Ruling {
  if (state.viewedAt && hourOf(state.viewedAt) === hourOf(now)) return { events: [] };
  return { events: [{ event: 'view', meta: {} }] };
}

/** A version is approved once. The same person approving it again changes nothing; anybody else is refused. */
export function approve(state: Proposal, { actor, name, version, ip }: CommandOf<'approve'>): Ruling {
  if (state.status === 'void') return proposalVoid(state);
  if (version !== state.version) return versionConflict(state, version, 'was approved');
  const { approval } = state;
  if (approval?.version === version) {
    const userId = actor.kind === 'staff' ? actor.userId : undefined;
    const isReplay = approval.name === name && approval.actor === actor.kind && approval.userId === userId;
    if (isReplay) return { events: [] };
    return { rejected: 'already_approved', detail: 'The proposal has already been approved.' };
  }
  const meta = { name, version, ip, content_hash: state.contentHash };
  return { events: [{ event: 'approve', meta }] };
}
