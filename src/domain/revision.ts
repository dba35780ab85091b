import type { CommandOf, Content } from './command.ts';
import { paymentPending, proposalVoid, type Rejection, type Ruling, versionConflict } from './decision.ts';
import { hasPendingPayment, type Proposal } from './proposal.ts';
import { holdsMoney } from './standing.ts';

/** A new version, which needs its own approval. The same terms again make none; a corrected name or address makes none. */
export function revise(state: Proposal, command: CommandOf<'revise'>): Ruling {
  const { version, content, replaced, sameTermsAs } = command;
  if (state.lifecycle === 'void') return proposalVoid(state);
  if (content.contentHash === state.contentHash || sameTermsAs === state.contentHash) {
    const { customerName, customerEmail } = state;
    const isSame = content.customerName === customerName && content.customerEmail === customerEmail;
    return { events: isSame ? [] : [{ event: 'customer_changed', meta: {} }] };
  }
  if (version !== state.version) return versionConflict(state, version, 'was changed');
  const refusal = whyMoneyForbids(state);
  if (refusal) return refusal;
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
  if (state.lifecycle === 'void') return { events: [] };
  return whyMoneyForbids(state) ?? { events: [{ event: 'void', meta: {} }] };
}

/** Money that is held, or on its way, was paid for the proposal as it is: it is refunded before that ends. */
export function whyMoneyForbids(state: Proposal): Rejection | null {
  if (hasPendingPayment(state)) return paymentPending();
  if (!holdsMoney(state)) return null;
  return { rejected: 'already_paid', detail: 'Money has been paid. Refund it first.' };
}

/** Without names and addresses, which the log could not forget. */
function toContentMeta({ title, lineItems, discount, schedule, validUntil, terms, totalCents }: Content) {
  return {
    title,
    line_items: lineItems,
    ...discount,
    total_cents: totalCents,
    schedule,
    valid_until: validUntil,
    terms,
  };
}
