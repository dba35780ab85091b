import * as v from 'valibot';
import { AppError } from '../errors.ts';
import { parseJson } from '../json.ts';

/** What became of a mail that Resend took. */
export type MailReport = {
  readonly state: 'delivered' | 'bounced' | 'complained';
  /** Resend's id of the mail. */
  readonly vendorId: string;
  /** Ours, of the outbox, where the mail has our tags. */
  readonly mailId: string | null;
  /** Lower case. */
  readonly to: string;
};

/** `email.bounced`: the recipient's server refused it for good. https://resend.com/docs/webhooks/event-types */
const states = {
  'email.delivered': 'delivered',
  'email.bounced': 'bounced',
  'email.complained': 'complained',
} as const;

const AnyEvent = v.object({ type: v.pipe(v.string(), v.maxLength(255)) });

/** Tags come as a record, or as they were sent. */
const Tags = v.union([
  v.record(v.string(), v.string()),
  v.pipe(
    v.array(v.object({ name: v.string(), value: v.string() })),
    v.transform((tags) => Object.fromEntries(tags.map(({ name, value }) => [name, value]))),
  ),
]);

const Data = v.object({
  data: v.object({
    email_id: v.pipe(v.string(), v.maxLength(255)),
    to: v.pipe(v.array(v.pipe(v.string(), v.toLowerCase())), v.minLength(1)),
    tags: v.optional(Tags, {}),
  }),
});

/** Decodes an event that was verified; null for one that says nothing to us. Throws `malformed_json` or `invalid_event`. */
export function decodeMailEvent(rawBody: string): MailReport | null {
  const json = parseJson(rawBody);
  const { type } = parse(AnyEvent, json);
  const state = type in states ? states[type as keyof typeof states] : null;
  if (!state) return null;
  const { email_id: vendorId, to, tags } = parse(Data, json).data;
  const mailId = v.safeParse(v.pipe(v.string(), v.uuid()), tags.mail_id);
  return { state, vendorId, mailId: mailId.success ? mailId.output : null, to: to[0] ?? '' };
}

function parse<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw new AppError('invalid_event', 'The event does not look as Resend documents it.');
}
