import { withDeadline } from '../deadline.ts';
import { toAsciiAddress } from '../domain/email-address.ts';
import { type MailGateway, mailDeadlineMs, operatorMs, quotaMs } from '../domain/mail.ts';
import type { Delivery } from '../domain/owed.ts';
import { describeCauses } from '../errors.ts';
import { inSpan } from '../tracing.ts';

/** A second attempt may be a second mail: most answers that are lost are lost for seconds. */
const retryHours = 1;

/** How long mail waits where too much is sent at once. */
const busyMs = 60_000;

/**
 * Cloudflare's Email Service: https://developers.cloudflare.com/email-service/api/send-emails/workers-api/. It takes no
 * key, so a mail whose answer was lost is sent at least once, and perhaps twice. It reports no bounces: it suppresses the
 * addresses itself, and refuses the next mail.
 */
export function createCloudflareEmail(binding: SendEmail): MailGateway {
  return {
    retryHours,
    check() {},
    async send({ from, to, replyTo, subject, html, text, headers }) {
      const message = {
        from,
        to: toAsciiAddress(to),
        subject,
        html,
        text,
        headers: { ...headers },
        ...(replyTo ? { replyTo: toAsciiAddress(replyTo) } : {}),
      };
      const send = () => inSpan('mail', () => binding.send(message));
      try {
        const { messageId } = await withDeadline(mailDeadlineMs, send, noAnswer);
        return { outcome: 'accepted', vendorId: messageId, note: null };
      } catch (error) {
        console.error(JSON.stringify({ mail: 'failed', causes: describeCauses(error) }));
        return toDelivery(String((error as { code?: unknown }).code ?? 'no_answer'));
      }
    },
  };
}

const noAnswer = () => new Error('The binding did not answer.');

/** The codes are Cloudflare's; the remedy for each is ours. */
function toDelivery(code: string): Delivery {
  const reason = code.toLowerCase();
  switch (code) {
    case 'E_SENDER_NOT_VERIFIED':
    case 'E_SENDER_DOMAIN_NOT_AVAILABLE':
      return { outcome: 'postponed', reason, ms: operatorMs, waitsFor: 'operator' };
    case 'E_DAILY_LIMIT_EXCEEDED':
      return { outcome: 'postponed', reason, ms: quotaMs, waitsFor: 'operator' };
    case 'E_RATE_LIMIT_EXCEEDED':
      return { outcome: 'postponed', reason, ms: busyMs, waitsFor: 'time' };
    case 'E_INTERNAL_SERVER_ERROR':
      return { outcome: 'unknown', reason };
    default:
      return code.startsWith('E_')
        ? { outcome: 'refused', reason }
        : { outcome: 'unknown', reason: 'no_answer' };
  }
}
