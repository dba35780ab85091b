import { AppError, type ErrorCode, type FieldError } from '../errors.ts';
import type { Actor } from './actor.ts';
import type { StampedEvent, UnstampedEvent } from './entry.ts';
import type { Proposal } from './proposal.ts';

/** Why a command changes nothing, and which fields are wrong, where that is why. */
export type Rejection = {
  readonly rejected: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
};

/** What a rule says: the events that follow, none where they are recorded already, or a rejection. */
export type Ruling = { readonly events: readonly UnstampedEvent[] } | Rejection;

/** A ruling whose events name their author. */
export type Decision = { readonly events: readonly StampedEvent[] } | Rejection;

/** The same answer for an unknown proposal, another org's, and one that the link does not open. */
export function proposalNotFound(): Rejection {
  return { rejected: 'proposal_not_found', detail: 'There is no such proposal.' };
}

export function proposalVoid(state: Proposal): Rejection {
  return { rejected: 'proposal_void', detail: `Proposal ${state.id} is void.` };
}

export function alreadyPaid(): Rejection {
  return { rejected: 'already_paid', detail: 'What is due has already been paid.' };
}

export function proposalDeclined(): Rejection {
  return { rejected: 'proposal_declined', detail: 'The customer declined it. A new version reopens it.' };
}

export function proposalExpired({ validUntil }: Proposal): Rejection {
  return { rejected: 'proposal_expired', detail: `The offer was valid until ${validUntil}.` };
}

/** A key names one request: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header */
export function idempotencyMismatch(): Rejection {
  return { rejected: 'idempotency_key_reused', detail: 'This Idempotency-Key was used for something else.' };
}

export function paymentNotFound(): Rejection {
  return { rejected: 'payment_not_found', detail: 'There is no such payment.' };
}

export function paymentPending(): Rejection {
  return {
    rejected: 'payment_pending',
    detail: 'A payment is being processed. Wait until it succeeds or fails.',
  };
}

/** `whatWasDone` is said of the version that the caller saw: "was approved". */
export function versionConflict(state: Proposal, version: number, whatWasDone: string): Rejection {
  const detail = `Version ${version} ${whatWasDone}, but the proposal is at version ${state.version}.`;
  return { rejected: 'version_conflict', detail };
}

/** Staff can see the proposals of their org, a customer the one that the link opens. */
export function canSee(actor: Actor, state: Proposal): boolean {
  return actor.orgId === state.orgId && (actor.kind === 'staff' || actor.proposalId === state.id);
}

export function isRejection(decided: object): decided is Rejection {
  return 'rejected' in decided;
}

/** What was decided; throws a rejection as an `AppError`. */
export function orThrow<T extends object>(decided: T): Exclude<T, Rejection> {
  if (isRejection(decided)) throw new AppError(decided.rejected, decided.detail, { errors: decided.errors });
  return decided as Exclude<T, Rejection>; // sound: the line above throws all rejections
}
