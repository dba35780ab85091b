import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Observation, ReceivedEvent } from '../domain/observation.ts';
import { AppError, describeCauses } from '../errors.ts';
import { depthOf, parseJson } from '../json.ts';
import { line } from '../schemas.ts';
import { Dispute, Refund, Session, toDispute, toRefund, toSession, UnpaidSession } from './decode-object.ts';

/** An event and what it lets us observe; null if it is irrelevant. */
export type DecodedEvent = { readonly observation: Observation; readonly event: ReceivedEvent } | null;

/**
 * What each type of event lets us observe, from the object it carries. Order is not guaranteed, so wherever the object has
 * a status, that counts and not the type (https://docs.stripe.com/webhooks#event-ordering).
 */
const decoders = {
  // A delayed payment method completes unpaid; the money comes later (https://docs.stripe.com/payments/checkout/fulfill-orders).
  'checkout.session.completed': (object) => {
    const { payment_status: status } = parse(v.object({ payment_status: v.optional(v.unknown()) }), object);
    if (status === 'paid') return toSession(parse(Session, object), 'checkout_paid');
    if (status === 'unpaid') return toSession(parse(UnpaidSession, object), 'checkout_pending');
    return null;
  },
  'checkout.session.async_payment_succeeded': (object) => toSession(parse(Session, object), 'checkout_paid'),
  'checkout.session.async_payment_failed': (object) =>
    toSession(parse(UnpaidSession, object), 'checkout_failed'),
  'checkout.session.expired': (object) => toSession(parse(UnpaidSession, object), 'checkout_expired'),
  'refund.created': (object) => toRefund(parse(Refund, object)),
  'refund.updated': (object) => toRefund(parse(Refund, object)),
  'refund.failed': (object) => toRefund(parse(Refund, object)),
  'charge.dispute.created': (object) => toDispute(parse(Dispute, object)),
  'charge.dispute.closed': (object) => toDispute(parse(Dispute, object)),
  'charge.dispute.funds_withdrawn': (object) => toDispute(parse(Dispute, object)),
  'charge.dispute.funds_reinstated': (object) => toDispute(parse(Dispute, object)),
} as const satisfies Record<string, (object: unknown) => Observation | null>;

/** The relevant types of event: those that the webhook endpoint subscribes to. */
export const eventTypes = Object.keys(decoders) as (keyof typeof decoders)[]; // sound: its keys are the types

// Parsed in steps: of an irrelevant event, only the type must have a known shape.
const AnyEvent = v.object({ type: line(255), object: v.optional(v.unknown(), 'event') });

/** Stripe nests a dozen levels. PostgreSQL takes some thousands. */
const maxDepth = 100;

const KnownEvent = v.object({
  type: v.picklist(eventTypes),
  id: v.optional(line(255)),
  api_version: v.nullish(line(100), null),
  livemode: v.nullish(v.boolean(), null),
  created: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), null),
  // A connected account's event (https://docs.stripe.com/connect/webhooks): what it says is not about our money.
  account: v.nullish(v.never('Must not be of a connected account.')),
  data: v.object({ object: v.unknown() }),
});

/**
 * Decodes an event that was verified, or that dev mode takes unsigned, perhaps without an `id`: then a hash of the body
 * replaces it. Throws `malformed_json` or `invalid_event`.
 */
export function decodeEvent(rawBody: string): DecodedEvent {
  const payload = parseJson(rawBody);
  const { type: anyType, object } = parse(AnyEvent, payload);
  // A thin event of API v2 has another `object` (https://docs.stripe.com/api/v2/core/events/object).
  if (object !== 'event' || !v.is(KnownEvent.entries.type, anyType)) return null;
  if (depthOf(rawBody) > maxDepth) throw new AppError('invalid_event', 'The event is nested too deep.');
  const { type, id, api_version: apiVersion, livemode, created, data } = parse(KnownEvent, payload);
  const observation = decoders[type](data.object);
  if (!observation) return null;
  return {
    observation,
    event: {
      id: id ?? hashId(rawBody),
      type,
      apiVersion,
      livemode,
      payload: rawBody,
      createdAt: created === null ? null : new Date(created * 1000),
    },
  };
}

/** The same of an event that Stripe or we keep: one that cannot be read must not hide the others. It is logged. */
export function decodeUnlessInvalid(rawBody: string): DecodedEvent {
  try {
    return decodeEvent(rawBody);
  } catch (error) {
    console.error(JSON.stringify({ decode_event: 'invalid_event', causes: describeCauses(error) }));
    return null;
  }
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new AppError('invalid_event', 'The event does not have the shape of a Stripe event.', {
    cause: new v.ValiError(result.issues),
  });
}

function hashId(rawBody: string): string {
  return `evt_unsigned_${createHash('sha256').update(rawBody).digest('hex').slice(0, 32)}`;
}
