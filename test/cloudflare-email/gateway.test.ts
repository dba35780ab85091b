import { expect, test, vi } from 'vitest';
import { createCloudflareEmail } from '../../src/cloudflare-email/gateway.ts';
import type { Mail } from '../../src/domain/mail.ts';

// Cloudflare's own simulation has no failures, so a binding that the test plays stands in for it.

const mail: Mail = {
  ...{ from: '"PeakPro" <portal@mail.example>', to: 'ada@example.org', replyTo: 'sales@peakpro.example' },
  ...{ subject: 'Kitchen', html: '<p>Hello</p>', text: 'Hello' },
  headers: { 'Auto-Submitted': 'auto-generated' },
  tags: { kind: 'link' },
};

const gateway = (send: (message: object) => Promise<unknown>) =>
  createCloudflareEmail({ send } as unknown as SendEmail);

test('a mail is sent as it is, without tags, which the binding does not know', async () => {
  const send = vi.fn().mockResolvedValue({ messageId: 'm1' });
  expect(await gateway(send).send(mail, 'key')).toEqual({ outcome: 'accepted', vendorId: 'm1', note: null });
  const { tags: _, ...sent } = mail;
  expect(send.mock.calls).toEqual([[sent]]);
  await gateway(send).send({ ...mail, replyTo: null }, 'key');
  expect(send.mock.calls[1]?.[0]).not.toHaveProperty('replyTo');
});

test.each([
  ['E_RECIPIENT_SUPPRESSED', { outcome: 'refused', reason: 'e_recipient_suppressed' }],
  ['E_VALIDATION_ERROR', { outcome: 'refused', reason: 'e_validation_error' }],
  ['E_DELIVERY_FAILED', { outcome: 'refused', reason: 'e_delivery_failed' }],
  [
    'E_SENDER_NOT_VERIFIED',
    { outcome: 'postponed', reason: 'e_sender_not_verified', ms: 300_000, waitsFor: 'operator' },
  ],
  [
    'E_DAILY_LIMIT_EXCEEDED',
    { outcome: 'postponed', reason: 'e_daily_limit_exceeded', ms: 3_600_000, waitsFor: 'operator' },
  ],
  [
    'E_RATE_LIMIT_EXCEEDED',
    { outcome: 'postponed', reason: 'e_rate_limit_exceeded', ms: 60_000, waitsFor: 'time' },
  ],
  ['E_INTERNAL_SERVER_ERROR', { outcome: 'unknown', reason: 'e_internal_server_error' }],
  [undefined, { outcome: 'unknown', reason: 'no_answer' }],
])('%s', async (code, delivery) => {
  const failing = gateway(() => Promise.reject(Object.assign(new Error('No.'), { code })));
  expect(await failing.send(mail, 'key')).toEqual(delivery);
});

test('a binding that never answers is given up after ten seconds, and may have sent it', async () => {
  vi.useFakeTimers();
  const sending = gateway(() => new Promise(() => {})).send(mail, 'key');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await sending).toEqual({ outcome: 'unknown', reason: 'no_answer' });
  vi.useRealTimers();
});
