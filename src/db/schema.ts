import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ActorKind, Role } from '../domain/actor.ts';
import type { BookingStep, BooksSettings } from '../domain/books.ts';
import type { Channel } from '../domain/channel.ts';
import type { EntryMeta, EventName } from '../domain/entry.ts';
import type { Locale, PaperSize } from '../domain/letterhead.ts';
import type { Notify } from '../domain/notify.ts';
import type { Outcome } from '../domain/observation.ts';
import type { OwedKind } from '../domain/owed.ts';
import type { Discount, LineItem } from '../domain/pricing.ts';
import type { ProposalStatus } from '../domain/proposal.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { DepositPolicy, Part } from '../domain/terms.ts';

/** An org's deposit, as it is stored. */
export type StoredDeposit = NonNullable<DepositPolicy> | { readonly none: true };

const id = () => bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity();
const createdAt = () => timestamp({ withTimezone: true }).notNull().defaultNow();

export const orgs = pgTable(
  'orgs',
  {
    id: id(),
    name: text().notNull(),
    /** ISO 4217, in lower case as Stripe writes it. An org has one currency. */
    currency: text().notNull(),
    depositPercent: smallint(),
    /** Instead of the percentage of earlier releases, which they still read. */
    deposit: jsonb().$type<StoredDeposit>(),
    /** IANA; UTC where it is null. */
    timeZone: text(),
    /** How many days a new offer is valid; null is without an end. */
    validDays: smallint(),
    /** Whether customers may pay all at once. */
    payInFull: boolean().notNull().default(false),
    /** The text that new proposals are offered with. */
    terms: text(),
    /** Where customers reach the org: answers to its mail go there. */
    email: text(),
    /** After how many days customers are reminded; null is the default of `mail/settings.ts`. */
    reminderDays: jsonb().$type<number[]>(),
    /** Which of its people are mailed what; what is missing is the default. */
    notify: jsonb().$type<Notify>(),
    /** What happens after a payment, in the org's own words. */
    nextSteps: text(),
    /** The postal one, over several lines. */
    address: text(),
    phone: text(),
    /** An http or https URL. */
    web: text(),
    taxId: text(),
    /** The file in `logos`. */
    logo: text(),
    /** `#0f5c5c`: of buttons and links that customers see; null is the portal's own. */
    colour: text(),
    /** BCP 47: how dates and money are written for customers; null is the reader's own, in mails US English. */
    locale: text().$type<Locale>(),
    /** Null is the printer's own. */
    paperSize: text().$type<PaperSize>(),
    stripeAccountId: text(),
    createdAt: createdAt(),
  },
  (table) => [
    check('orgs_currency', sql`${table.currency} ~ '^[a-z]{3}$'`),
    check('orgs_deposit_percent', sql`${table.depositPercent} between 1 and 100`),
    check('orgs_valid_days', sql`${table.validDays} between 1 and 3650`),
    check('orgs_colour', sql`${table.colour} ~ '^#[0-9a-f]{6}$'`),
  ],
);

/** The logos of orgs, by what they hold: a file never changes. Mails that are out show earlier ones, so a few are kept. */
export const logos = pgTable(
  'logos',
  {
    /** The SHA-256 in base64url, with the ending of its type. */
    file: text().notNull(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    /** Base64, as the database's HTTP endpoint would write bytes anyway. */
    content: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.file, table.orgId] })],
);

export const users = pgTable(
  'users',
  {
    id: id(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    /** Lower case. One account per address, across all orgs. */
    email: text().notNull().unique(),
    /** Null for those who were not invited. */
    name: text(),
    passwordHash: text().notNull(),
    role: text().$type<Role>().notNull(),
    /** When they were last mailed a link to set another password. */
    resetSentAt: timestamp({ withTimezone: true }),
    /** Who is no longer a user cannot sign in. */
    deactivatedAt: timestamp({ withTimezone: true }),
    /** The database raises it with the password, the role, the org and the deactivation: older tokens end (migration 0008). */
    tokenGeneration: integer().notNull().default(0),
    createdAt: createdAt(),
  },
  (table) => [check('users_email_lower', sql`${table.email} = lower(${table.email})`)],
);

/** Where a user is signed in. Its refresh token is signed and not stored: `turn` says which one is next. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: bigint({ mode: 'number' })
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The user's when they signed in: another one ends the session. */
    tokenGeneration: integer().notNull(),
    /** How often the refresh token was replaced. */
    turn: integer().notNull().default(0),
    turnedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    /** What the browser said that it is. */
    userAgent: text(),
    /** When its user last proved who they are: by signing in, or again for what asks for it. */
    provedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    createdAt: createdAt(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    endedAt: timestamp({ withTimezone: true }),
  },
  (table) => [index('sessions_user').on(table.userId, table.createdAt)],
);

/** The keys that users' authenticator apps make codes of (TOTP, RFC 6238). One that is not confirmed does not count yet. */
export const secondFactors = pgTable('second_factors', {
  userId: bigint({ mode: 'number' })
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** Base32. */
  secret: text().notNull(),
  confirmedAt: timestamp({ withTimezone: true }),
  /** The time step of the last code that was taken: it and those before are taken no more (RFC 6238, 5.2). */
  lastStep: bigint({ mode: 'number' }).notNull().default(0),
  /** Codes that were tried since then, and none was right: a few an hour (RFC 4226, 7.3). */
  attempts: smallint().notNull().default(0),
  attemptsSince: timestamp({ withTimezone: true }).notNull().defaultNow(),
});

/** What signs a user in instead of a code, each once. They have 80 random bits, so a plain hash keeps them. */
export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    userId: bigint({ mode: 'number' })
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256, in base64url. */
    hash: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
);

/** What people do beside proposals. */
export const auditActions = [
  'signed_in',
  'sign_in_failed',
  'signed_out',
  'session_ended',
  'sessions_ended',
  'password_changed',
  'password_reset',
  'invited',
  'invitation_withdrawn',
  'joined',
  'role_changed',
  'deactivated',
  'reactivated',
  'settings_changed',
  'proved',
  'second_factor_on',
  'second_factor_off',
  'recovery_codes_made',
  'recovery_code_used',
  'books_connected',
  'books_confirmed',
  'books_disconnected',
] as const;

export type AuditAction = (typeof auditActions)[number];

/** Who did what beside proposals, which have the activity log. The database refuses UPDATE, DELETE and TRUNCATE (migration 0013). */
export const auditLog = pgTable(
  'audit_log',
  {
    id: id(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    /** No foreign key: an entry outlives the user. */
    userId: bigint({ mode: 'number' }).notNull(),
    action: text().$type<AuditAction>().notNull(),
    /** Whom or what it was done to. */
    about: text(),
    /** The client's IP address. */
    ip: text(),
    /** Of sign-ins that failed, which are one entry an hour. */
    hour: timestamp({ withTimezone: true }),
    createdAt: createdAt(),
  },
  (table) => [
    index('audit_log_org').on(table.orgId, table.id),
    uniqueIndex('audit_log_hour').on(table.userId, table.hour).where(sql`hour is not null`),
  ],
);

/** How many sign-ins of a user failed in an hour. */
export const failedSignIns = pgTable(
  'failed_sign_ins',
  {
    userId: bigint({ mode: 'number' })
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hour: timestamp({ withTimezone: true }).notNull(),
    count: integer().notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.userId, table.hour] })],
);

/** Whom an org has invited. Its token is signed and not stored. */
export const invitations = pgTable(
  'invitations',
  {
    id: uuid().primaryKey(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    /** Lower case. */
    email: text().notNull(),
    role: text().$type<Role>().notNull(),
    /** Sending it again raises it, which ends the link before. */
    generation: integer().notNull().default(0),
    /** The one whose mail is out. */
    mailedGeneration: integer(),
    sentAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    acceptedAt: timestamp({ withTimezone: true }),
    withdrawnAt: timestamp({ withTimezone: true }),
    createdAt: createdAt(),
  },
  (table) => [
    // One address has one open invitation of an org.
    uniqueIndex('invitations_open')
      .on(table.orgId, table.email)
      .where(sql`accepted_at is null and withdrawn_at is null`),
  ],
);

export const leads = pgTable(
  'leads',
  {
    id: uuid().primaryKey(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    name: text().notNull(),
    email: text(),
    phone: text(),
    source: text(),
    createdAt: createdAt(),
  },
  (table) => [
    unique('leads_of_org').on(table.id, table.orgId),
    index('leads_org').on(table.orgId, table.createdAt, table.id),
  ],
);

export const proposals = pgTable(
  'proposals',
  {
    id: id(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    leadId: uuid(),
    title: text().notNull(),
    customerName: text().notNull(),
    customerEmail: text().notNull(),
    lineItems: jsonb().$type<LineItem[]>().notNull(),
    currency: text().notNull(),
    totalCents: bigint({ mode: 'number' }).notNull(),
    version: integer().notNull().default(1),
    /** SHA-256, hex, of what the customer approves. */
    contentHash: text().notNull(),
    /** What the hash is over: 1, that of earlier releases, has the customer in it and not all of the terms. */
    hashVersion: smallint().notNull().default(1),
    /** The discount on the whole. */
    discount: jsonb().$type<Discount>(),
    /** Null in rows of earlier releases: `domain/schedule.ts` says what they mean. */
    schedule: jsonb().$type<Part[]>(),
    validUntil: date(),
    terms: text(),
    /** A projection of the log, written by the append that changes it. */
    status: text().$type<ProposalStatus>().notNull().default('draft'),
    /** The database raises it with the customer's address, and a revocation does: older links end (migration 0008). */
    linkGeneration: integer().notNull().default(0),
    /** Identifies the request that created it, so that a second click creates no second row. Old rows have none. */
    dedupeKey: text(),
    createdAt: createdAt(),
  },
  (table) => [
    unique('proposals_dedupe_key').on(table.orgId, table.dedupeKey),
    index('proposals_org').on(table.orgId, table.id),
    // A proposal cannot refer to a lead of another org.
    foreignKey({
      name: 'proposals_lead_of_org',
      columns: [table.leadId, table.orgId],
      foreignColumns: [leads.id, leads.orgId],
    }),
    check('proposals_total', sql`${table.totalCents} > 0`),
  ],
);

/** Words that a customer left. The log names them by their id, and they can be erased. */
export const proposalComments = pgTable(
  'proposal_comments',
  {
    id: uuid().primaryKey(),
    proposalId: bigint({ mode: 'number' })
      .notNull()
      .references(() => proposals.id),
    text: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('proposal_comments_proposal').on(table.proposalId)],
);

/** The source of truth. The database itself refuses UPDATE, DELETE and TRUNCATE (migration 0001). */
export const activityLog = pgTable(
  'portal_activity_log',
  {
    id: id(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    /** Null, like `seq`, for an entry that is not about a proposal. */
    proposalId: bigint({ mode: 'number' }).references(() => proposals.id),
    /** The entry's place in its proposal, from 1. Being unique, it keeps out a decision that was made on stale state. */
    seq: integer(),
    event: text().$type<EventName>().notNull(),
    actor: text().$type<ActorKind>().notNull(),
    meta: jsonb().$type<EntryMeta[EventName]>().notNull(),
    /** What happens once has one key: see `domain/keys.ts`. */
    dedupeKey: text().notNull().unique('portal_activity_log_dedupe_key'),
    createdAt: createdAt(),
  },
  (table) => [
    unique('portal_activity_log_seq').on(table.proposalId, table.seq),
    // For an org's reports.
    index('portal_activity_log_org').on(table.orgId, table.event, table.createdAt),
    // Refunds and disputes name only the PaymentIntent they are about.
    index('portal_activity_log_payment_intent')
      .on(sql`(meta->>'payment_intent')`)
      .where(sql`event = 'payment_success'`),
    // For the reconciler, which finishes refunds that were begun.
    index('portal_activity_log_refund_requests').on(table.createdAt).where(sql`event = 'refund_requested'`),
    check('portal_activity_log_seq_of_proposal', sql`(${table.proposalId} is null) = (${table.seq} is null)`),
  ],
);

/**
 * States that long histories were folded to, so that they need not be folded again. A row is worth nothing where its fold
 * version is not the reader's; any row can be deleted.
 */
export const proposalSnapshots = pgTable('proposal_snapshots', {
  proposalId: bigint({ mode: 'number' })
    .primaryKey()
    .references(() => proposals.id),
  foldVersion: integer().notNull(),
  /** The place of the last entry in it. */
  seq: integer().notNull(),
  state: json().$type<Snapshot>().notNull(),
});

/**
 * How many shards write the log now: one row at most. Another number of shards is another generation, and only one
 * generation writes at a time.
 */
export const logGeneration = pgTable(
  'log_generation',
  {
    one: boolean().primaryKey().default(true),
    shardCount: integer().notNull(),
  },
  (table) => [check('log_generation_one', sql`${table.one}`)],
);

/** Every verified Stripe event that we handle, with its outcome. */
export const stripeEvents = pgTable(
  'stripe_events',
  {
    id: text().primaryKey(),
    type: text().notNull(),
    apiVersion: text(),
    livemode: boolean(),
    /** `json`, not `jsonb`, which does not take everything that Stripe may send (\u0000). */
    payload: json().notNull(),
    outcome: text().$type<Outcome>().notNull(),
    receivedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    // Few: money that matches no proposal yet.
    index('stripe_events_unattributed').on(table.receivedAt).where(sql`outcome = 'unattributed'`),
  ],
);

/** What an org has switched on. Off owes nothing; what is on but broken waits. */
export const channels = pgTable(
  'channels',
  {
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    channel: text().$type<Channel>().notNull(),
    /** Each time it is switched on is another generation: what an earlier one owed is owed no more. */
    generation: integer().notNull().default(1),
    /** Nothing from before is owed. Null while it is off. */
    since: timestamp({ withTimezone: true }).defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.channel] })],
);

/** What a vendor reports of a mail it took, the last word first. */
export const reportedStates = ['complained', 'bounced', 'delivered'] as const;

export type ReportedState = (typeof reportedStates)[number];

/** How far a row of the outbox has come. All but the first three are its ends. */
export type OutboxState =
  | 'queued'
  | 'sending'
  | 'blocked'
  | 'expanded'
  | 'sent'
  | 'failed'
  | 'perhaps_sent'
  | 'stale';

/** A mail that did not arrive, or perhaps not. */
export const isUndelivered = sql`(state in ('failed', 'perhaps_sent') or reported in ('bounced', 'complained'))`;

/** What the log owes to the world. A row comes with the append of its entry, and is never deleted. */
export const outbox = pgTable(
  'outbox',
  {
    /** No other database has it, so the vendor's idempotency keys are made of it. */
    id: uuid().primaryKey().defaultRandom(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    proposalId: bigint({ mode: 'number' }).references(() => proposals.id),
    channel: text().$type<Channel>().notNull(),
    /** The channel's, when it was owed. */
    generation: integer().notNull(),
    kind: text().$type<OwedKind>().notNull(),
    /** What is owed once has one key: see `domain/owed.ts`. */
    key: text().notNull().unique('outbox_key'),
    /** The entry's `dedupe_key`. No foreign key: it would answer a TRUNCATE of the log before the trigger does. */
    entryKey: text().notNull(),
    /** One of several that the courier made of one row, by its name: a person, a day, an instalment. */
    share: text(),
    dueAt: timestamp({ withTimezone: true }).notNull(),
    /** The next attempt is not before. */
    tryAt: timestamp({ withTimezone: true }).notNull(),
    state: text().$type<OutboxState>().notNull().default('queued'),
    /** Raised by every claim. A courier that no longer has the last one writes nothing. */
    attempt: integer().notNull().default(0),
    /** How many attempts began. */
    tries: integer().notNull().default(0),
    /** Until then another courier leaves it alone. */
    leasedUntil: timestamp({ withTimezone: true }),
    /** Since then the vendor may have done it. */
    doubtSince: timestamp({ withTimezone: true }),
    /** What is sent, the same at every attempt while the vendor may have it. Erased a month after the end. */
    frozen: json(),
    vendorId: text(),
    /** What the vendor reported since, by its webhook. */
    reported: text().$type<ReportedState>(),
    reportedAt: timestamp({ withTimezone: true }),
    /** Why the last attempt came to nothing, in the vendor's or our code. */
    reason: text(),
    createdAt: createdAt(),
    endedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    index('outbox_due').on(table.orgId, table.tryAt).where(sql`ended_at is null`),
    index('outbox_proposal').on(table.proposalId),
    index('outbox_new_links').on(table.orgId, table.createdAt).where(sql`kind = 'new_link'`),
    index('outbox_vendor_id').on(table.vendorId).where(sql`vendor_id is not null`),
    // Few: what did not arrive.
    index('outbox_undelivered').on(table.orgId, table.endedAt).where(isUndelivered),
    index('outbox_frozen').on(table.endedAt).where(sql`frozen is not null`),
    index('outbox_blocked').on(table.orgId).where(sql`state = 'blocked'`),
  ],
);

/** Whether an org's books are to be chosen from, are kept, need to be connected again, or were disconnected. */
export const booksStates = ['choosing', 'on', 'lost', 'disconnected'] as const;

export type BooksState = (typeof booksStates)[number];

/** The company of an org at QuickBooks: one at a time. */
export const booksConnections = pgTable(
  'books_connections',
  {
    orgId: bigint({ mode: 'number' })
      .primaryKey()
      .references(() => orgs.id),
    /** What QuickBooks calls the company's id. */
    realmId: text().notNull(),
    companyName: text().notNull(),
    state: text().$type<BooksState>().notNull(),
    settings: jsonb().$type<BooksSettings>(),
    /** What happened before is not booked. */
    startOn: date(),
    /** A JWE that opens for this org and company only; null where there is nothing to open. */
    tokens: text(),
    /** Raised with the tokens: of two refreshes, one is kept. */
    tokenGeneration: integer().notNull().default(0),
    /** When the connection ends unless it is used. */
    refreshBy: timestamp({ withTimezone: true }),
    /** When it ends for good. */
    endsAt: timestamp({ withTimezone: true }),
    /** When changes made over there were last looked for. */
    lookedAt: timestamp({ withTimezone: true }),
    /** When the books were last compared with the log. */
    comparedAt: timestamp({ withTimezone: true }),
    /** What is owed and not booked, by currency, when it was last added up. */
    differenceCents: jsonb().$type<Record<string, number>>(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('books_connections_realm').on(table.realmId).where(sql`state <> 'disconnected'`)],
);

/** Begun and not finished: who is about to connect. Both values are random, and only hashes are kept. */
export const booksAuthorizations = pgTable(
  'books_authorizations',
  {
    /** Of what Intuit hands back. */
    stateHash: text().primaryKey(),
    /** Of what the browser's cookie holds. */
    nonceHash: text().notNull(),
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    userId: bigint({ mode: 'number' })
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tokenGeneration: integer().notNull(),
    sid: uuid(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [index('books_authorizations_org').on(table.orgId)],
);

/** What was made over there: for each fact and step one object, written down before the next step. */
export const booksRefs = pgTable(
  'books_refs',
  {
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    realmId: text().notNull(),
    /** The entry's `dedupe_key`; of a customer, a hash of the address. */
    key: text().notNull(),
    step: text().$type<BookingStep>().notNull(),
    /** Its type over there, and its id. */
    type: text().notNull(),
    objectId: text().notNull(),
    number: text(),
    /** Below zero where money went back. Null for a customer. */
    amountCents: bigint({ mode: 'number' }),
    currency: text(),
    /** What it comes to over there, as last seen: 0 where it was deleted. */
    seenCents: bigint({ mode: 'number' }),
    /** When we saw that somebody had deleted it over there, or changed what it comes to. */
    changedAt: timestamp({ withTimezone: true }),
    proposalId: bigint({ mode: 'number' }).references(() => proposals.id),
    entryAt: timestamp({ withTimezone: true }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.realmId, table.key, table.step] }),
    index('books_refs_object').on(table.orgId, table.realmId, table.objectId),
    index('books_refs_changed').on(table.orgId).where(sql`changed_at is not null`),
  ],
);

/** Why an address is not mailed to any more, or not reminded. */
export type SuppressionReason = 'bounced' | 'complained' | 'no_reminders';

/** Addresses that an org's mail does not go to. The log does not name them, and a row can be deleted. */
export const suppressions = pgTable(
  'suppressions',
  {
    orgId: bigint({ mode: 'number' })
      .notNull()
      .references(() => orgs.id),
    /** Lower case. */
    email: text().notNull(),
    reason: text().$type<SuppressionReason>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.email, table.reason] })],
);
