import type { EventName } from './entry.ts';

/** What an org's people can be mailed about. */
export const topics = [
  'viewed',
  'approved',
  'declined',
  'paid',
  'failed',
  'refunded',
  'disputed',
  'anomaly',
  'bounced',
] as const;

export type Topic = (typeof topics)[number];

/** Who of an org is mailed about a topic. */
export const audiences = ['everyone', 'admins', 'none'] as const;

export type Audience = (typeof audiences)[number];

/** An org's choice. What is missing goes to everyone. */
export type Notify = { readonly [T in Topic]?: Audience };

/** The topic of each event that people can be mailed about. */
export const topicOf = {
  view: 'viewed',
  approve: 'approved',
  declined: 'declined',
  payment_success: 'paid',
  payment_failed: 'failed',
  checkout_refused: 'failed',
  payment_refunded: 'refunded',
  refund_failed: 'refunded',
  refund_refused: 'refunded',
  dispute_opened: 'disputed',
  dispute_closed: 'disputed',
  payment_anomaly: 'anomaly',
  mail_bounced: 'bounced',
} as const satisfies { readonly [E in EventName]?: Topic };

export type NoticedEvent = keyof typeof topicOf;

export function isNoticed(event: EventName): event is NoticedEvent {
  return event in topicOf;
}
