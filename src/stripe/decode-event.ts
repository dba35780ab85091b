import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { StripeFact } from '../domain/observation.ts';
import { AppError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { ReceivedEvent } from '../log/command.ts';
import { line } from '../schemas.ts';
import {
  Dispute,
  Refund,
  Session,
  toDisputeFact,
  toRefundFact,
  toSessionFact,
  UnpaidSession,
} from './decode-object.ts';

/** What an event means to us; null: nothing. */
export type DecodedEvent = { readonly told: StripeFact; readonly event: ReceivedEvent } | null;

/**
 * What each type tells, from the object as it stood. No order is guaranteed, so it is the object's own status that
 * counts wherever it has one (https://docs.stripe.com/webhooks#event-ordering).
 */
const decoders = {
  // A delayed method completes unpaid; its money comes later (https://docs.stripe.com/payments/checkout/fulfill-orders).
  'checkout.session.completed': (object) => {
    const { payment_status: status } = parse(v.object({ payment_status: v.optional(v.unknown()) }), object);
    if (status === 'paid') return toSessionFact(parse(Session, object), 'checkout_paid');
    if (status === 'unpaid') return toSessionFact(parse(UnpaidSession, object), 'checkout_pending');
    return null;
  },
  'checkout.session.async_payment_succeeded': (object) =>
    toSessionFact(parse(Session, object), 'checkout_paid'),
  'checkout.session.async_payment_failed': (object) =>
    toSessionFact(parse(UnpaidSession, object), 'checkout_failed'),
  'checkout.session.expired': (object) => toSessionFact(parse(UnpaidSession, object), 'checkout_expired'),
  'refund.created': (object) => toRefundFact(parse(Refund, object)),
  'refund.updated': (object) => toRefundFact(parse(Refund, object)),
  'refund.failed': (object) => toRefundFact(parse(Refund, object)),
  'charge.dispute.created': (object) => toDisputeFact(parse(Dispute, object)),
  'charge.dispute.closed': (object) => toDisputeFact(parse(Dispute, object)),
  'charge.dispute.funds_withdrawn': (object) => toDisputeFact(parse(Dispute, object)),
  'charge.dispute.funds_reinstated': (object) => toDisputeFact(parse(Dispute, object)),
} as const satisfies Record<string, (object: unknown) => StripeFact | null>;

/** The types of event that mean something to us: what a webhook endpoint is to be sent. */
export const eventTypes = Object.keys(decoders) as (keyof typeof decoders)[]; // its keys are the types

// Read in steps: of an event that means nothing to us, nothing but its type must have the shape we know.
const AnyEvent = v.object({ type: line(255) });

const KnownEvent = v.object({
  type: v.picklist(eventTypes),
  id: v.optional(line(255)),
  api_version: v.nullish(line(100), null),
  livemode: v.nullish(v.boolean(), null),
  data: v.object({ object: v.unknown() }),
});

/**
 * Reads an event that has been verified, or that dev mode takes unsigned and perhaps without an `id`; its body then
 * stands for it. Rejects with `invalid_event`.
 */
export function decodeEvent(rawBody: string): DecodedEvent {
  const payload = parseJson(rawBody);
  const { type: anyType } = parse(AnyEvent, payload);
  if (!v.is(KnownEvent.entries.type, anyType)) return null;
  const { type, id, api_version: apiVersion, livemode, data } = parse(KnownEvent, payload);
  const told = decoders[type](data.object);
  if (!told) return null;
  return { told, event: { id: id ?? standInId(rawBody), type, apiVersion, livemode, payload: rawBody } };
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new AppError('invalid_event', 'The event does not have the shape of a Stripe event.', {
    cause: new v.ValiError(result.issues),
  });
}

function standInId(rawBody: string): string {
  return `evt_unsigned_${createHash('sha256').update(rawBody).digest('hex').slice(0, 32)}`;
}
