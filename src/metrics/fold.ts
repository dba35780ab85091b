import type { Entry } from '../activity/entry.ts';
import type { Increment } from './catalogue.ts';

/** What one entry of the log counts as. Pure, and the only place where anything is counted. */
export function fold(entry: Entry): Increment[] {
  const labels = { org_id: String(entry.orgId) };
  switch (entry.event) {
    case 'lead_created':
      return [{ metric: 'crm_leads_created_total', labels, value: 1 }];
    case 'payment_success':
      return [
        { metric: 'crm_portal_payments_total', labels, value: 1 },
        { metric: 'crm_portal_payment_amount_cents', labels, value: entry.meta.amount_cents },
      ];
    case 'sent':
    case 'view':
    case 'approve':
    case 'checkout_created':
    case 'payment_anomaly':
    case 'void':
      return [];
  }
  // An event of a later version that was rolled back is not counted by this one.
  entry satisfies never;
  return [];
}
