import type { InferRequestType } from 'hono/client';
import { addDays, dateIn } from '../../../src/domain/calendar.ts';
import type { Discount } from '../../../src/domain/pricing.ts';
import { defaultSchedule, type UnnamedPart } from '../../../src/domain/terms.ts';
import type { Api, Lead, Me, Proposal } from '../api.ts';

/** A proposal as the API takes it. */
export type ProposalBody = Omit<InferRequestType<Api['proposals']['$post']>['json'], 'lead_id'>;

/** A line item that is being edited; `id` identifies it. A number that was not understood is `NaN`. */
export type DraftItem = ProposalBody['line_items'][number] & { readonly id: string };

/** A part of the schedule that is being edited; `id` identifies it. */
export type DraftPart = UnnamedPart & { readonly id: string };

/** A proposal while staff write it. */
export type Draft = {
  readonly title: string;
  readonly customer_name: string;
  readonly customer_email: string;
  readonly items: readonly DraftItem[];
  readonly discount: Discount;
  readonly parts: readonly DraftPart[];
  readonly valid_until: string;
  readonly terms: string;
};

export const blankItem = (): DraftItem => ({
  id: crypto.randomUUID(),
  description: '',
  quantity: 1,
  unit_price_cents: 0,
});

export const draftPart = (part: UnnamedPart): DraftPart => ({ ...part, id: crypto.randomUUID() });

/** A new proposal with what the org offers by default, perhaps for a lead. */
export function newDraft(
  { deposit, valid_days: days, time_zone: timeZone, terms }: Me,
  lead: Lead | null,
): Draft {
  return {
    title: '',
    customer_name: lead?.name ?? '',
    customer_email: lead?.email ?? '',
    items: [blankItem()],
    discount: {},
    parts: defaultSchedule(deposit).map(({ key, ...part }) => draftPart(part)),
    valid_until: days === null ? '' : addDays(dateIn(timeZone, new Date()), days),
    terms: terms ?? '',
  };
}

/** A proposal to be edited. */
export function draftOf(proposal: Proposal): Draft {
  const { discount_percent: percent, discount_cents: cents } = proposal;
  return {
    title: proposal.title,
    customer_name: proposal.customer_name,
    customer_email: proposal.customer_email,
    items: proposal.line_items.map((item) => ({ ...item, id: crypto.randomUUID() })),
    discount: {
      ...(percent ? { discount_percent: percent } : {}),
      ...(cents ? { discount_cents: cents } : {}),
    },
    parts: proposal.schedule.map(({ label, due, percent: share, rest, amount_cents: amount }) => {
      if (rest) return draftPart({ label, due, rest });
      return draftPart(
        share === undefined ? { label, due, amount_cents: amount } : { label, due, percent: share },
      );
    }),
    valid_until: proposal.valid_until ?? '',
    terms: proposal.terms ?? '',
  };
}

export function toBody({ items, discount, parts, valid_until, terms, ...draft }: Draft): ProposalBody {
  return {
    title: draft.title.trim(),
    customer_name: draft.customer_name.trim(),
    customer_email: draft.customer_email.trim(),
    line_items: items.map(toItem),
    discount_percent: discount.discount_percent ?? null,
    discount_cents: discount.discount_cents || null,
    schedule: parts.map(({ id, ...part }) => part),
    valid_until: valid_until || null,
    terms: terms.trim() || null,
  };
}

/** Without a tax there is nothing that the price could include. */
function toItem({ id, tax_percent: percent, tax_inclusive: isInclusive, ...item }: DraftItem) {
  if (!percent) return item;
  return { ...item, tax_percent: percent, ...(isInclusive ? { tax_inclusive: true } : {}) };
}

/** Whether every number of the lines was understood, so that sums say something. */
export function isUnderstood({ items, discount }: Pick<Draft, 'items' | 'discount'>): boolean {
  const numbers = [...items, discount].flatMap((fields) =>
    Object.values(fields).filter((value) => typeof value === 'number'),
  );
  return numbers.every(Number.isFinite);
}
