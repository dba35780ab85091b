import type { Content } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import { notFound, type Rejection } from '../domain/decision.ts';
import type { Draft, NewEntry } from '../domain/entry.ts';
import { leadCreated, type NewLead } from '../domain/lead.ts';
import { isSessionFact, type StripeFact } from '../domain/observation.ts';
import { evolve, type Proposal, type ProposalStatus } from '../domain/proposal.ts';
import { sessionKeys } from '../domain/settlement.ts';
import type { Command, ReceivedEvent, Result } from './command.ts';

/** What the commands of a group are decided on, as one read found it. */
export type Loaded = {
  readonly proposals: ReadonlyMap<number, Proposal>;
  /** Facts already told, with their proposal (null: none). */
  readonly told: ReadonlyMap<string, number | null>;
};

/** `unattributed` is money that no proposal of ours claims, until one does. */
export type StripeEventOutcome = 'recorded' | 'duplicate' | 'ignored' | 'unattributed';

export type Revision = Content & {
  readonly id: number;
  readonly version: number;
  readonly contentHash: string;
};

/** All that one group writes, in one transaction. */
export type Writes = {
  readonly entries: NewEntry[];
  readonly statuses: Map<number, ProposalStatus>;
  readonly revisions: Revision[];
  readonly leads: (NewLead & { orgId: number; createdAt: Date })[];
  readonly stripeEvents: (ReceivedEvent & { outcome: StripeEventOutcome; receivedAt: Date })[];
};

/**
 * Decides a group in order, each command on the state that those before it leave behind. Pure: what is to be written
 * and what each caller is told, one result a command.
 */
export function planGroup(
  loaded: Loaded,
  commands: readonly Command[],
  now: Date,
): { readonly writes: Writes; readonly results: readonly Result[] } {
  const proposals = new Map(loaded.proposals);
  const told = new Map(loaded.told);
  const writes: Writes = { entries: [], statuses: new Map(), revisions: [], leads: [], stripeEvents: [] };

  function tell(draft: Draft, orgId: number, proposalId: number | null, seq: number | null): NewEntry {
    const entry = { ...draft, orgId, proposalId, seq, createdAt: now };
    writes.entries.push(entry);
    told.set(draft.dedupeKey, proposalId);
    return entry;
  }

  function plan(command: Command): Result {
    if (command.kind === 'create_lead') {
      const draft = leadCreated(command);
      if (told.has(draft.dedupeKey)) return { outcome: 'duplicate', proposal: null };
      const { orgId } = command.actor;
      tell(draft, orgId, null, null);
      writes.leads.push({ ...command.lead, orgId, createdAt: now });
      return { outcome: 'recorded', proposal: null };
    }

    if (command.kind === 'settle' && isSessionFact(command.told)) {
      const key = sessionKeys(command.told.sessionId).find((candidate) => told.has(candidate));
      const owner = key && told.get(key);
      if (owner && owner !== command.proposalId) return { belongsTo: owner };
    }

    const before = command.proposalId === null ? undefined : proposals.get(command.proposalId);
    if (!before) return refuse(command, notFound());
    const decision = decide(before, command, now);
    if ('rejected' in decision) return refuse(command, decision);
    const after = decision.drafts.reduce(
      (state, draft) => evolve(state, tell(draft, state.orgId, state.id, state.seq + 1)),
      before,
    );
    proposals.set(after.id, after);
    if (after.status !== before.status) writes.statuses.set(after.id, after.status);
    const outcome = decision.drafts.length > 0 ? 'recorded' : 'duplicate';
    if (command.kind === 'settle') keep(command.event, outcome);
    if (command.kind === 'revise' && outcome === 'recorded') {
      writes.revisions.push({ ...command.content, id: after.id, version: after.version });
    }
    return { outcome, proposal: after };
  }

  function refuse(command: Command, rejection: Rejection): Result {
    if (command.kind !== 'settle') return rejection;
    if (isMoney(command.told)) {
      keep(command.event, 'unattributed');
      return rejection;
    }
    keep(command.event, 'ignored');
    return { outcome: 'ignored', proposal: null };
  }

  function keep(event: ReceivedEvent | null, outcome: StripeEventOutcome): void {
    if (!event) return;
    // One event may be delivered twice at once; what became of it the first time is what became of it.
    if (writes.stripeEvents.some(({ id }) => id === event.id)) return;
    writes.stripeEvents.push({ ...event, outcome, receivedAt: now });
  }

  return { results: commands.map(plan), writes };
}

/** Whether it moves money, so that it must not be lost even if nobody claims it. */
function isMoney(told: StripeFact): boolean {
  return told.fact === 'checkout_paid' || !isSessionFact(told);
}
