import type { ProposalCommand } from '../domain/command.ts';
import type { Rejection } from '../domain/decision.ts';
import { type CreateLead, leadKey } from '../domain/lead.ts';
import { isSessionFact } from '../domain/observation.ts';
import type { Proposal } from '../domain/proposal.ts';
import { sessionKeys } from '../domain/settlement.ts';

/** A verified event as it is kept, whatever becomes of it. */
export type ReceivedEvent = {
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string | null;
  readonly livemode: boolean | null;
  /** The body as it came, JSON. */
  readonly payload: string;
};

/** `event` is null where nothing was sent and we asked. */
type Settle = Extract<ProposalCommand, { kind: 'settle' }> & { readonly event: ReceivedEvent | null };

/** What the one writer can be asked to write. */
export type Command = Exclude<ProposalCommand, { kind: 'settle' }> | Settle | CreateLead;

export type Accepted = {
  /** `duplicate`: the log already told it. `ignored`: it is no money, and about no session of ours. */
  readonly outcome: 'recorded' | 'duplicate' | 'ignored';
  /** The proposal as the log has it now; null for a lead, and where it is none or another's. */
  readonly proposal: Proposal | null;
};

/** `belongsTo`: the session is another proposal's. Ask that one. */
export type Result = Accepted | Rejection | { readonly belongsTo: number };

/** The facts that a command has to know of, under whichever proposal they were told. */
export function keysOf(command: Command): string[] {
  switch (command.kind) {
    case 'settle': {
      return isSessionFact(command.told) ? sessionKeys(command.told.sessionId) : [];
    }
    case 'create_lead':
      return [leadKey(command.lead.id)];
    case 'send':
    case 'view':
    case 'approve':
    case 'revise':
    case 'void':
    case 'record_checkout':
      return [];
  }
}
