import type { Via } from '../domain/actor.ts';
import type { Observation } from '../domain/observation.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Command, Result } from './command.ts';

// During a roll-out a Worker may call a shard of the version before, and the other way round. That version says `told`,
// `teller` and `outcomes` for `observation`, `via` and `sessionStatuses`. Until it runs nowhere, both names travel.

type OldNames = { readonly told: Observation; readonly teller: Via };

/** A command as both versions of a shard can read it. */
export function encodeCommand(command: Command): Command {
  if (command.kind !== 'settle') return command;
  const oldNames: OldNames = { told: command.observation, teller: command.via };
  return { ...command, ...oldNames };
}

/** A command of either version of the Worker. */
export function decodeCommand(sent: Command): Command {
  if (sent.kind !== 'settle' || 'observation' in sent) return sent;
  const { told: observation, teller: via, ...command } = sent as Command & { kind: 'settle' } & OldNames;
  return { ...command, observation, via };
}

/** A result as both versions of the Worker can read it. */
export function encodeResult(result: Result): Result {
  if (!('proposal' in result) || !result.proposal) return result;
  const proposal = { ...result.proposal, outcomes: result.proposal.sessionStatuses };
  return { ...result, proposal };
}

/** A result of either version of a shard. */
export function decodeResult(sent: Result): Result {
  if (!('proposal' in sent) || !sent.proposal || 'sessionStatuses' in sent.proposal) return sent;
  const { outcomes: sessionStatuses, ...proposal } = sent.proposal as Omit<Proposal, 'sessionStatuses'> & {
    readonly outcomes: Proposal['sessionStatuses'];
  };
  return { ...sent, proposal: { ...proposal, sessionStatuses } };
}
