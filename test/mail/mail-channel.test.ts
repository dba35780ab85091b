import { expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { OwedRow } from '../../src/couriers/outbox.ts';
import type { MailGateway } from '../../src/domain/mail.ts';
import { createMailChannel } from '../../src/mail/mail-channel.ts';
import { bindings, db, tokens } from '../support/world.ts';

test('the vendor is called in time, or not at all', async () => {
  const send = vi.fn(async () => ({ outcome: 'accepted', vendorId: 'm_1', note: null }) as const);
  const gateway: MailGateway = { retryHours: 20, check() {}, send };
  const channel = createMailChannel({ db, config: readConfig(bindings), tokens, gateway });
  const row = { id: 'a-b', proposalId: 7, orgId: 1 } as OwedRow;
  const content = { key: 'a-b:1', mail: { html: '', text: '' }, link: null, stop: null };
  expect(await channel.deliver(row, content, () => false)).toEqual({
    outcome: 'unknown',
    reason: 'suspended',
  });
  expect(send).not.toHaveBeenCalled();
  expect(await channel.deliver(row, content, () => true)).toMatchObject({ outcome: 'accepted' });
  expect(send).toHaveBeenCalledTimes(1);
});
