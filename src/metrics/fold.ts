import type { Entry } from '../activity/entry.ts';
import type { Increment } from './catalogue.ts';

/** What one entry of the log counts as. Pure, and the only place where anything is counted. */
export function fold(entry: Entry): Increment[] {
  const increments = foldEvent(entry);
  if (entry.actor !== 'reconciler') return increments;
  return [...increments, { metric: 'crm_portal_reconciler_repairs_total', labels: {}, value: 1 }];
}

function foldEvent(entry: Entry): Increment[] {
  const labels = { org_id: String(entry.orgId) };
  switch (entry.event) {
    case 'lead_created':
      return [{ metric: 'crm_leads_created_total', labels, value: 1 }];
    case 'payment_success':
      return [
        { metric: 'crm_portal_payments_total', labels, value: 1 },
        { metric: 'crm_portal_payment_amount_cents', labels, value: entry.meta.amount_cents },
      ];
    case 'payment_failed':
      return [{ metric: 'crm_portal_payments_failed_total', labels, value: 1 }];
    case 'payment_refunded':
      return [
        { metric: 'crm_portal_refunds_total', labels, value: 1 },
        { metric: 'crm_portal_refund_amount_cents', labels, value: entry.meta.amount_cents },
      ];
    case 'refund_failed':
      return [{ metric: 'crm_portal_refunds_failed_total', labels, value: 1 }];
    case 'dispute_opened':
      return [{ metric: 'crm_portal_disputes_total', labels: { ...labels, outcome: 'opened' }, value: 1 }];
    case 'dispute_closed': {
      const { status: outcome } = entry.meta;
      return [{ metric: 'crm_portal_disputes_total', labels: { ...labels, outcome }, value: 1 }];
    }
    case 'payment_anomaly': {
      const { reason } = entry.meta;
      return [{ metric: 'crm_portal_payment_anomalies_total', labels: { ...labels, reason }, value: 1 }];
    }
    case 'sent':
    case 'view':
    case 'approve':
    case 'revised':
    case 'checkout_created':
    case 'checkout_expired':
    case 'payment_pending':
    case 'void':
      return [];
  }
  // An event of a later version that was rolled back is not counted by this one.
  entry satisfies never;
  return [];
}
