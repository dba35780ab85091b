import type { ChannelAdapter } from '../couriers/channel.ts';
import type { OwedRow } from '../couriers/outbox.ts';
import type { Database } from '../db/client.ts';
import { BooksFailure, type BooksFailureKind, type BooksGateway } from '../domain/accounting.ts';
import {
  type BlockReason,
  type BookedObject,
  type BookingMode,
  type BookingOrder,
  bookingRetriesMs,
  bookingSteps,
} from '../domain/books.ts';
import type { UnstampedEvent } from '../domain/entry.ts';
import type { Delivery } from '../domain/owed.ts';
import { AppError } from '../errors.ts';
import type { Connections } from './connection.ts';
import { readOrder } from './orders.ts';
import type { Refs } from './refs.ts';

/** What the outbox freezes while it may have been booked. Rows outlive deploys, so fields are added and never renamed. */
type Frozen = {
  readonly order: BookingOrder;
  readonly mode: BookingMode;
  /** Names the attempt: another one where an earlier attempt surely made nothing. */
  readonly requestKey: string;
};

/** An event about a booking, as the log keeps it. */
export type BookingEvent = Extract<UnstampedEvent, { readonly event: 'booked' | 'booking_blocked' }>;

/** QuickBooks asks for a pause of a minute; an operator takes longer. */
const [throttledMs, operatorMs] = [60_000, 5 * 60_000];

/**
 * Accounting as a channel: every fact about money becomes one object in the org's books. It is tried for ever, since books must
 * become right, and looked for before it is tried again, since a vendor may forget what it did.
 */
export function createBooksChannel(deps: {
  readonly db: Database;
  readonly portalUrl: () => string;
  readonly gateway: BooksGateway;
  /** Throws `not_configured` where the deployment lacks something. */
  readonly check: () => void;
  readonly connections: Connections;
  readonly refs: Refs;
  /** Appends to the log. Rejects where that is not known to have happened. */
  readonly note: (proposalId: number, event: BookingEvent) => Promise<void>;
}): ChannelAdapter {
  const { db, gateway, connections, refs, note } = deps;

  return {
    kinds: ['booking'],
    retryHours: Number.POSITIVE_INFINITY,
    staleHours: Number.POSITIVE_INFINITY,
    retriesMs: bookingRetriesMs,

    async prepare(row) {
      try {
        deps.check(); // what is missing is missed before the attempt
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'not_configured')) throw error;
        console.error(JSON.stringify({ books: 'not_configured', detail: error.message }));
        return { outcome: 'postponed', reason: 'not_configured', ms: operatorMs, waitsFor: 'operator' };
      }
      const order = await readOrder(db, row, deps.portalUrl());
      if (!order) return { state: 'stale', reason: 'nothing_to_book' };
      const connection = await connections.find();
      if (!connection?.settings || connection.state !== 'on') {
        return {
          outcome: 'blocked',
          reason: connection?.state === 'lost' ? 'connection_lost' : 'not_connected',
        };
      }
      const requestKey = `${row.id}:${row.attempt}`;
      return { content: { order, mode: connection.settings.mode, requestKey } satisfies Frozen };
    },

    async deliver(row, content, isInTime) {
      const { order, mode, requestKey } = content as Frozen; // sound: `prepare` made it
      const connection = await connections.find();
      if (!connection?.settings || connection.state !== 'on')
        return { outcome: 'blocked', reason: 'connection_lost' };
      const { settings, realmId } = connection;
      const access = connections.accessOf(connection);
      const made = await refs.read(realmId, row, order);
      // Another generation owes again what an earlier one may have booked.
      const mayExist = row.tries > 0 || row.generation > 1;
      try {
        for (const step of bookingSteps) {
          if (step === 'payment' && !isPaidApart(order, made.document)) break;
          const known = made[step];
          if (known && step !== 'customer') continue;
          const toBook = { step, order, mode, settings, requestKey, mayExist, isInTime, made };
          made[step] = known ?? (await gateway.book(access, toBook));
          await refs.write(realmId, row, order, step, made[step]);
        }
      } catch (error) {
        if (!(error instanceof BooksFailure)) throw error;
        const { failure } = error;
        // Somebody merged or closed the customer: the next attempt finds or makes one.
        const isInactive = failure.kind === 'blocked' && failure.reason === 'inactive';
        if (isInactive && !made.document) await refs.forget(realmId, row, order, 'customer');
        // Half of it is left: the next attempt makes the whole.
        if (failure.kind === 'blocked' && failure.isGone) await refs.forget(realmId, row, order, 'document');
        return toDelivery(row, failure);
      }
      const { document } = made;
      if (!document) throw new Error('Nothing was booked.');
      await note(row.proposalId, toBooked(row, order, realmId, document));
      return { outcome: 'accepted', vendorId: document.id, note: null };
    },
  };

  async function toDelivery(row: OwedRow, failure: BooksFailureKind): Promise<Delivery> {
    switch (failure.kind) {
      case 'throttled':
        return { outcome: 'postponed', reason: 'throttled', ms: throttledMs, waitsFor: 'time' };
      case 'unknown':
        return { outcome: 'unknown', reason: 'no_answer' };
      case 'lost':
        return { outcome: 'blocked', reason: 'connection_lost' };
      case 'blocked': {
        const { reason, isLookedFor = false } = failure;
        // The connection is about no single payment.
        if (reason !== 'connection_lost') await note(row.proposalId, toBlocked(row, reason));
        return { outcome: 'blocked', reason, isLookedFor };
      }
    }
  }
}

/** A payment follows an invoice: sales receipts and refund receipts hold their money. */
function isPaidApart({ fact, amountCents }: BookingOrder, document: BookedObject | undefined): boolean {
  return document?.type === 'Invoice' && fact === 'received' && amountCents > 0;
}

function toBooked(row: OwedRow, order: BookingOrder, realmId: string, document: BookedObject): BookingEvent {
  const { fact, amountCents, currency } = order;
  const { id, type, number, totalCents } = document;
  const isDifferent = totalCents !== null && totalCents !== amountCents;
  return {
    event: 'booked',
    meta: {
      entry_key: row.entryKey,
      fact,
      amount_cents: totalCents ?? amountCents,
      currency,
      realm_id: realmId,
      document_type: type,
      document_id: id,
      document_number: number,
      ...(isDifferent ? { expected_cents: amountCents } : {}),
    },
  };
}

function toBlocked(row: OwedRow, reason: BlockReason): BookingEvent {
  return { event: 'booking_blocked', meta: { entry_key: row.entryKey, reason } };
}
