import { describe, expect, test } from 'vitest';
import type { EventName } from '../../src/domain/entry.ts';
import { keyOf, sessionKeys } from '../../src/domain/keys.ts';

const at = new Date('2026-11-23T12:59:59.999Z');
const stripe_session_id = 'cs_1';

/** Every event, as little of it as its key needs, and the key that stored entries have. */
const stored: Record<EventName, [event: Parameters<typeof keyOf>[0], key: string]> = {
  lead_created: [{ event: 'lead_created', meta: { lead_id: 'a-b-c' } }, 'lead_created:a-b-c'],
  revised: [{ event: 'revised', meta: { version: 3 } }, 'revised:7:v3'],
  sent: [{ event: 'sent', meta: { version: 2 } }, 'sent:7:v2:2026-11-23T12'],
  links_revoked: [{ event: 'links_revoked', meta: { link_generation: 1 } }, 'links_revoked:7:g1'],
  view: [{ event: 'view', meta: {} }, 'view:7:2026-11-23T12'],
  approve: [{ event: 'approve', meta: { version: 2 } }, 'approve:7:v2'],
  checkout_created: [{ event: 'checkout_created', meta: { session_id: 'cs_1' } }, 'checkout_created:cs_1'],
  checkout_expired: [{ event: 'checkout_expired', meta: { session_id: 'cs_1' } }, 'checkout_expired:cs_1'],
  payment_pending: [{ event: 'payment_pending', meta: { stripe_session_id } }, 'payment_pending:cs_1'],
  payment_success: [{ event: 'payment_success', meta: { stripe_session_id } }, 'payment_success:cs_1'],
  payment_failed: [{ event: 'payment_failed', meta: { stripe_session_id } }, 'payment_failed:cs_1'],
  payment_anomaly: [
    { event: 'payment_anomaly', meta: { stripe_session_id, reason: 'already_paid' } },
    'payment_anomaly:already_paid:cs_1',
  ],
  payment_refunded: [{ event: 'payment_refunded', meta: { refund_id: 're_1' } }, 'payment_refunded:re_1'],
  refund_failed: [{ event: 'refund_failed', meta: { refund_id: 're_1' } }, 'refund_failed:re_1'],
  dispute_opened: [{ event: 'dispute_opened', meta: { dispute_id: 'du_1' } }, 'dispute_opened:du_1'],
  dispute_closed: [
    { event: 'dispute_closed', meta: { dispute_id: 'du_1', status: 'lost' } },
    'dispute_closed:du_1:lost',
  ],
  void: [{ event: 'void', meta: {} }, 'void:7'],
  customer_changed: [{ event: 'customer_changed', meta: {} }, 'customer_changed:7:2026-11-23T12:59:59.999Z'],
  declined: [{ event: 'declined', meta: { version: 2 } }, 'declined:7:v2'],
  payment_requested: [
    { event: 'payment_requested', meta: { version: 2, key: 'balance' } },
    'payment_requested:7:v2:balance',
  ],
  checkout_refused: [
    { event: 'checkout_refused', meta: { version: 2, code: 'email_invalid' } },
    'checkout_refused:7:v2:email_invalid:2026-11-23T12',
  ],
  payment_recorded: [{ event: 'payment_recorded', meta: { payment_id: 'a-b' } }, 'payment_recorded:a-b'],
  payment_reversed: [{ event: 'payment_reversed', meta: { payment_id: 'a-b' } }, 'payment_reversed:a-b'],
  refund_requested: [
    { event: 'refund_requested', meta: { refund_request_id: 'a-b' } },
    'refund_requested:a-b',
  ],
  refund_refused: [{ event: 'refund_refused', meta: { refund_request_id: 'a-b' } }, 'refund_refused:a-b'],
  mail_bounced: [{ event: 'mail_bounced', meta: { mail_id: 'a-b' } }, 'mail_bounced:a-b'],
  booked: [
    { event: 'booked', meta: { realm_id: '9130', entry_key: 'payment_success:cs_1' } },
    'booked:9130:payment_success:cs_1',
  ],
  booking_blocked: [
    { event: 'booking_blocked', meta: { reason: 'books_closed', entry_key: 'payment_success:cs_1' } },
    'booking_blocked:books_closed:payment_success:cs_1',
  ],
  anomaly_accepted: [{ event: 'anomaly_accepted', meta: { entry_id: 5 } }, 'anomaly_accepted:5'],
};

describe('the key of an entry', () => {
  test('of a look at a later version is another than that of the first', () => {
    expect(keyOf({ event: 'view', meta: { version: 2 } }, 7, at)).toBe('view:7:2026-11-23T12:v2');
  });

  test.each(Object.values(stored))('of %o is what it always was', (event, key) => {
    expect(keyOf(event, 7, at)).toBe(key);
  });

  test('is looked up for a session in the order of what it proves', () => {
    expect(sessionKeys('cs_1')).toEqual([
      'payment_success:cs_1',
      'checkout_created:cs_1',
      'payment_pending:cs_1',
      'payment_failed:cs_1',
      'checkout_expired:cs_1',
    ]);
  });
});
