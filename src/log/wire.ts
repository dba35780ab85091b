import type { Via } from '../domain/actor.ts';
import type { Rejection } from '../domain/decision.ts';
import type { Observation } from '../domain/observation.ts';
import type { Proposal } from '../domain/proposal.ts';
import { obsoleteCheckouts } from '../domain/sessions.ts';
import type { Labels, Sum } from '../metrics/catalogue.ts';
import { renderSums } from '../metrics/exposition.ts';
import { type Accepted, type Command, type Result, withoutProposal } from './command.ts';
import type { SeriesFrom, SeriesPage } from './series-text.ts';

// During a roll-out a Worker may call a shard of the version before, and the other way round. That version says `told`,
// `teller` and `outcomes` for `observation`, `via` and `sessionStatuses`: until it runs nowhere, both names travel. It
// takes one command a call, and answers with the whole proposal.

type OldNames = { readonly told: Observation; readonly teller: Via };

type OldAccepted = {
  readonly outcome: Accepted['outcome'];
  readonly proposal:
    | (Omit<Proposal, 'sessionStatuses' | 'forgottenSessions'> & {
        readonly outcomes: Proposal['sessionStatuses'];
      })
    | null;
};

type ShardOfEither = {
  execute(command: Command): Promise<Result>;
  executeAll(commands: readonly Command[]): Promise<readonly Result[]>;
};

type ScrapedShard = {
  series(from: SeriesFrom): Promise<SeriesPage | Rejection>;
  sums(): Promise<{ readonly sums: Sum[] } | Rejection>;
};

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
  if (!('proposal' in sent) || 'obsoleteSessionIds' in sent) return sent;
  const { outcome, proposal: found } = sent as OldAccepted;
  if (!found) return withoutProposal(outcome);
  const { outcomes: sessionStatuses, ...rest } = found;
  const proposal = { ...rest, sessionStatuses, forgottenSessions: 0 };
  const obsoleteSessionIds = obsoleteCheckouts(proposal).map(({ sessionId }) => sessionId);
  return { outcome, proposalId: proposal.id, obsoleteSessionIds, proposal };
}

/**
 * The results of a shard of either version: one that does not know `executeAll` executes them one by one, and needs the old
 * names.
 */
export async function executeAll(
  shard: ShardOfEither,
  commands: readonly Command[],
): Promise<readonly Result[]> {
  try {
    return await shard.executeAll(commands);
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
    return Promise.all(
      commands.map(async (command) => decodeResult(await shard.execute(encodeCommand(command)))),
    );
  }
}

/** A page of the series of a shard of either version: one that knows only `sums` answers with all of them. */
export async function seriesOf(shard: ScrapedShard, from: SeriesFrom): Promise<SeriesPage | Rejection> {
  try {
    return await shard.series(from);
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
    const all = await shard.sums();
    if ('rejected' in all) return all;
    const sums =
      from && 'orgId' in from ? all.sums.filter(({ labels }) => labels.org_id === from.orgId) : all.sums;
    return { blocks: renderSums(sums), next: null };
  }
}

/** How a Worker or a shard of the version before counts the events that were posted to the webhook, and nothing else. */
export type OldTally = { readonly labels: Labels; readonly count: number };

type CountingShard = {
  count(sums: readonly Sum[]): Promise<void>;
  tally(tallies: readonly OldTally[]): Promise<void>;
};

/** Counts on a shard of either version: one that does not know `count` counts the webhook's events alone. */
export async function countOn(shard: CountingShard, sums: readonly Sum[]): Promise<void> {
  try {
    await shard.count(sums);
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
    const posted = sums.filter(({ metric }) => metric === webhookEvents);
    await shard.tally(posted.map(({ labels, value: count }) => ({ labels, count })));
  }
}

export function toSum({ labels, count: value }: OldTally): Sum {
  return { metric: webhookEvents, labels, part: '', value };
}

const webhookEvents = 'crm_portal_webhook_events_total';

/** How the runtime says that an object has no such method. */
function isUnknownMethod(error: unknown): boolean {
  return error instanceof TypeError && /RPC receiver does not implement/.test(error.message);
}
