import { describe, expect, test } from 'vitest';
import type { Entry, EntryMeta, EventName } from '../../src/domain/entry.ts';
import { catalogue, type MetricName } from '../../src/metrics/catalogue.ts';
import { incrementsOf } from '../../src/metrics/fold.ts';

const createdAt = new Date('2026-11-23T12:00:00Z');

function entry<E extends EventName>(event: E, meta: Partial<EntryMeta[E]>, actor = 'stripe'): Entry {
  const place = { id: 1, orgId: 3, proposalId: 7, seq: 1, createdAt, dedupeKey: 'x' };
  return { ...place, event, meta, actor } as unknown as Entry; // only what the fold reads
}

/** What it counts, without the series that it only starts at zero. */
const counted = (one: Entry) => incrementsOf(one).filter(({ value }) => value !== null);
const org = { org_id: '3' };

test.each([
  ['lead_created', 'crm_leads_created_total'],
  ['view', 'crm_portal_proposal_views_total'],
  ['approve', 'crm_portal_approvals_total'],
  ['payment_failed', 'crm_portal_payments_failed_total'],
  ['refund_failed', 'crm_portal_refunds_failed_total'],
] as const)('%s counts as one of %s', (event, metric) => {
  expect(counted(entry(event, {}))).toEqual([{ metric, labels: org, value: 1 }]);
});

test.each(['sent', 'revised', 'checkout_expired', 'payment_pending', 'void'] as const)(
  '%s counts as nothing',
  (event) => {
    expect(counted(entry(event, {}))).toEqual([]);
  },
);

test('a checkout records the currency of its org', () => {
  expect(counted(entry('checkout_created', { currency: 'jpy' }))).toEqual([
    { metric: 'crm_portal_checkout_sessions_total', labels: org, value: 1 },
    { metric: 'crm_portal_org_info', labels: { ...org, currency: 'jpy' }, value: 1 },
  ]);
});

describe('a payment', () => {
  const paid = (approved_at?: string | null) =>
    counted(
      entry('payment_success', {
        amount_cents: 472_500,
        ...(approved_at === undefined ? {} : { approved_at }),
      }),
    );
  const always = [
    { metric: 'crm_portal_payments_total', labels: org, value: 1 },
    { metric: 'crm_portal_payment_amount_cents', labels: org, value: 472_500 },
    {
      metric: 'crm_portal_payment_currency_amount_cents',
      labels: { ...org, currency: 'unknown' },
      value: 472_500,
    },
  ];

  test('is counted, with its amount and the whole seconds since the approval', () => {
    const firstPaid = { metric: 'crm_portal_proposals_first_paid_total', labels: org, value: 1 };
    const velocity = { metric: 'crm_portal_approval_to_payment_seconds', labels: org, value: 90 };
    expect(paid('2026-11-23T11:58:29.500Z')).toEqual([...always, firstPaid, velocity]);
  });

  test('without a known approval adds no velocity', () => {
    expect(paid(null)).toEqual(always);
    expect(paid()).toEqual(always); // an old entry lacks the field
  });
});

test('recorded by the reconciler is counted as a repair too', () => {
  expect(counted(entry('payment_failed', {}, 'reconciler'))).toContainEqual({
    metric: 'crm_portal_reconciler_repairs_total',
    labels: {},
    value: 1,
  });
});

test('every series that can increase is started at zero by an earlier entry', () => {
  const begun = (['approve', 'payment_success', 'payment_pending', 'payment_refunded'] as const).flatMap(
    (event) =>
      incrementsOf(entry(event, { amount_cents: 1, approved_at: null } as never)).filter(
        // Those of a currency are started, too, where the currency is known.
        ({ value, labels }) => value === null && Object.keys(labels).join() === 'org_id',
      ),
  );
  const names: MetricName[] = begun.map(({ metric }) => metric);
  const perOrg = Object.entries(catalogue).flatMap(([name, { type, labels }]) =>
    labels.join() === 'org_id' && type !== 'info' && type !== 'gauge' ? [name] : [],
  );
  // These come first of all.
  const first = ['leads_created', 'proposal_views', 'approvals', 'checkout_sessions'];
  const expected = perOrg.filter((name) => !first.some((part) => name.includes(part)));
  expect([...new Set<string>(names)].sort()).toEqual(expected.sort());
});

test('a bank that asks is no dispute', () => {
  const outcomeOf = (status: string) =>
    counted(entry('dispute_opened', { status })).map(({ labels }) => labels);
  expect(outcomeOf('needs_response')).toEqual([{ ...org, outcome: 'opened' }]);
  expect(outcomeOf('warning_needs_response')).toEqual([{ ...org, outcome: 'inquiry_opened' }]);
});
