import type { ProposalCommand } from './command.ts';
import type { Rejection } from './decision.ts';
import type { Proposal } from './proposal.ts';
import { countSessions } from './sessions.ts';

/** What people may make of one proposal: far more than any has, and little enough to read. Stripe's facts have no bound. */
const most = { entries: 1_000, entriesWithMoney: 2_000, versions: 100, sessions: 100 };

/** What happened with money, and what ends a proposal. */
const unbounded: readonly ProposalCommand['kind'][] = [
  'settle',
  'refuse_refund',
  'note_bounce',
  'note_booking',
  'reverse_payment',
  'void',
  'revoke_links',
];

/** Before a proposal can be void, its money must go back: these still go when nothing else does. */
const moneyByHand: readonly ProposalCommand['kind'][] = [
  'request_refund',
  'record_payment',
  'accept_anomaly',
];

/** Why a command would make too much of a proposal, if it would. Staff can always void one, and withdraw its links. */
export function whyOutOfBounds(state: Proposal, { kind }: ProposalCommand): Rejection | null {
  if (unbounded.includes(kind)) return null;
  const entries = moneyByHand.includes(kind) ? most.entriesWithMoney : most.entries;
  // A link alone cannot use up what staff need.
  if (state.seq >= (kind === 'view' ? entries / 2 : entries)) return limitReached(`${entries} entries`);
  if (kind === 'revise' && state.version >= most.versions) return limitReached(`${most.versions} versions`);
  return kind === 'record_checkout' ? whyNoMoreSessions(state) : null;
}

/** Why a proposal may not have one more session, if so. */
export function whyNoMoreSessions(state: Proposal): Rejection | null {
  return countSessions(state) >= most.sessions ? limitReached(`${most.sessions} checkouts`) : null;
}

function limitReached(what: string): Rejection {
  return { rejected: 'limit_reached', detail: `A proposal has at most ${what}. Make another one.` };
}
