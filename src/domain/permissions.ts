import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';

/** A portal link opens one proposal. Told from the token alone, so asking about another teaches nothing. */
export function authorize(actor: Actor, proposalId: number): void {
  if (actor.kind === 'customer' && actor.proposalId !== proposalId) {
    throw new AppError('forbidden', 'This link opens another proposal.');
  }
}
