import { createHash, randomUUID } from 'node:crypto';

/** A mail as Resend took it. */
export type Message = {
  readonly id: string;
  /** Resend does not show it. */
  readonly idempotency_key: string | null;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly reply_to: string | null;
  readonly subject: string;
  /** What our tags say of it. */
  readonly kind: string | null;
  readonly proposal_id: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
  readonly text: string;
  /** What Resend reports of it. */
  readonly state: 'delivered' | 'bounced' | 'complained';
};

/** A webhook event: https://resend.com/docs/webhooks/event-types */
export type MailEvent = {
  readonly type: `email.${Message['state']}`;
  readonly created_at: string;
  readonly data: {
    readonly email_id: string;
    readonly to: readonly string[];
    readonly tags: Readonly<Record<string, string>>;
  };
};

/** What can go wrong with the next mail. `…_after`: it is taken all the same. */
export const faults = [
  'reply_lost',
  'rate_limited',
  'error_before',
  'error_after',
  'hang',
  'hang_after',
  'unauthorized',
  'bounce',
] as const;

export type Fault = (typeof faults)[number];

export type Answer = { readonly status: number; readonly body: object; readonly headers?: object };

/** Resend keeps a key for a day: https://resend.com/docs/dashboard/emails/idempotency-keys */
const keyMs = 24 * 3_600_000;

/** The oldest go where there are more. */
const keptMessages = 2_000;

type Body = {
  readonly from?: string;
  readonly to?: string | readonly string[];
  readonly subject?: string;
  readonly html?: string;
  readonly text?: string;
  readonly reply_to?: string;
  readonly headers?: Record<string, string>;
  readonly tags?: readonly { readonly name: string; readonly value: string }[];
};

/**
 * Plays `POST /emails` of Resend, as far as we use it. Names and statuses of errors:
 * https://resend.com/docs/api-reference/errors
 */
export class Mailbox {
  /** The oldest first. */
  readonly messages: Message[] = [];
  /** For the next mails, in order. */
  readonly faults: Fault[] = [];
  /** Hears what is reported of each mail. */
  onEvent: (event: MailEvent) => void = () => {};
  readonly #keys = new Map<string, { readonly hash: string; readonly id: string; readonly at: number }>();
  readonly #now: () => number;

  constructor(now = () => Date.now()) {
    this.#now = now;
  }

  /** `hang` and `lost` have no answer. */
  send(
    headers: Readonly<Record<string, string | undefined>>,
    json: string,
    fault = this.faults.shift(),
  ): Answer | 'hang' | 'lost' {
    if (!/^Bearer \S+$/.test(headers.authorization ?? '') || fault === 'unauthorized')
      return refused(401, 'missing_api_key', 'Missing API key in the authorization header.');
    if (fault === 'rate_limited')
      return {
        ...refused(429, 'rate_limit_exceeded', 'Too many requests.'),
        headers: { 'retry-after': '2' },
      };
    if (fault === 'error_before')
      return refused(500, 'internal_server_error', 'An unexpected error occurred.');
    if (fault === 'hang') return 'hang';
    const answer = this.#take(headers['idempotency-key'], json, fault === 'bounce');
    if (fault === 'reply_lost') return 'lost';
    if (fault === 'hang_after') return 'hang';
    if (fault === 'error_after')
      return refused(500, 'internal_server_error', 'An unexpected error occurred.');
    return answer;
  }

  #take(key: string | undefined, json: string, bounced: boolean): Answer {
    const hash = createHash('sha256').update(json).digest('hex');
    const known = key === undefined ? undefined : this.#keys.get(key);
    if (known && this.#now() - known.at < keyMs) {
      if (known.hash !== hash)
        return refused(409, 'invalid_idempotent_request', 'This key was used with another payload.');
      return { status: 200, body: { id: known.id } };
    }
    const body = JSON.parse(json) as Body;
    const [to, ...others] = [body.to ?? []].flat();
    if (!body.from || !to || !body.subject || !(body.html || body.text))
      return refused(422, 'missing_required_field', 'A required field is missing.');
    if (others.length > 0) return refused(422, 'validation_error', 'We send to one recipient at a time.');
    if (/[\r\n]/.test(`${body.subject}${body.from}${to}`))
      return refused(422, 'validation_error', 'A header must be one line.');
    if (/@(example|test)\.com$/i.test(to))
      return refused(422, 'validation_error', 'Invalid `to` field. Use delivered@resend.dev for tests.');
    if (!/^("[^"\\]*" )?<?[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>?$/.test(body.from))
      return refused(422, 'invalid_from_address', 'Invalid `from` field.');
    if (body.from.includes('@unverified.'))
      return refused(403, 'validation_error', 'The domain is not verified.');
    const tag = (name: string) => body.tags?.find((candidate) => candidate.name === name)?.value ?? null;
    const proposalId = tag('proposal_id');
    const message: Message = {
      id: randomUUID(),
      idempotency_key: key ?? null,
      at: new Date(this.#now()).toISOString(),
      from: body.from,
      to,
      reply_to: body.reply_to ?? null,
      subject: body.subject,
      kind: tag('kind'),
      proposal_id: proposalId === null ? null : Number(proposalId),
      headers: body.headers ?? {},
      html: body.html ?? '',
      text: body.text ?? '',
      state: reportOf(to, bounced),
    };
    this.messages.push(message);
    if (this.messages.length > keptMessages) this.messages.shift();
    const tags = Object.fromEntries((body.tags ?? []).map(({ name, value }) => [name, value]));
    this.onEvent({
      type: `email.${message.state}`,
      created_at: message.at,
      data: { email_id: message.id, to: [to], tags },
    });
    if (key !== undefined) this.#keys.set(key, { hash, id: message.id, at: this.#now() });
    return { status: 200, body: { id: message.id } };
  }
}

/** Resend has addresses that play a fate: https://resend.com/docs/dashboard/emails/send-test-emails */
function reportOf(to: string, bounced: boolean): Message['state'] {
  if (bounced || /^bounced(\+[^@]*)?@resend\.dev$/.test(to)) return 'bounced';
  return /^complained(\+[^@]*)?@resend\.dev$/.test(to) ? 'complained' : 'delivered';
}

function refused(statusCode: number, name: string, message: string): Answer {
  return { status: statusCode, body: { statusCode, name, message } };
}
