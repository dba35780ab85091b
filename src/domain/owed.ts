import type { Channel } from './channel.ts';
import type { NewEntry } from './entry.ts';
import { isNoticed, topicOf } from './notify.ts';

/** The mails to customers. */
export const customerMails = [
  'link',
  'new_link',
  'reminder',
  'expiring',
  'receipt',
  'payment_failed',
  'refund',
  'instalment',
  'withdrawn',
] as const;

/** What can be owed by mail: to the customer, or a notice to the org's people of what happened. */
export const mailKinds = [...customerMails, 'notice'] as const;

export type MailKind = (typeof mailKinds)[number];

/** What can be owed: a mail, or that the books learn of money. */
export const owedKinds = [...mailKinds, 'booking'] as const;

export type OwedKind = (typeof owedKinds)[number];

/** Something that an entry owes, over one channel. `key` is unique, so it is owed once. */
export type Owed = {
  readonly key: string;
  readonly channel: Channel;
  readonly kind: OwedKind;
  readonly orgId: number;
  readonly proposalId: number | null;
  readonly entryKey: string;
  /** When the entry was made: a channel owes nothing for what happened before it was on. */
  readonly entryAt: Date;
  readonly dueAt: Date;
};

/** The events that may owe something. */
export const owingEvents = [
  'sent',
  'payment_requested',
  'payment_recorded',
  'void',
  'payment_reversed',
  'anomaly_accepted',
  // Sound: the keys of the record.
  ...(Object.keys(topicOf) as (keyof typeof topicOf)[]),
] as const satisfies readonly NewEntry['event'][];

/**
 * What an entry owes, if the channels are on. Pure: the same entry always owes the same. Whether it is still true is looked at
 * when it is delivered, and what is due later than its entry, or to several people, the courier makes several of.
 */
export function owed(entry: NewEntry): Owed[] {
  const mails: readonly OwedKind[] = [...toCustomer(entry), ...(isNotice(entry) ? ['notice' as const] : [])];
  const bookings = isBooked(entry.event) ? [owe(entry, 'books', 'booking')] : [];
  return [...mails.map((kind) => owe(entry, 'mail', kind)), ...bookings];
}

/** The events that move money, and those that may earn what is held: an approval, and an anomaly that staff accept. */
export const bookedEvents = [
  'approve',
  'payment_success',
  'payment_recorded',
  'payment_reversed',
  'payment_refunded',
  'refund_failed',
  'dispute_closed',
  'anomaly_accepted',
] as const satisfies readonly NewEntry['event'][];

function isBooked(event: NewEntry['event']): boolean {
  return bookedEvents.some((booked) => booked === event);
}

function toCustomer({ event, meta }: NewEntry): readonly OwedKind[] {
  switch (event) {
    case 'sent':
      return meta.mail ? ['link', 'reminder', 'expiring'] : [];
    case 'approve':
    case 'payment_requested':
      return ['instalment', 'reminder'];
    case 'payment_success':
    case 'payment_recorded':
      return ['receipt'];
    case 'payment_failed':
      return ['payment_failed'];
    case 'payment_refunded':
      return ['refund'];
    case 'void':
      return ['withdrawn'];
    default:
      return [];
  }
}

/** People are not mailed about what they did themselves. */
function isNotice({ event, actor }: NewEntry): boolean {
  return isNoticed(event) && actor !== 'staff';
}

function owe(entry: NewEntry, channel: Channel, kind: OwedKind): Owed {
  const { event, orgId, proposalId, dedupeKey: entryKey, createdAt } = entry;
  // Only the first view is worth a notice.
  const what = event === 'view' ? `first_view:${proposalId}` : entryKey;
  const key = `${channel}:${kind}:${what}`;
  return { key, channel, kind, orgId, proposalId, entryKey, entryAt: createdAt, dueAt: createdAt };
}

/** What became of an attempt to deliver, as far as the channel's vendor lets us know. */
export type Delivery =
  | { readonly outcome: 'accepted'; readonly vendorId: string | null; readonly note: string | null }
  /** Not done, and trying again would not help. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Not done. Nothing of this channel is tried for so long: it would fare no better. */
  | {
      readonly outcome: 'postponed';
      readonly reason: string;
      readonly ms: number;
      /** Whether it waits for an operator, or only for time to pass. */
      readonly waitsFor: 'operator' | 'time';
    }
  /** Not done, until somebody mends what is wrong with it. It is tried again all the same, less and less often. */
  | {
      readonly outcome: 'blocked';
      readonly reason: string;
      /** Whether what an earlier attempt may have done was looked for, and is not there. */
      readonly isLookedFor?: boolean;
    }
  /** It may have been done. */
  | { readonly outcome: 'unknown'; readonly reason: string };
