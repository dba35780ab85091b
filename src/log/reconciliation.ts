import type { Sum } from '../metrics/catalogue.ts';

/** How far the reconciler has come. Times are in milliseconds; what is missing has not happened yet. */
export type Reconciliation = {
  /** When a run last completed. */
  readonly succeededAt?: number;
  /** Every event before this that Stripe failed to deliver is recorded; the next run starts here. */
  readonly eventsUntil?: number;
  /** Events about money that matches no proposal. */
  readonly unattributed?: number;
};

/** The gauges that `/metrics` shows of it. */
export function toReconciliationSums({ succeededAt, eventsUntil, unattributed }: Reconciliation): Sum[] {
  const gauge = (metric: Sum['metric'], value: number | undefined): Sum[] =>
    value === undefined ? [] : [{ metric, labels: {}, part: '', value }];
  return [
    ...gauge('crm_portal_reconciler_last_success_timestamp_seconds', succeededAt && succeededAt / 1000),
    ...gauge('crm_portal_reconciler_events_until_timestamp_seconds', eventsUntil && eventsUntil / 1000),
    ...gauge('crm_portal_unattributed_events', unattributed),
  ];
}
