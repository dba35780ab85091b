import { type Entry, isInquiry } from '../domain/entry.ts';
import type { Increment } from './catalogue.ts';

/** What one entry of the log counts as. Pure, and the only place that counts entries. */
export function incrementsOf(entry: Entry): Increment[] {
  const increments = incrementsOfEvent(entry);
  if (entry.actor !== 'reconciler') return increments;
  return [...increments, { metric: 'crm_portal_reconciler_repairs_total', labels: {}, value: 1 }];
}

function incrementsOfEvent(entry: Entry): Increment[] {
  const org_id = String(entry.orgId);
  const labels = { org_id };
  switch (entry.event) {
    case 'lead_created':
      return [...startAtZero(labels, beforePayment), { metric: 'crm_leads_created_total', labels, value: 1 }];
    case 'view':
      return [{ metric: 'crm_portal_proposal_views_total', labels, value: 1 }];
    case 'approve':
      return [
        ...startAtZero(labels, [...beforePayment, ...beforeMilestone]),
        { metric: 'crm_portal_approvals_total', labels, value: 1 },
      ];
    case 'checkout_created': {
      const { currency } = entry.meta;
      return [
        { metric: 'crm_portal_checkout_sessions_total', labels, value: 1 },
        { metric: 'crm_portal_org_info', labels: { org_id, currency }, value: 1 },
        { metric: 'crm_portal_payment_currency_amount_cents', labels: { org_id, currency }, value: null },
      ];
    }
    case 'payment_success': {
      const { amount_cents, approved_at, is_foreign, currency } = entry.meta;
      const increments: Increment[] = [
        { metric: 'crm_portal_payments_total', labels, value: 1 },
        // Cents are never added to yen.
        ...(is_foreign
          ? []
          : [{ metric: 'crm_portal_payment_amount_cents', labels, value: amount_cents } as const]),
        {
          metric: 'crm_portal_payment_currency_amount_cents',
          labels: { org_id, currency: currency ?? 'unknown' },
          value: amount_cents,
        },
        ...milestones(labels, entry.meta, Boolean(approved_at)),
        ...startAtZero(labels, beforeRefund),
        {
          metric: 'crm_portal_refund_currency_amount_cents',
          labels: { org_id, currency: currency ?? 'unknown' },
          value: null,
        },
      ];
      if (!approved_at) return increments;
      // Whole seconds, so that a sum does not depend on the order of its additions.
      const seconds = Math.max(0, Math.floor((entry.createdAt.getTime() - Date.parse(approved_at)) / 1000));
      return [...increments, { metric: 'crm_portal_approval_to_payment_seconds', labels, value: seconds }];
    }
    case 'payment_pending':
      return startAtZero(labels, beforeFailure);
    case 'payment_failed':
      return [{ metric: 'crm_portal_payments_failed_total', labels, value: 1 }];
    case 'payment_refunded':
      return [
        { metric: 'crm_portal_refunds_total', labels, value: 1 },
        ...(entry.meta.is_foreign
          ? []
          : [{ metric: 'crm_portal_refund_amount_cents', labels, value: entry.meta.amount_cents } as const]),
        {
          metric: 'crm_portal_refund_currency_amount_cents',
          labels: { org_id, currency: entry.meta.currency },
          value: entry.meta.amount_cents,
        },
        ...startAtZero(labels, beforeFailure),
      ];
    case 'refund_requested':
      return [{ metric: 'crm_portal_refunds_requested_total', labels, value: 1 }];
    case 'payment_recorded': {
      const { method, amount_cents } = entry.meta;
      return [
        { metric: 'crm_portal_offline_payments_total', labels: { org_id, method }, value: 1 },
        { metric: 'crm_portal_offline_payment_amount_cents', labels, value: amount_cents },
        ...milestones(labels, entry.meta, false),
      ];
    }
    case 'declined': {
      const { reason } = entry.meta;
      return [{ metric: 'crm_portal_proposals_declined_total', labels: { org_id, reason }, value: 1 }];
    }
    case 'checkout_refused': {
      const { code } = entry.meta;
      return [{ metric: 'crm_portal_checkout_refused_total', labels: { org_id, code }, value: 1 }];
    }
    case 'refund_failed':
      return [{ metric: 'crm_portal_refunds_failed_total', labels, value: 1 }];
    case 'dispute_opened': {
      const outcome = isInquiry(entry.meta.status) ? 'inquiry_opened' : 'opened';
      return [{ metric: 'crm_portal_disputes_total', labels: { org_id, outcome }, value: 1 }];
    }
    case 'dispute_closed': {
      const { status: outcome } = entry.meta;
      return [{ metric: 'crm_portal_disputes_total', labels: { org_id, outcome }, value: 1 }];
    }
    case 'payment_anomaly': {
      const { reason } = entry.meta;
      return [{ metric: 'crm_portal_payment_anomalies_total', labels: { org_id, reason }, value: 1 }];
    }
    case 'sent':
      return startAtZero(labels, beforePayment);
    case 'revised':
    case 'customer_changed':
    case 'payment_requested':
    case 'payment_reversed':
    case 'refund_refused':
    case 'anomaly_accepted':
    case 'links_revoked':
    case 'checkout_expired':
    case 'void':
    case 'mail_bounced':
    case 'booked':
    case 'booking_blocked':
      return [];
  }
  // Written by a newer version that was rolled back: not counted by this one.
  entry satisfies never;
  return [];
}

/** What a payment was the first to bring about. Of earlier releases, the first payment says when it was approved. */
function milestones(
  labels: { org_id: string },
  { is_first, completes }: { readonly is_first?: true; readonly completes?: true },
  isDated: boolean,
): Increment[] {
  return [
    ...(is_first || isDated
      ? [{ metric: 'crm_portal_proposals_first_paid_total', labels, value: 1 } as const]
      : []),
    ...(completes ? [{ metric: 'crm_portal_proposals_paid_in_full_total', labels, value: 1 } as const] : []),
  ];
}

/**
 * Starts series at zero, one entry before they can first count: with a scrape in between, Prometheus sees the first count
 * as an increase.
 */
function startAtZero(labels: { org_id: string }, metrics: readonly OrgMetric[]): Increment[] {
  return metrics.map((metric) => ({ metric, labels, value: null }));
}

const beforePayment = [
  'crm_portal_payments_total',
  'crm_portal_payment_amount_cents',
  'crm_portal_approval_to_payment_seconds',
] as const;
const beforeMilestone = [
  'crm_portal_offline_payment_amount_cents',
  'crm_portal_proposals_first_paid_total',
  'crm_portal_proposals_paid_in_full_total',
] as const;
const beforeRefund = [
  'crm_portal_refunds_requested_total',
  'crm_portal_refunds_total',
  'crm_portal_refund_amount_cents',
] as const;
const beforeFailure = ['crm_portal_payments_failed_total', 'crm_portal_refunds_failed_total'] as const;

type OrgMetric = (
  | typeof beforePayment
  | typeof beforeMilestone
  | typeof beforeRefund
  | typeof beforeFailure
)[number];
