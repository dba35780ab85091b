import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { ReceivedEvent } from '../activity/command.ts';
import { AppError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { PaidSession } from '../payments/settlement-rules.ts';

/** What an event means to us. Metadata is a claim: it says whom to ask, never what is true. */
export type DecodedEvent =
  | {
      readonly fact: 'checkout_paid';
      readonly proposalId: number | null;
      readonly session: PaidSession;
      readonly event: ReceivedEvent;
    }
  | { readonly fact: 'ignored'; readonly type: string };

const Event = v.object({
  id: v.optional(v.string()),
  type: v.string(),
  api_version: v.nullish(v.string(), null),
  livemode: v.nullish(v.boolean(), null),
  data: v.object({ object: v.unknown() }),
});

const Session = v.object({
  id: v.pipe(v.string(), v.regex(/^cs_\w{1,250}$/)),
  amount_total: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  currency: v.nullish(v.string(), null),
  payment_status: v.string(),
  // An expanded PaymentIntent is an object; webhooks carry its id.
  payment_intent: v.nullish(v.string(), null),
  metadata: v.nullish(v.record(v.string(), v.unknown()), {}),
});

/**
 * Reads an event that has been verified, or that dev mode takes unsigned and perhaps without an `id`; its body then
 * stands for it. Unknown types, and sessions that are not paid yet, are `ignored`. Rejects with `invalid_event`.
 */
export function decodeEvent(rawBody: string): DecodedEvent {
  const payload = parseJson(rawBody);
  const { id, type, api_version: apiVersion, livemode, data } = parse(Event, payload);
  if (type !== 'checkout.session.completed') return { fact: 'ignored', type };
  const session = parse(Session, data.object);
  if (session.payment_status !== 'paid') return { fact: 'ignored', type };

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
    event: { id: id ?? standInId(rawBody), type, apiVersion, livemode, payload },
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
