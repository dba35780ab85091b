import { expect, test } from 'vitest';
import type { Entry } from '../../portal/src/api.ts';
import { newsOf } from '../../portal/src/staff/describe-owed.ts';

type Mail = Entry['owed'][number];

let made = 0;

function mail(kind: Mail['kind'], state: Mail['state'], reason: string | null = null): Mail {
  made += 1;
  const dates = { due_at: '2026-11-30T09:00:00.000Z', ended_at: null };
  return { id: `mail-${made}`, channel: 'mail', kind, user_id: null, state, reason, ...dates };
}

/** The kinds that are shown of each entry; the newest comes first. */
function shown(entries: readonly (readonly Mail[])[], isOver = false) {
  const news = newsOf(
    entries.map((owed, index) => ({ id: entries.length - index, owed: [...owed] })),
    isOver,
  );
  return [...news.values()].map((mails) => mails.map(({ kind, state }) => `${kind} ${state}`));
}

const planned = () => [mail('reminder', 'queued'), mail('reminder', 'queued'), mail('expiring', 'queued')];

test('of what is planned, the next of each kind is shown, with the newest entry that owes it', () => {
  expect(shown([planned(), [mail('link', 'sent'), ...planned()]])).toEqual([
    ['reminder queued', 'expiring queued'],
    ['link sent'],
  ]);
});

test('nothing is planned once the proposal is over; what was mailed stays', () => {
  expect(shown([[mail('reminder', 'sent'), ...planned()]], true)).toEqual([['reminder sent']]);
});

test('what was found needless is no news; what failed for another reason is', () => {
  expect(
    shown([[mail('reminder', 'stale', 'proposal_void'), mail('receipt', 'stale', 'address_changed')]]),
  ).toEqual([['receipt stale']]);
  expect(shown([[mail('reminder', 'stale', 'channel_off'), mail('expiring', 'stale', 'too_late')]])).toEqual([
    ['reminder stale', 'expiring stale'],
  ]);
});

test('that an offer is withdrawn is shown once it was mailed: those without a link get no mail', () => {
  expect(shown([[mail('withdrawn', 'queued')]], true)).toEqual([[]]);
  expect(shown([[mail('withdrawn', 'sent')]], true)).toEqual([['withdrawn sent']]);
});
