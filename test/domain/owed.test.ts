import { expect, test } from 'vitest';
import type { ProposalCommand } from '../../src/domain/command.ts';
import type { NewEntry } from '../../src/domain/entry.ts';
import { owed, owingEvents } from '../../src/domain/owed.ts';
import { initialProposal } from '../../src/domain/proposal.ts';
import {
  approve,
  customer,
  entriesOf,
  makeVoid,
  noon,
  pay,
  send,
  staff,
  terms,
  view,
} from '../support/given.ts';
import { metas } from '../support/mail-facts.ts';

const keysOf = (entries: readonly NewEntry[]) => entries.flatMap(owed).map(({ key }) => key);

test('a link is owed once an hour, where it is to be mailed', () => {
  const unmailed = { ...send, mail: false };
  const mailed = { ...send, mail: true };
  expect(keysOf(entriesOf([unmailed]))).toEqual([]);
  expect(keysOf(entriesOf([mailed, mailed]))).toEqual([
    'mail:link:sent:7:v2:2026-11-23T12:mail',
    'mail:reminder:sent:7:v2:2026-11-23T12:mail',
    'mail:expiring:sent:7:v2:2026-11-23T12:mail',
  ]);
  // A link that was only copied is no reason not to mail it, and a mailed one is the link that is copied.
  expect(entriesOf([unmailed, mailed, unmailed, mailed]).map(({ dedupeKey }) => dedupeKey)).toEqual([
    'sent:7:v2:2026-11-23T12',
    'sent:7:v2:2026-11-23T12:mail',
  ]);
});

test('where mail is off, no link is owed', () => {
  const off = initialProposal({ ...terms, channels: [] });
  const entries = entriesOf([{ ...send, mail: true }], off);
  expect(entries.map(({ meta }) => 'mail' in meta)).toEqual([false]);
  expect(keysOf(entries)).toEqual([]);
});

test('a payment owes the customer a receipt, the org a notice and its books a booking, due at once', () => {
  const [, payment] = entriesOf([approve, pay()]);
  const rows = [
    ['mail', 'receipt'],
    ['mail', 'notice'],
    ['books', 'booking'],
  ];
  expect(payment && owed(payment)).toEqual(
    rows.map(([channel, kind]) => ({
      ...{ key: `${channel}:${kind}:payment_success:cs_test_1`, channel, kind, orgId: 1, proposalId: 7 },
      ...{ entryKey: 'payment_success:cs_test_1', entryAt: noon, dueAt: noon },
    })),
  );
});

const kindsOf = (...commands: ProposalCommand[]) =>
  entriesOf(commands)
    .flatMap(owed)
    .flatMap(({ channel, kind }) => (channel === 'mail' ? [kind] : []));

test('an approval owes the org a notice, if the customer gave it, and reminders to pay', () => {
  expect(kindsOf(approve)).toEqual(['instalment', 'reminder', 'notice']);
  const onBehalf = { method: 'phone', reference: 'call' } as const;
  expect(kindsOf({ ...approve, actor: staff, onBehalf })).toEqual(['instalment', 'reminder']);
});

test('only the first view owes a notice, however often a customer looks', () => {
  const at = (hour: number) => new Date(noon.getTime() + hour * 3_600_000);
  const keys = [0, 1, 2].flatMap((hour) => keysOf(entriesOf([view], initialProposal(terms), at(hour))));
  expect(new Set(keys)).toEqual(new Set(['mail:notice:first_view:7']));
});

test('what staff did themselves owes them no notice', () => {
  expect(kindsOf({ ...send, mail: true }, makeVoid)).not.toContain('notice');
  expect(kindsOf({ kind: 'decline', proposalId: 7, actor: staff, reason: 'price', comment: null })).toEqual(
    [],
  );
  expect(
    kindsOf({ kind: 'decline', proposalId: 7, actor: customer, reason: 'price', comment: null }),
  ).toEqual(['notice']);
});

test('a mail that bounced owes a notice, once, and no mail to the customer', () => {
  const bounce = {
    kind: 'note_bounce',
    proposalId: 7,
    via: 'mail',
    mailId: 'a-b',
    reason: 'bounced',
  } as const;
  expect(
    entriesOf([bounce, bounce])
      .flatMap(owed)
      .map(({ key }) => key),
  ).toEqual(['mail:notice:mail_bounced:a-b']);
});

test('every event that owes something is one that the repair reads, and the others owe nothing', () => {
  for (const [event, meta] of Object.entries(metas)) {
    const entry = {
      ...{ event, meta, actor: 'customer', orgId: 1, proposalId: 7, seq: 1, createdAt: noon },
      dedupeKey: `${event}:key`,
    } as unknown as NewEntry;
    expect(owed(entry).length > 0, event).toBe(owingEvents.some((one) => one === event));
  }
});
