import { AppError, type ErrorCode } from '../errors.ts';
import type { Actor } from './actor.ts';
import type { Draft } from './entry.ts';
import type { Proposal } from './proposal.ts';

/** Why a command changes nothing. */
export type Rejection = { readonly rejected: ErrorCode; readonly detail: string };

/** New entries, none where the fact is already told; or why not. */
export type Decision = { readonly drafts: readonly Draft[] } | Rejection;

/** Unknown, or another org's, or not this link's: alike, so that nothing is learned by asking. */
export function notFound(): Rejection {
  return { rejected: 'proposal_not_found', detail: 'There is no such proposal.' };
}

export function isVoid(state: Proposal): Rejection {
  return { rejected: 'proposal_void', detail: `Proposal ${state.id} is void.` };
}

export function isPaid(): Rejection {
  return { rejected: 'already_paid', detail: 'The deposit has already been paid.' };
}

export function isPending(): Rejection {
  return {
    rejected: 'payment_pending',
    detail: 'A payment is on its way. Wait until it has come or failed.',
  };
}

/** Staff may act on their org's proposals, a customer on the one of the link. */
export function mayTouch(actor: Actor, state: Proposal): boolean {
  return actor.orgId === state.orgId && (actor.kind === 'staff' || actor.proposalId === state.id);
}

/** What was decided, unless it is a rejection, which is thrown. */
export function accept<T extends object>(decided: T): Exclude<T, Rejection> {
  if (isRejection(decided)) throw new AppError(decided.rejected, decided.detail);
  return decided as Exclude<T, Rejection>;
}

function isRejection(decided: object): decided is Rejection {
  return 'rejected' in decided;
}
