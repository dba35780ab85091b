import { afterEach, describe, expect, test, vi } from 'vitest';
import { Mailbox } from '../../local/mailbox/mailbox.ts';
import type { Mail } from '../../src/domain/mail.ts';
import { createResend } from '../../src/resend/gateway.ts';
import { playMailbox } from '../support/mail.ts';

const mail: Mail = {
  from: '"PeakPro" <portal@mail.example>',
  to: 'delivered@resend.dev',
  replyTo: 'sales@peakpro.example',
  subject: 'Your proposal',
  html: '<p>Hello</p>',
  text: 'Hello',
  headers: { 'Auto-Submitted': 'auto-generated' },
  tags: { kind: 'link', proposal_id: '7' },
};
const resend = createResend({ resendApiBase: 'http://mail.test', resendApiKey: 're_test_key_of_sixteen' });

afterEach(() => void vi.restoreAllMocks());

test('a mail is taken as it is, and the same key sends it once', async () => {
  const mailbox = playMailbox();
  const first = await resend.send(mail, 'key-1');
  expect(await resend.send(mail, 'key-1')).toEqual(first);
  expect(first).toEqual({ outcome: 'accepted', vendorId: mailbox.messages[0]?.id, note: null });
  expect(mailbox.messages).toMatchObject([
    {
      ...{ from: mail.from, to: mail.to, subject: mail.subject, html: mail.html, text: mail.text },
      ...{ reply_to: mail.replyTo, kind: 'link', proposal_id: 7, headers: mail.headers },
    },
  ]);
});

test('an internationalized domain is sent to in ASCII', async () => {
  const mailbox = playMailbox();
  await resend.send({ ...mail, to: 'delivered@bücher.test', replyTo: 'office@bücher.test' }, 'key-1');
  expect(mailbox.messages).toMatchObject([
    { to: 'delivered@xn--bcher-kva.test', reply_to: 'office@xn--bcher-kva.test' },
  ]);
});

test('a key that was used with other words means that the mail is out', async () => {
  const mailbox = playMailbox();
  await resend.send(mail, 'key-1');
  const again = await resend.send({ ...mail, subject: 'Other words' }, 'key-1');
  expect(again).toEqual({ outcome: 'accepted', vendorId: null, note: 'invalid_idempotent_request' });
  expect(mailbox.messages).toHaveLength(1);
});

test.each([
  ['reply_lost', { outcome: 'unknown', reason: 'no_answer' }, 1],
  ['error_before', { outcome: 'unknown', reason: 'internal_server_error' }, 0],
  ['error_after', { outcome: 'unknown', reason: 'internal_server_error' }, 1],
  ['rate_limited', { outcome: 'postponed', reason: 'rate_limit_exceeded', ms: 2_000, waitsFor: 'time' }, 0],
  ['unauthorized', { outcome: 'postponed', reason: 'missing_api_key', ms: 300_000, waitsFor: 'operator' }, 0],
] as const)('%s', async (fault, delivery, taken) => {
  const mailbox = playMailbox();
  mailbox.faults.push(fault);
  expect(await resend.send(mail, 'key-1')).toEqual(delivery);
  expect(mailbox.messages).toHaveLength(taken);
});

test('an address that the vendor will not take is refused for good; a sender that it will not, is the operator’s to mend', async () => {
  playMailbox();
  expect(await resend.send({ ...mail, to: 'ada@example.com' }, 'key-1')).toEqual({
    outcome: 'refused',
    reason: 'validation_error',
  });
  for (const [from, reason] of [
    ['"PeakPro" <no address>', 'invalid_from_address'],
    ['"PeakPro" <portal@unverified.example>', 'validation_error'],
  ] as const) {
    const delivery = await resend.send({ ...mail, from }, 'key-2');
    expect(delivery).toEqual({ outcome: 'postponed', reason, ms: 300_000, waitsFor: 'operator' });
  }
});

describe('answers of Resend', () => {
  test.each([
    [
      429,
      { name: 'daily_quota_exceeded' },
      {},
      { outcome: 'postponed', reason: 'daily_quota_exceeded', ms: 3_600_000, waitsFor: 'operator' },
    ],
    [
      429,
      { name: 'rate_limit_exceeded' },
      {},
      { outcome: 'postponed', reason: 'rate_limit_exceeded', ms: 1_000, waitsFor: 'time' },
    ],
    [403, 'Blocked', {}, { outcome: 'unknown', reason: 'http_403' }],
    [
      429,
      {},
      { 'retry-after': 'soon' },
      { outcome: 'postponed', reason: 'http_429', ms: 1_000, waitsFor: 'time' },
    ],
    [
      429,
      {},
      { 'retry-after': '86400' },
      { outcome: 'postponed', reason: 'http_429', ms: 3_600_000, waitsFor: 'time' },
    ],
    [
      409,
      { name: 'concurrent_idempotent_requests' },
      {},
      { outcome: 'unknown', reason: 'concurrent_idempotent_requests' },
    ],
    [502, 'Bad gateway', {}, { outcome: 'unknown', reason: 'http_502' }],
    [400, { name: 'validation_error' }, {}, { outcome: 'refused', reason: 'validation_error' }],
    [200, 'no JSON', {}, { outcome: 'accepted', vendorId: null, note: null }],
  ])('%i %o', async (status, body, headers, delivery) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(
      new Response(text, { status, headers: headers as HeadersInit }),
    );
    expect(await resend.send(mail, 'key-1')).toEqual(delivery);
  });
});

test('a vendor that hangs is given up on, and nothing is known then', { timeout: 20_000 }, async () => {
  const mailbox = playMailbox(new Mailbox(), () => 'hang');
  const startedAt = Date.now();
  expect(await resend.send(mail, 'key-1')).toEqual({ outcome: 'unknown', reason: 'no_answer' });
  expect(Date.now() - startedAt).toBeLessThan(12_000);
  expect(mailbox.messages).toHaveLength(0);
});
