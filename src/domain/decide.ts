import { decideCheckout } from './checkout.ts';
import type { Content, ProposalCommand } from './command.ts';
import { type Decision, isPaid, isPending, isVoid, mayTouch, notFound } from './decision.ts';
import { heldCents, type Proposal } from './proposal.ts';
import { decideSettlement } from './settlement.ts';

type CommandOf<K extends ProposalCommand['kind']> = Extract<ProposalCommand, { kind: K }>;

/** Every rule about a proposal. Pure: `now` is passed in. */
export function decide(state: Proposal, command: ProposalCommand, now: Date): Decision {
  if (command.kind === 'settle') return decideSettlement(state, command.told, command.teller);
  if (!mayTouch(command.actor, state)) return notFound();
  switch (command.kind) {
    case 'send':
      return send(state, command, now);
    case 'view':
      return view(state, now);
    case 'approve':
      return approve(state, command);
    case 'revise':
      return revise(state, command);
    case 'void':
      return voidProposal(state, command);
    case 'record_checkout':
      return decideCheckout(state, command, now);
  }
}

function send(state: Proposal, { actor, expiresAt }: CommandOf<'send'>, now: Date): Decision {
  if (actor.kind !== 'staff') return { rejected: 'forbidden', detail: 'Only staff send a proposal.' };
  if (state.status === 'void') return isVoid(state);
  // A second click gets the link of the first.
  if (state.sent?.version === state.version && hourOf(state.sent.at) === hourOf(now)) return { drafts: [] };
  const meta = { version: state.version, expires_at: expiresAt.toISOString(), user_id: actor.userId };
  const dedupeKey = `sent:${state.id}:v${state.version}:${hourOf(now)}`;
  return { drafts: [{ event: 'sent', meta, actor: 'staff', dedupeKey }] };
}

function view(state: Proposal, now: Date): Decision {
  if (state.viewedAt && hourOf(state.viewedAt) === hourOf(now)) return { drafts: [] };
  const dedupeKey = `view:${state.id}:${hourOf(now)}`;
  return { drafts: [{ event: 'view', meta: {}, actor: 'customer', dedupeKey }] };
}

function approve(state: Proposal, { actor, name, version, ip }: CommandOf<'approve'>): Decision {
  if (state.status === 'void') return isVoid(state);
  if (version !== state.version) return versionConflict(state, version, 'was approved');
  const { approval } = state;
  const user = actor.kind === 'staff' ? { user_id: actor.userId } : {};
  if (approval?.version === version) {
    const isReplay =
      approval.name === name && approval.actor === actor.kind && approval.userId === user.user_id;
    if (isReplay) return { drafts: [] };
    return { rejected: 'already_approved', detail: 'The proposal has already been approved.' };
  }
  const meta = { name, version, ip, content_hash: state.contentHash, ...user };
  const dedupeKey = `approve:${state.id}:v${version}`;
  return { drafts: [{ event: 'approve', meta, actor: actor.kind, dedupeKey }] };
}

/** A new version, which waits for its own approval. Content that is there already makes none. */
function revise(state: Proposal, { actor, version, content, replaced }: CommandOf<'revise'>): Decision {
  if (actor.kind !== 'staff') return { rejected: 'forbidden', detail: 'Only staff change a proposal.' };
  if (state.status === 'void') return isVoid(state);
  if (content.contentHash === state.contentHash) return { drafts: [] };
  if (version !== state.version) return versionConflict(state, version, 'was changed');
  if (state.status === 'deposit_paid') return isPaid();
  if ([...state.outcomes.values()].includes('pending')) return isPending();
  const meta = {
    ...toContentMeta(content),
    version: version + 1,
    content_hash: content.contentHash,
    replaced: toContentMeta(replaced),
    user_id: actor.userId,
  };
  return {
    drafts: [{ event: 'revised', meta, actor: 'staff', dedupeKey: `revised:${state.id}:v${version + 1}` }],
  };
}

/** For good. Money that is held must go back first, or it would be held for nothing. */
function voidProposal(state: Proposal, { actor }: CommandOf<'void'>): Decision {
  if (actor.kind !== 'staff') return { rejected: 'forbidden', detail: 'Only staff void a proposal.' };
  if (state.status === 'void') return { drafts: [] };
  if (heldCents(state) > 0) return { rejected: 'already_paid', detail: 'Refund what was paid first.' };
  const meta = { user_id: actor.userId };
  return { drafts: [{ event: 'void', meta, actor: 'staff', dedupeKey: `void:${state.id}` }] };
}

function versionConflict(state: Proposal, version: number, verb: string): Decision {
  const detail = `Version ${version} ${verb}, but the proposal is at version ${state.version}.`;
  return { rejected: 'version_conflict', detail };
}

/** Without names and addresses, which the log could not forget. */
function toContentMeta({ title, lineItems, totalCents }: Content) {
  return { title, line_items: lineItems, total_cents: totalCents };
}

/** `2026-11-23T01`, UTC: one link or one view stands for all of its hour. */
export function hourOf(time: Date): string {
  return time.toISOString().slice(0, 13);
}
