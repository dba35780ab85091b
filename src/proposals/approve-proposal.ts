import type { InferOutput } from 'valibot';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { invalidField } from '../errors.ts';
import type { ApproveBody } from './schemas.ts';

type Approved = Proposal & { readonly approval: NonNullable<Proposal['approval']> };

/**
 * Records the approval of this version, with the name given and the IP address. Staff may say how the customer told them.
 * One call to the proposal's shard.
 */
export async function approveProposal(
  { shards }: Deps,
  actor: Actor,
  {
    method,
    reference = '',
    ...approval
  }: InferOutput<typeof ApproveBody> & { proposalId: number; ip: string | null },
): Promise<Approved> {
  authorize(actor, 'proposals:approve', approval.proposalId);
  if (method && actor.kind === 'customer') {
    const wrong = { code: 'unknown_value', detail: 'Only staff approve for somebody else.' } as const;
    throw invalidField('invalid_request', 'method', wrong);
  }
  const onBehalf = method ? { onBehalf: { method, reference } } : {};
  const { proposal } = await shards.execute({ kind: 'approve', actor, ...approval, ...onBehalf });
  if (!proposal.approval) throw new Error('An approval left none.');
  return { ...proposal, approval: proposal.approval };
}
