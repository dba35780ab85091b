import { aLetterhead } from '../orgs/letterhead-schema.ts';

// Examples of the contract.

/** Terms to make a proposal of. */
export const terms = {
  title: 'Kitchen renovation',
  customer_name: 'Ada Lovelace',
  customer_email: 'ada@example.com',
  line_items: [{ description: 'Cabinets', quantity: 3, unit_price_cents: 525_000 }],
};
const { line_items, ...offer } = terms;
/** The proposal that they make, in a list. */
export const summary = {
  id: 7,
  org_id: 1,
  lead_id: null,
  ...offer,
  currency: 'usd',
  total_cents: 1_575_000,
  deposit_cents: 472_500,
  held_cents: 0,
  due_cents: 472_500,
  remaining_cents: 1_575_000,
  version: 1,
  status: 'draft',
  valid_until: '2026-12-24',
  expired: false,
  created_at: '2026-11-26T09:00:00.000Z',
};
/** The same, whole. */
export const details = {
  ...summary,
  org_name: 'Acme Kitchens',
  org: aLetterhead,
  line_items,
  discount_percent: null,
  discount_cents: null,
  subtotal_cents: 1_575_000,
  discounted_cents: 0,
  taxes: [],
  tax_cents: 0,
  terms: null,
  deposit: { percent: 30 },
  schedule: [
    {
      key: 'deposit',
      label: 'Deposit',
      percent: 30,
      amount_cents: 472_500,
      due: 'approval',
      due_on: null,
      state: 'later',
    },
    {
      key: 'balance',
      label: 'Balance',
      rest: true,
      amount_cents: 1_102_500,
      due: 'request',
      due_on: null,
      state: 'later',
    },
  ],
  pay_in_full: false,
  time_zone: 'Europe/Berlin',
  deposit_status: 'unpaid',
  last_payment_failed: false,
  approved_by: null,
  approved_at: null,
  paid_cents: 0,
  paid_at: null,
  pending_cents: 0,
  refunded_cents: 0,
  lost_cents: 0,
  payments: [],
  sent_version: 1,
  checkout_refusal: null,
};
