import { type CreateLead, leadKey } from '../leads/lead.ts';
import type { ProposalCommand } from '../proposals/command.ts';
import type { Rejection } from '../proposals/decision.ts';
import type { Proposal } from '../proposals/proposal.ts';

/** A verified event as it is kept, whatever becomes of it. */
export type ReceivedEvent = {
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string | null;
  readonly livemode: boolean | null;
  readonly payload: unknown;
};

type Settle = Extract<ProposalCommand, { kind: 'settle' }> & { readonly event: ReceivedEvent };

/** What the one writer can be asked to write. */
export type Command = Exclude<ProposalCommand, { kind: 'settle' }> | Settle | CreateLead;

export type Accepted = {
  /** `duplicate`: the log already told it, nothing was written. */
  readonly outcome: 'recorded' | 'duplicate';
  /** The proposal as the log has it now; null for a lead. */
  readonly proposal: Proposal | null;
};

/** `belongsTo`: the fact is told, or the session was made, under another proposal. Ask that one. */
export type Result = Accepted | Rejection | { readonly belongsTo: number };

/** The facts a command may find already told, under whichever proposal. */
export function keysOf(command: Command): string[] {
  switch (command.kind) {
    case 'settle': {
      const { sessionId } = command.session;
      return [`checkout_created:${sessionId}`, `payment_success:${sessionId}`];
    }
    case 'create_lead':
      return [leadKey(command.lead.id)];
    case 'send':
    case 'view':
    case 'approve':
    case 'record_checkout':
      return [];
  }
}
