import type { Delivery } from './owed.ts';

/** A mail to one recipient: one whom the vendor suppresses would keep it from the others. */
export type Mail = {
  /** `"Name" <address>` */
  readonly from: string;
  readonly to: string;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Letters, digits, `_` and `-`. */
  readonly tags: Readonly<Record<string, string>>;
};

/** All that we need of a vendor for mail. */
export type MailGateway = {
  /** For how many hours an attempt whose answer was lost is made again with the same key and words. */
  readonly retryHours: number;
  /** Throws `not_configured` where it lacks something. */
  check(): void;
  /** One attempt. Never rejects for what the vendor does. */
  send(mail: Mail, key: string): Promise<Delivery>;
};

/** The deadline of an attempt, well below a courier's lease. */
export const mailDeadlineMs = 10_000;

/** How long mail waits for an operator, who must mend the key, the sender or the domain; and where a quota is used up. */
export const [operatorMs, quotaMs] = [5 * 60_000, 3_600_000];

/** After how long a mail of which it is not known whether it is out is sent again. */
export const mailRetriesMs = [30_000, 2 * 60_000, 10 * 60_000, 3_600_000, 3 * 3_600_000];
