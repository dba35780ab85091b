import type { Staff } from '../domain/actor.ts';
import type { CommandOf, ProposalCommand } from '../domain/command.ts';
import type { Rejection } from '../domain/decision.ts';
import { keyOf, sessionKeys } from '../domain/keys.ts';
import type { CreateLead } from '../domain/lead.ts';
import { isSession, type Outcome, type ReceivedEvent } from '../domain/observation.ts';
import type { Proposal } from '../domain/proposal.ts';

type Settle = CommandOf<'settle'> & {
  /** Null where Stripe sent nothing and we asked. */
  readonly event: ReceivedEvent | null;
  /** Answer without the proposal, which may be large and which a webhook does not need. */
  readonly brief?: boolean;
};

/** What the one writer can be asked to write. */
export type Command = Exclude<ProposalCommand, { kind: 'settle' }> | Settle | CreateLead;

export type Accepted = {
  readonly outcome: Exclude<Outcome, 'unattributed'>;
  /** Null for a lead, and where no proposal of ours matches. */
  readonly proposalId: number | null;
  /** The sessions that Stripe would still take money in although the proposal is paid, void or at another version. */
  readonly obsoleteSessionIds: readonly string[];
  /** The proposal as the log has it now; null where there is none, or where the answer is brief. */
  readonly proposal: Proposal | null;
};

/** `belongsTo`: the session belongs to this other proposal, whose shard must be asked. */
export type Result = Accepted | Rejection | { readonly belongsTo: number };

/** An answer about no proposal of ours. */
export function withoutProposal<O extends Outcome>(outcome: O) {
  return { outcome, proposalId: null, obsoleteSessionIds: [], proposal: null };
}

/** The keys that a command may find recorded already, under whichever proposal. */
export function lookedUpKeys(command: Command): string[] {
  switch (command.kind) {
    case 'settle':
      return isSession(command.observation) ? sessionKeys(command.observation.sessionId) : [];
    case 'record_checkout':
      return sessionKeys(command.checkout.sessionId);
    case 'create_lead':
      return [keyOf({ event: 'lead_created', meta: { lead_id: command.lead.id } })];
    case 'note_booking':
      return [keyOf(command.event)];
    case 'send':
    case 'view':
    case 'approve':
    case 'decline':
    case 'request_payment':
    case 'record_payment':
    case 'reverse_payment':
    case 'request_refund':
    case 'refuse_refund':
    case 'accept_anomaly':
    case 'refuse_checkout':
    case 'revise':
    case 'void':
    case 'revoke_links':
    case 'note_bounce':
      return [];
  }
}

/** The staff who ask for it, if any. */
export function askingStaff(command: Command): Staff | null {
  return 'actor' in command && command.actor.kind === 'staff' ? command.actor : null;
}

/** About how many bytes a command takes on its way: those of what callers choose the size of. */
export function sizeOf(command: Command): number {
  switch (command.kind) {
    case 'settle':
      return command.event?.payload.length ?? 0;
    case 'revise':
      return JSON.stringify(command.content).length;
    case 'decline':
      return command.comment?.text.length ?? 0;
    case 'create_lead':
    case 'send':
    case 'view':
    case 'approve':
    case 'request_payment':
    case 'record_payment':
    case 'reverse_payment':
    case 'request_refund':
    case 'refuse_refund':
    case 'accept_anomaly':
    case 'refuse_checkout':
    case 'void':
    case 'revoke_links':
    case 'record_checkout':
    case 'note_bounce':
    case 'note_booking':
      return 0;
  }
}

/** Shorter than Stripe's patience, and than the 6 s within which every webhook is answered, even in an outage. */
export const deadlineMs = 5_500;

/**
 * What travels together: enough to share a round trip, few enough to stay far from deadlines and a call's 32 MiB. And what
 * may wait, on either side: some two seconds' work. What Stripe tells goes before what people ask for.
 */
export const groupLimits = {
  count: 256,
  bytes: 4 * 1024 * 1024,
  sizeOf,
  isUrgent: ({ kind }: Command) => kind === 'settle',
  waiting: 4_000,
  waitingBytes: 16 * 1024 * 1024,
  waitingMs: deadlineMs,
};
