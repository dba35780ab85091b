import type { ProposalCommand } from './command.ts';
import type { Rejection } from './decision.ts';
import type { Proposal } from './proposal.ts';
import { countSessions } from './sessions.ts';

/** What people may make of one proposal: far more than any has, and little enough to read. Stripe's facts have no bound. */
const most = { entries: 1_000, versions: 100, sessions: 100 };

/** What happened with money, and what ends a proposal. */
const unbounded: readonly ProposalCommand['kind'][] = [
  'settle',
  'refuse_refund',
  'reverse_payment',
  'void',
  'revoke_links',
];

/** Why a command would make too much of a proposal, if it would. Staff can always void one, and withdraw its links. */
export function whyOutOfBounds(state: Proposal, { kind }: ProposalCommand): Rejection | null {
  if (unbounded.includes(kind)) return null;
  if (state.seq >= most.entries) return limitReached(`${most.entries} entries`);
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
