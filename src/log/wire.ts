import type { Via } from '../domain/actor.ts';
import type { Rejection } from '../domain/decision.ts';
import type { Observation } from '../domain/observation.ts';
import type { Checkout, Payment, Proposal } from '../domain/proposal.ts';
import { obsoleteCheckouts } from '../domain/sessions.ts';
import { statusNow } from '../domain/standing.ts';
import type { Labels, Sum } from '../metrics/catalogue.ts';
import { renderSums } from '../metrics/exposition.ts';
import { type Accepted, type Command, type Result, withoutProposal } from './command.ts';
import type { SeriesFrom, SeriesPage } from './series-text.ts';

// During a roll-out a Worker may call a shard of the version before, and the other way round. Older ones say `told`,
// `teller` and `outcomes` for `observation`, `via` and `sessionStatuses`, take one command a call, and answer with the whole
// proposal. The last one knows deposits only: it says `status` for what is lifecycle and money, and `depositPercent`. Until
// they run nowhere, both kinds of names travel.

type OldNames = { readonly told: Observation; readonly teller: Via };

/** What a proposal lacks that a shard of an older version folded, and what it has instead. */
type OldProposal = Omit<
  Proposal,
  | 'lifecycle'
  | 'customerName'
  | 'checkouts'
  | 'payments'
  | 'sessionStatuses'
  | 'forgottenSessions'
  | 'defaultDeposit'
  | 'pending'
  | 'rowStatus'
  | keyof typeof newFields
> & {
  readonly status: 'draft' | 'sent' | 'approved' | 'deposit_paid' | 'void';
  readonly depositPercent: number;
  readonly sessionStatuses?: Proposal['sessionStatuses'];
  readonly outcomes?: Proposal['sessionStatuses'];
  readonly forgottenSessions?: number;
  readonly checkouts: readonly Omit<Checkout, 'amountCents'>[];
  readonly payments: readonly (Omit<Payment, 'paymentId' | 'method' | 'isReversed'> & {
    readonly sessionId: string;
  })[];
};

/** Such a shard knew none of it. */
const newFields = {
  schedule: null,
  validUntil: null,
  timeZone: 'UTC',
  mayPayInFull: false,
  channels: [],
  pinned: null,
  requests: new Map(),
  refundRequests: new Map(),
  acceptedAnomalies: new Set<number>(),
  bouncedMails: new Set<string>(),
  checkoutRefusal: null,
  wasComplete: false,
  lastEntryAt: null,
} as const;

type OldAccepted = {
  readonly outcome: Accepted['outcome'];
  readonly proposal: OldProposal | null;
  readonly obsoleteSessionIds?: readonly string[];
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
  if (sent.kind === 'record_checkout') return { ...sent, checkout: toCheckout(sent.checkout) };
  if (sent.kind !== 'settle' || 'observation' in sent) return sent;
  const { told: observation, teller: via, ...command } = sent as Command & { kind: 'settle' } & OldNames;
  return { ...command, observation, via };
}

/** A result as both versions of the Worker can read it. */
export function encodeResult(result: Result): Result {
  if (!('proposal' in result) || !result.proposal) return result;
  const { lifecycle, sessionStatuses: outcomes, payments, defaultDeposit: deposit } = result.proposal;
  const status = statusNow(result.proposal);
  const oldStatus = { paid: 'deposit_paid', declined: 'sent', draft: lifecycle } as const;
  const proposal = {
    ...result.proposal,
    outcomes,
    status: status in oldStatus ? oldStatus[status as keyof typeof oldStatus] : status,
    depositPercent: deposit && 'percent' in deposit ? Math.round(deposit.percent) : 30,
    payments: payments.map((payment) => ({ ...payment, sessionId: payment.paymentId })),
  };
  return { ...result, proposal };
}

/** A result of either version of a shard. */
export function decodeResult(sent: Result): Result {
  if (!('outcome' in sent)) return sent;
  const { outcome, proposal: found, obsoleteSessionIds } = sent as OldAccepted;
  if (!found) return 'proposalId' in sent ? sent : withoutProposal(outcome);
  if ('lifecycle' in found) return sent;
  const proposal = toProposal(found);
  const ids = obsoleteSessionIds ?? obsoleteCheckouts(proposal, new Date()).map(({ sessionId }) => sessionId);
  return { outcome, proposalId: proposal.id, obsoleteSessionIds: ids, proposal };
}

function toProposal({ status, depositPercent, outcomes, ...found }: OldProposal): Proposal {
  const sessionStatuses = found.sessionStatuses ?? outcomes ?? new Map();
  const pending = found.checkouts.filter(({ sessionId }) => sessionStatuses.get(sessionId) === 'pending');
  return {
    ...newFields,
    ...found,
    customerName: '',
    sessionStatuses,
    forgottenSessions: found.forgottenSessions ?? 0,
    lifecycle: status === 'deposit_paid' ? 'approved' : status,
    rowStatus: status,
    defaultDeposit: { percent: depositPercent },
    checkouts: found.checkouts.map(toCheckout),
    pending: new Map(
      pending.map(({ sessionId, depositCents: amountCents, currency }) => [
        sessionId,
        { amountCents, currency },
      ]),
    ),
    payments: found.payments.map(({ sessionId: paymentId, ...payment }) => ({
      ...payment,
      paymentId,
      method: 'stripe',
      isReversed: false,
    })),
  };
}

function toCheckout(checkout: Omit<Checkout, 'amountCents'> & { amountCents?: number }): Checkout {
  return { ...checkout, amountCents: checkout.amountCents ?? checkout.depositCents };
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
    return (await shard.executeAll(commands)).map(decodeResult);
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
