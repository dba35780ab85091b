import * as v from 'valibot';
import type { Config } from '../config.ts';
import { toAsciiAddress } from '../domain/email-address.ts';
import { type MailGateway, mailDeadlineMs, operatorMs, quotaMs } from '../domain/mail.ts';
import type { Delivery } from '../domain/owed.ts';
import { describeCauses } from '../errors.ts';
import { inSpan } from '../tracing.ts';

/** Resend knows a key for 24 hours. It is repeated for fewer, so that no clock makes a second mail of a retry. */
const retryHours = 20;

const Sent = v.pipe(v.string(), v.parseJson(), v.object({ id: v.string() }));
const Failed = v.pipe(v.string(), v.parseJson(), v.object({ name: v.string() }));

/**
 * Resend: https://resend.com/docs/api-reference/emails/send-email. The same key with the same mail is sent once
 * (https://resend.com/docs/dashboard/emails/idempotency-keys).
 */
export function createResend(config: Pick<Config, 'resendApiBase' | 'resendApiKey'>): MailGateway {
  return {
    retryHours,
    check() {
      void config.resendApiKey;
    },
    async send(mail, key) {
      const { to, replyTo, tags, ...message } = mail;
      const body = JSON.stringify({
        ...message,
        to: toAsciiAddress(to),
        ...(replyTo ? { reply_to: toAsciiAddress(replyTo) } : {}),
        tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
      });
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), mailDeadlineMs);
      try {
        const response = await inSpan('mail', () =>
          fetch(`${config.resendApiBase}/emails`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${config.resendApiKey}`,
              'content-type': 'application/json',
              'idempotency-key': key,
            },
            body,
            signal: deadline.signal,
          }),
        );
        return toDelivery(response, await response.text());
      } catch (error) {
        console.error(JSON.stringify({ mail: 'no_answer', causes: describeCauses(error) }));
        return { outcome: 'unknown', reason: 'no_answer' };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The names and statuses are Resend's: https://resend.com/docs/api-reference/errors. */
function toDelivery({ status, headers }: Response, body: string): Delivery {
  if (status >= 200 && status < 300) {
    const sent = v.safeParse(Sent, body);
    return { outcome: 'accepted', vendorId: sent.success ? sent.output.id : null, note: null };
  }
  const failed = v.safeParse(Failed, body);
  const reason = failed.success ? failed.output.name : `http_${status}`;
  // Only an earlier attempt can have used the key, so the mail is out.
  if (reason === 'invalid_idempotent_request') return { outcome: 'accepted', vendorId: null, note: reason };
  // Without a name it is not Resend that answers: a proxy before it, say.
  if (!failed.success && status !== 429) return { outcome: 'unknown', reason };
  if (status === 401 || status === 403 || reason === 'invalid_from_address')
    return { outcome: 'postponed', reason, ms: operatorMs, waitsFor: 'operator' };
  if (status === 429) {
    const isQuota = reason.endsWith('_quota_exceeded');
    const ms = isQuota ? quotaMs : retryAfterMs(headers);
    return { outcome: 'postponed', reason, ms, waitsFor: isQuota ? 'operator' : 'time' };
  }
  if (status === 409 || status >= 500) return { outcome: 'unknown', reason };
  return { outcome: 'refused', reason };
}

/** A second where the vendor does not say; an hour at most. */
function retryAfterMs(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? 1);
  return Math.min(3_600, Math.max(1, Number.isFinite(seconds) ? seconds : 1)) * 1_000;
}
