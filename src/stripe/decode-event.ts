import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { ReceivedEvent } from '../activity/command.ts';
import { AppError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { PaidSession } from '../payments/settlement-rules.ts';
import { line } from '../schemas.ts';

/** What an event means to us. Metadata is a claim: it says whom to ask, never what is true. */
export type DecodedEvent =
  | {
      readonly fact: 'checkout_paid';
      readonly proposalId: number | null;
      readonly session: PaidSession;
      readonly event: ReceivedEvent;
    }
  | { readonly fact: 'ignored' };

/** A delayed method completes unpaid; its money comes with the second (https://docs.stripe.com/payments/checkout/fulfill-orders). */
const typesOfPayment = ['checkout.session.completed', 'checkout.session.async_payment_succeeded'];

// Read in steps: of an event that means nothing to us, nothing but its type must have the shape we know.
const AnyEvent = v.object({ type: line(255) });

const CheckoutEvent = v.object({
  id: v.optional(line(255)),
  api_version: v.nullish(line(100), null),
  livemode: v.nullish(v.boolean(), null),
  data: v.object({ object: v.object({ payment_status: v.optional(v.unknown()) }) }),
});

/** An id, or the object that it is the id of. */
const PaymentIntent = v.union([
  line(255),
  v.pipe(
    v.object({ id: line(255) }),
    v.transform(({ id }) => id),
  ),
]);

const PaidCheckout = v.object({
  data: v.object({
    object: v.object({
      id: v.pipe(v.string(), v.regex(/^cs_\w{1,250}$/)),
      amount_total: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      currency: v.nullish(line(10), null),
      payment_status: v.literal('paid'),
      payment_intent: v.nullish(PaymentIntent, null),
      metadata: v.nullish(v.record(v.string(), v.unknown()), {}),
    }),
  }),
});

/**
 * Reads an event that has been verified, or that dev mode takes unsigned and perhaps without an `id`; its body then
 * stands for it. Unknown types, and sessions that are not paid, are `ignored`. Rejects with `invalid_event`.
 */
export function decodeEvent(rawBody: string): DecodedEvent {
  const payload = parseJson(rawBody);
  const { type } = parse(AnyEvent, payload);
  if (!typesOfPayment.includes(type)) return { fact: 'ignored' };
  const { id, api_version: apiVersion, livemode, data } = parse(CheckoutEvent, payload);
  if (data.object.payment_status !== 'paid') return { fact: 'ignored' };
  const session = parse(PaidCheckout, payload).data.object;

  return {
    fact: 'checkout_paid',
    proposalId: toId(session.metadata?.proposal_id),
    session: {
      sessionId: session.id,
      orgId: toId(session.metadata?.org_id),
      amountCents: session.amount_total,
      currency: session.currency,
      paymentStatus: session.payment_status,
      paymentIntent: session.payment_intent,
    },
    event: { id: id ?? standInId(rawBody), type, apiVersion, livemode, payload: rawBody },
  };
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new AppError('invalid_event', 'The event does not have the shape of a Stripe event.', {
    cause: new v.ValiError(result.issues),
  });
}

/** An id as our metadata writes it; anything else names nothing. */
function toId(value: unknown): number | null {
  const id = typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : null;
  return Number.isSafeInteger(id) ? id : null;
}

function standInId(rawBody: string): string {
  return `evt_unsigned_${createHash('sha256').update(rawBody).digest('hex').slice(0, 32)}`;
}
