import type { Content } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import { isRejection, proposalNotFound, type Rejection } from '../domain/decision.ts';
import type { NewEntry, StampedEvent } from '../domain/entry.ts';
import { evolve } from '../domain/evolve.ts';
import { keyOf, sessionKeys } from '../domain/keys.ts';
import { type CreateLead, leadCreated, type NewLead } from '../domain/lead.ts';
import { isMoney, isSession, type Outcome, type ReceivedEvent } from '../domain/observation.ts';
import { type Owed, owed } from '../domain/owed.ts';
import type { Proposal, ProposalStatus } from '../domain/proposal.ts';
import { isCurrentUser, tokenRevoked, type UserNow } from '../domain/revocation.ts';
import { obsoleteCheckouts } from '../domain/sessions.ts';
import { statusNow } from '../domain/standing.ts';
import { askingStaff, type Command, lookedUpKeys, type Result, withoutProposal } from './command.ts';

/** What a group is decided on, as one read found it. */
export type Loaded = {
  readonly proposals: ReadonlyMap<number, Proposal>;
  /** Those of the looked-up keys that are in the log, with their proposal (null: none). */
  readonly recorded: ReadonlyMap<string, number | null>;
  /** The users who ask for something, as they are now. */
  readonly users: ReadonlyMap<number, UserNow>;
};

export type Revision = Content & {
  readonly id: number;
  readonly version: number;
  readonly contentHash: string;
  /** Missing where a Worker of the version before sent it. */
  readonly hashVersion?: number;
};

/** All that one group writes, in one transaction. */
export type Writes = {
  readonly entries: NewEntry[];
  readonly statuses: Map<number, ProposalStatus>;
  /** The generations of links that revocations and corrected addresses begin. */
  readonly linkGenerations: Map<number, number>;
  readonly revisions: Revision[];
  /** Corrected names and addresses, which make no new version. */
  readonly customers: { id: number; customerName: string; customerEmail: string }[];
  /** Words that a customer left, which can be erased. */
  readonly comments: { id: string; proposalId: number; text: string; createdAt: Date }[];
  readonly leads: (NewLead & { orgId: number; createdAt: Date })[];
  readonly stripeEvents: (Omit<ReceivedEvent, 'createdAt'> & { outcome: Outcome; receivedAt: Date })[];
  /** What the entries owe, over the channels that were on when they were decided. */
  readonly owed: Owed[];
};

/** Decides a group in order, each command on the state that those before it leave. Pure; one result per command. */
export function planGroup(
  loaded: Loaded,
  commands: readonly Command[],
  now: Date,
): { readonly writes: Writes; readonly results: readonly Result[] } {
  const proposals = new Map(loaded.proposals);
  const recorded = new Map(loaded.recorded);
  const kept = new Set<string>();
  const writes: Writes = {
    entries: [],
    statuses: new Map(),
    linkGenerations: new Map(),
    revisions: [],
    customers: [],
    comments: [],
    leads: [],
    stripeEvents: [],
    owed: [],
  };
  return { results: commands.map(plan), writes };

  function plan(command: Command): Result {
    const staff = askingStaff(command);
    if (staff && !isCurrentUser(staff, loaded.users.get(staff.userId))) return tokenRevoked(staff);
    if (command.kind === 'create_lead') return planLead(command);
    const owner = command.kind === 'settle' ? ownerOf(command) : null;
    if (owner !== null && owner !== command.proposalId) return { belongsTo: owner };

    const before = command.proposalId === null ? undefined : proposals.get(command.proposalId);
    if (!before) return refuse(command, proposalNotFound());
    const isNoted = command.kind === 'note_booking' && recorded.has(keyOf(command.event));
    if (isNoted) return withoutProposal('duplicate');
    const decision = decide(before, command, now);
    if (isRejection(decision)) return refuse(command, decision);
    const { orgId, id, seq } = before;
    const entries = decision.events.map((event, index) => append(event, orgId, id, seq + index + 1));
    const outcome = entries.length > 0 ? 'recorded' : 'duplicate';
    writes.owed.push(...entries.flatMap(owed).filter(({ channel }) => before.channels.includes(channel)));
    let state = evolve(before, entries);
    if (command.kind === 'settle') keep(command.event, outcome);
    if (command.kind === 'revise' && outcome === 'recorded') {
      const { customerName, customerEmail } = command.content;
      // A Worker of the version before knows neither: they stay.
      const { schedule = before.schedule, validUntil = before.validUntil } = command.content;
      const linkGeneration = state.linkGeneration + (customerEmail === before.customerEmail ? 0 : 1);
      // The row alone has them: the log cannot forget a name or an address.
      state = { ...state, customerName, customerEmail, linkGeneration };
      if (state.version === before.version) {
        writes.customers.push({ id, customerName, customerEmail });
      } else {
        state = { ...state, schedule, validUntil };
        writes.revisions.push({ ...command.content, id, version: state.version });
      }
    }
    if (state.linkGeneration !== before.linkGeneration) writes.linkGenerations.set(id, state.linkGeneration);
    const status = statusNow(state);
    if (entries.length > 0 && status !== state.rowStatus) {
      writes.statuses.set(id, status);
      state = { ...state, rowStatus: status };
    }
    proposals.set(id, state);
    if (command.kind === 'decline' && command.comment && outcome === 'recorded') {
      writes.comments.push({ ...command.comment, proposalId: id, createdAt: now });
    }
    const obsoleteSessionIds = obsoleteCheckouts(state, now).map(({ sessionId }) => sessionId);
    const isBrief = command.kind === 'settle' && command.brief === true;
    return { outcome, proposalId: id, obsoleteSessionIds, proposal: isBrief ? null : state };
  }

  function planLead(command: CreateLead): Result {
    if (lookedUpKeys(command).some((key) => recorded.has(key))) return withoutProposal('duplicate');
    const { orgId } = command.actor;
    append(leadCreated(command), orgId, null, null);
    writes.leads.push({ ...command.lead, orgId, createdAt: now });
    return withoutProposal('recorded');
  }

  /** The proposal that a session belongs to, if the log knows the session. */
  function ownerOf({ observation }: Extract<Command, { kind: 'settle' }>): number | null {
    if (!isSession(observation)) return null;
    const key = sessionKeys(observation.sessionId).find((candidate) => recorded.has(candidate));
    return (key && recorded.get(key)) || null;
  }

  function append(
    event: StampedEvent,
    orgId: number,
    proposalId: number | null,
    seq: number | null,
  ): NewEntry {
    const dedupeKey = keyOf(event, proposalId, now);
    const entry = { ...event, dedupeKey, orgId, proposalId, seq, createdAt: now };
    writes.entries.push(entry);
    recorded.set(dedupeKey, proposalId);
    return entry;
  }

  function refuse(command: Command, rejection: Rejection): Result {
    if (command.kind !== 'settle') return rejection;
    if (command.isForeign) return withoutProposal('foreign'); // others' events, and their customers' data, are not kept
    const isUnmatchedMoney = isMoney(command.observation);
    keep(command.event, isUnmatchedMoney ? 'unattributed' : 'ignored');
    return isUnmatchedMoney ? rejection : withoutProposal('ignored');
  }

  function keep(event: ReceivedEvent | null, outcome: Outcome): void {
    // One event may be delivered twice at once; its first outcome stands.
    if (!event || kept.has(event.id)) return;
    kept.add(event.id);
    const { createdAt: _, ...stored } = event; // the payload says it
    writes.stripeEvents.push({ ...stored, outcome, receivedAt: now });
  }
}
