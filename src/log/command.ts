import type { CommandOf, ProposalCommand } from '../domain/command.ts';
import type { Rejection } from '../domain/decision.ts';
import { keyOf, sessionKeys } from '../domain/keys.ts';
import type { CreateLead } from '../domain/lead.ts';
import { isSession, type Outcome, type ReceivedEvent } from '../domain/observation.ts';
import type { Proposal } from '../domain/proposal.ts';

/** `event` is null where Stripe sent nothing and we asked. */
type Settle = CommandOf<'settle'> & { readonly event: ReceivedEvent | null };

/** What the one writer can be asked to write. */
export type Command = Exclude<ProposalCommand, { kind: 'settle' }> | Settle | CreateLead;

export type Accepted = {
  readonly outcome: Exclude<Outcome, 'unattributed'>;
  /** The proposal as the log has it now; null for a lead, and where no proposal of ours matches. */
  readonly proposal: Proposal | null;
};

/** `belongsTo`: the session belongs to this other proposal, whose shard must be asked. */
export type Result = Accepted | Rejection | { readonly belongsTo: number };

/** The keys that a command may find recorded already, under whichever proposal. */
export function lookedUpKeys(command: Command): string[] {
  switch (command.kind) {
    case 'settle':
      return isSession(command.observation) ? sessionKeys(command.observation.sessionId) : [];
    case 'create_lead':
      return [keyOf({ event: 'lead_created', meta: { lead_id: command.lead.id } })];
    case 'send':
    case 'view':
    case 'approve':
    case 'revise':
    case 'void':
    case 'record_checkout':
      return [];
  }
}
