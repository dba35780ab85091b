import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Part, UnnamedPart } from '../domain/terms.ts';
import { createProposal } from './create-proposal.ts';
import { getProposal, type ProposalDetails } from './get-proposal.ts';
import { standingContent } from './revise-proposal.ts';

/**
 * A draft with the same customer and terms. It is valid as long as a new offer is, and asks for the org's text of today where
 * it had none. What was due on a date is due on request: that date was for the other one. Three requests.
 */
export async function duplicateProposal(
  deps: Deps,
  actor: Staff,
  proposalId: number,
  idempotencyKey: string | undefined,
): Promise<ProposalDetails> {
  authorize(actor, 'proposals:write', proposalId);
  const content = standingContent(await getProposal(deps, actor, proposalId));
  const { title, customerName, customerEmail, lineItems, discount, terms } = content;
  const schedule = (content.schedule ?? []).map(toUndated);
  const body = {
    title,
    customer_name: customerName,
    customer_email: customerEmail,
    line_items: [...lineItems],
    ...discount,
    schedule,
    ...(terms === null ? {} : { terms }),
  };
  return createProposal(deps, actor, body, idempotencyKey && `${idempotencyKey} ${proposalId}`);
}

function toUndated({ key: _, due, ...part }: Part): UnnamedPart {
  const isDated = typeof due === 'object' && 'date' in due;
  return { ...part, due: isDated ? 'request' : due };
}
