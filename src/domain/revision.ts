import type { CommandOf, Content } from './command.ts';
import { alreadyPaid, paymentPending, proposalVoid, type Ruling, versionConflict } from './decision.ts';
import { hasPendingPayment, heldCents, type Proposal } from './proposal.ts';

/** A new version, which needs its own approval. The same content again makes none. */
export function revise(state: Proposal, { version, content, replaced }: CommandOf<'revise'>): Ruling {
  if (state.status === 'void') return proposalVoid(state);
  if (content.contentHash === state.contentHash) return { events: [] };
  if (version !== state.version) return versionConflict(state, version, 'was changed');
  if (state.status === 'deposit_paid') return alreadyPaid();
  if (hasPendingPayment(state)) return paymentPending();
  const meta = {
    ...toContentMeta(content),
    version: version + 1,
    content_hash: content.contentHash,
    replaced: toContentMeta(replaced),
  };
  return { events: [{ event: 'revised', meta }] };
}

/** Void is final, so money that is held must be refunded first. */
export function decideVoid(state: Proposal): Ruling {
  if (state.status === 'void') return { events: [] };
  if (heldCents(state) > 0) return { rejected: 'already_paid', detail: 'Refund the payment first.' };
  return { events: [{ event: 'void', meta: {} }] };
}

/** Without names and addresses, which the log could not forget. */
function toContentMeta({ title, lineItems, totalCents }: Content) {
  return { title, line_items: lineItems, total_cents: totalCents };
}
