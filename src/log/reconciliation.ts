import type { Sum } from '../metrics/catalogue.ts';

/** How far the reconciler has come. Times in milliseconds; what is not there has not happened yet. */
export type Reconciliation = {
  /** When a run last came to its end. */
  readonly succeededAt?: number;
  /** Every event before this that Stripe failed to deliver has been recorded; the next run goes on from here. */
  readonly eventsUntil?: number;
  /** Events about money that no proposal claims. */
  readonly unattributed?: number;
};

/** It as `/metrics` shows it. */
export function toReconciliationSums({ succeededAt, eventsUntil, unattributed }: Reconciliation): Sum[] {
  const gauge = (metric: Sum['metric'], value: number | undefined): Sum[] =>
    value === undefined ? [] : [{ metric, labels: {}, part: '', value }];
  return [
    ...gauge('crm_portal_reconciler_last_success_timestamp_seconds', succeededAt && succeededAt / 1000),
    ...gauge('crm_portal_reconciler_events_until_timestamp_seconds', eventsUntil && eventsUntil / 1000),
    ...gauge('crm_portal_unattributed_events', unattributed),
  ];
}
