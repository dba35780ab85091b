import type { InferOutput } from 'valibot';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { invalidField } from '../errors.ts';
import type { ApproveBody } from './schemas.ts';

type Approved = Proposal & { readonly approval: NonNullable<Proposal['approval']> };

type Approval = InferOutput<typeof ApproveBody> & {
  readonly proposalId: number;
  readonly ip: string | null;
};

/**
 * Records the approval of this version, with the name given and the IP address. Staff also say how the customer agreed.
 * One call to the proposal's shard.
 */
export async function approveProposal({ shards }: Deps, actor: Actor, approval: Approval): Promise<Approved> {
  authorize(actor, 'proposals:approve', approval.proposalId);
  const { method, reference = '', ...approved } = approval;
  if (method && actor.kind === 'customer') {
    const wrong = { code: 'unknown_value', detail: 'Only staff approve for somebody else.' } as const;
    throw invalidField('invalid_request', 'method', wrong);
  }
  const onBehalf = method ? { onBehalf: { method, reference } } : {};
  const { proposal } = await shards.execute({ kind: 'approve', actor, ...approved, ...onBehalf });
  if (!proposal.approval) throw new Error('An approval left none.');
  return { ...proposal, approval: proposal.approval };
}
