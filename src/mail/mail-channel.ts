import type { Config } from '../config.ts';
import type { ChannelAdapter, Prepared } from '../couriers/channel.ts';
import type { OwedRow } from '../couriers/outbox.ts';
import type { Database } from '../db/client.ts';
import { type Mail, type MailGateway, mailRetriesMs, operatorMs } from '../domain/mail.ts';
import { type MailKind, mailKinds } from '../domain/owed.ts';
import { linkLifetimeMs } from '../domain/revocation.ts';
import { AppError } from '../errors.ts';
import type { Tokens } from '../jwt/tokens.ts';
import {
  expiringMessage,
  instalmentMessage,
  linkMessage,
  newLinkMessage,
  paymentFailedMessage,
  receiptMessage,
  refundMessage,
  reminderMessage,
  withdrawnMessage,
} from './customer-messages.ts';
import { type Facts, readFacts } from './facts.ts';
import { type Message, mailbox } from './message.ts';
import { isNotified, noticeMessage } from './notices.ts';
import { sharesOf } from './shares.ts';
import { isWithdrawn, whyStale } from './why-stale.ts';

/**
 * What the outbox freezes. A link's token is not stored: `mark` is where it goes, and the same claims always give the same
 * token. Rows outlive deploys, so fields are added and never renamed.
 */
type Frozen = {
  /** The vendor's idempotency key: another one where an earlier attempt was surely not taken. */
  readonly key: string;
  readonly mail: Mail;
  readonly link: {
    readonly mark: string;
    readonly orgName: string;
    readonly generation: number;
    readonly expiresAt: string;
    /** Null in the mail of the sent entry, whose link is the one that staff copy. */
    readonly issuedAt: number | null;
  } | null;
  /** The same for the token that ends reminders. */
  readonly stop: { readonly mark: string; readonly generation: number; readonly expiresAt: string } | null;
};

/** A row of the kinds that this channel claims. */
type MailRow = OwedRow & { readonly kind: MailKind };

/** Mail as a channel: what a customer is mailed, and notices to the org's people. */
export function createMailChannel(deps: {
  readonly db: Database;
  readonly config: Config;
  readonly tokens: Tokens;
  readonly gateway: MailGateway;
}): ChannelAdapter {
  const { db, config, tokens, gateway } = deps;

  return {
    kinds: mailKinds,
    retryHours: gateway.retryHours,
    staleHours: 72,
    retriesMs: mailRetriesMs,

    async prepare(row) {
      try {
        gateway.check(); // what is missing is missed before the attempt
        return toContent(row as MailRow, await readFacts(db, row, config), new Date());
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'not_configured')) throw error;
        console.error(JSON.stringify({ mail: 'not_configured', detail: error.message }));
        return { outcome: 'postponed', reason: 'not_configured', ms: operatorMs, waitsFor: 'operator' };
      }
    },

    async deliver(row, content, isInTime) {
      const { key, mail, link, stop } = content as Frozen; // sound: `prepare` made it
      const { proposalId, orgId } = row;
      let sealed = mail;
      if (link) {
        const { generation, issuedAt } = link;
        const issued = issuedAt === null ? {} : { issuedAt };
        const customer = { kind: 'customer', proposalId, orgId, generation, ...issued } as const;
        const token = await tokens.signPortal(customer, link.orgName, new Date(link.expiresAt));
        sealed = fill(sealed, link.mark, token);
      }
      if (stop) {
        const token = await tokens.signReminders(
          { proposalId, orgId, generation: stop.generation },
          new Date(stop.expiresAt),
        );
        sealed = fill(sealed, stop.mark, token);
      }
      return isInTime() ? gateway.send(sealed, key) : { outcome: 'unknown', reason: 'suspended' };
    },
  };

  function toContent(row: MailRow, facts: Facts, now: Date): Prepared {
    const shares = row.share === null ? sharesOf(row.kind, facts) : null;
    if (shares) return { shares };
    return row.kind === 'notice' ? toNotice(row, facts, now) : toCustomer(row, facts, now);
  }

  function toNotice(row: MailRow, facts: Facts, now: Date): Prepared {
    const person = facts.people.find(({ id }) => `user:${id}` === row.share);
    if (!person) return { state: 'stale', reason: 'user_deactivated' };
    if (!isNotified(person, facts)) return { state: 'stale', reason: 'not_wanted' };
    if (facts.entry.event === 'view' && facts.earlier.wasViewed)
      return { state: 'stale', reason: 'seen_before' };
    const url = `${config.portalUrl}/staff/proposals/${row.proposalId}`;
    return freeze(row, facts, person.email, noticeMessage(facts, url, now), {
      link: null,
      stop: null,
      headers: {},
    });
  }

  function toCustomer(row: MailRow, facts: Facts, now: Date): Prepared {
    const { proposal, entry, orgName } = facts;
    const reason = whyStale(row, facts, now);
    if (reason) return { state: 'stale', reason };
    const mark = crypto.randomUUID();
    const url = isWithdrawn(facts) ? null : `${config.portalUrl}/proposal/${row.proposalId}#token=${mark}`;
    const expiresAt = new Date(entry.createdAt.getTime() + linkLifetimeMs).toISOString();
    const { linkGeneration: generation } = proposal;
    const issuedAt = row.kind === 'link' ? null : now.getTime();
    const link = url ? { mark, orgName, generation, expiresAt, issuedAt } : null;
    const stop = canStop(row.kind) ? { mark: crypto.randomUUID(), generation, expiresAt } : null;
    const stopUrl = `${config.portalUrl}/mail/reminders?token=${stop?.mark}`;
    const message = customerMessage(row.kind, facts, { url, stopUrl }, now);
    // One click is enough for a mail program (RFC 8058).
    const oneClick = {
      'List-Unsubscribe': `<${stopUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    };
    return freeze(row, facts, proposal.customerEmail, message, { link, stop, headers: stop ? oneClick : {} });
  }

  function freeze(
    row: MailRow,
    { orgName, orgEmail, suppressed }: Facts,
    to: string,
    message: Message,
    { link, stop, headers }: Pick<Frozen, 'link' | 'stop'> & Pick<Mail, 'headers'>,
  ): Prepared {
    const frozen = row.frozen as Frozen | null; // sound, as above
    if (frozen && frozen.mail.to !== to) return { state: 'stale', reason: 'address_changed' };
    if (!/^[^\s@<>",;]+@[^\s@<>",;]+$/.test(to)) return { state: 'failed', reason: 'address' };
    const isSuppressed = suppressed.some(
      ({ email, reason }) => email === to.toLowerCase() && reason !== 'no_reminders',
    );
    if (isSuppressed) return { state: 'failed', reason: 'suppressed' };
    const mail: Mail = {
      from: mailbox(orgName, config.mailFrom),
      to,
      replyTo: orgEmail,
      ...message,
      headers: { 'Auto-Submitted': 'auto-generated', ...headers }, // RFC 3834: nothing that is out of office answers
      tags: { kind: row.kind, proposal_id: String(row.proposalId), mail_id: row.id },
    };
    return { content: { key: `${row.id}:${row.attempt}`, mail, link, stop } satisfies Frozen };
  }
}

/** The mails that one can ask not to get. */
function canStop(kind: MailKind): boolean {
  return kind === 'reminder' || kind === 'expiring';
}

function customerMessage(
  kind: MailKind,
  facts: Facts,
  { url, stopUrl }: { readonly url: string | null; readonly stopUrl: string },
  now: Date,
): Message {
  switch (kind) {
    case 'link':
      return linkMessage(facts, url, now);
    case 'new_link':
      return newLinkMessage(facts, url, now);
    case 'reminder':
      return reminderMessage(facts, url, now, stopUrl);
    case 'expiring':
      return expiringMessage(facts, url, now, stopUrl);
    case 'instalment':
      return instalmentMessage(facts, url, now);
    case 'receipt':
      return receiptMessage(facts, url, now);
    case 'payment_failed':
      return paymentFailedMessage(facts, url);
    case 'refund':
      return refundMessage(facts, url, now);
    case 'withdrawn':
      return withdrawnMessage(facts);
    case 'notice':
      throw new Error('A notice is not for the customer.');
  }
}

/** Puts a token where its mark is. */
function fill(mail: Mail, mark: string, token: string): Mail {
  const filled = (text: string) => text.replaceAll(mark, token);
  const headers = Object.entries(mail.headers).map(([name, value]) => [name, filled(value)]);
  return {
    ...mail,
    html: filled(mail.html),
    text: filled(mail.text),
    headers: Object.fromEntries(headers),
  };
}
