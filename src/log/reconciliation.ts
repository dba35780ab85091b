import type { Channel } from '../domain/channel.ts';
import type { Sum } from '../metrics/catalogue.ts';

/** The place of an event among those that are stored, in the order of their receipt. */
export type EventPlace = { readonly receivedAt: number; readonly id: string };

/** How far the reconciler has come. Times are in milliseconds; what is missing has not happened yet. */
export type Reconciliation = {
  /** When a run last completed. */
  readonly succeededAt?: number;
  /** Every event before this that Stripe failed to deliver is recorded; the next run starts here. */
  readonly eventsUntil?: number;
  /** Ids of events before that which failed, and are tried again by themselves. */
  readonly failingEvents?: readonly string[];
  /** Events about money that matches no proposal. */
  readonly unattributed?: number;
  /** The last of them that was tried again; the next run goes on after it. Null: from the oldest. */
  readonly retriedUntil?: EventPlace | null;
  /** Those received until then may be another product's, since earlier versions did not ask. Null: all were asked about. */
  readonly unjudgedUntil?: number | null;
  /** Whether asking failed for some of them since the oldest: then all are asked about again. */
  readonly hasUnjudged?: boolean;
  /** For how many seconds the oldest that each channel owes has been due. */
  readonly oldestDue?: { readonly [C in Channel]?: number };
  /** Of each org whose books are kept: what of its money is not in them, in minor units, and how much waits. */
  readonly books?: readonly {
    readonly orgId: number;
    readonly differenceCents: Readonly<Record<string, number>>;
    readonly waiting: number;
  }[];
};

/** The gauges that `/metrics` shows of it. */
export function toReconciliationSums({
  succeededAt,
  eventsUntil,
  unattributed,
  oldestDue = {},
  books = [],
}: Reconciliation): Sum[] {
  const gauge = (metric: Sum['metric'], value: number | undefined): Sum[] =>
    value === undefined ? [] : [{ metric, labels: {}, part: '', value }];
  return [
    ...gauge('crm_portal_reconciler_last_success_timestamp_seconds', succeededAt && succeededAt / 1000),
    ...gauge('crm_portal_reconciler_events_until_timestamp_seconds', eventsUntil && eventsUntil / 1000),
    ...gauge('crm_portal_unattributed_events', unattributed),
    ...Object.entries(oldestDue).map(
      ([channel, value]): Sum => ({
        metric: 'crm_portal_owed_oldest_seconds',
        labels: { channel },
        part: '',
        value,
      }),
    ),
    ...books.flatMap(({ orgId, differenceCents, waiting }): Sum[] => {
      const org_id = String(orgId);
      const differences = Object.entries(differenceCents).map(
        ([currency, value]): Sum => ({
          metric: 'crm_portal_books_difference_cents',
          labels: { org_id, currency },
          part: '',
          value,
        }),
      );
      return [
        ...differences,
        { metric: 'crm_portal_books_waiting', labels: { org_id }, part: '', value: waiting },
      ];
    }),
  ];
}
