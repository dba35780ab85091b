import { describe, expect, test } from 'vitest';
import { statusNow } from '../../src/domain/standing.ts';
import { approve, customer, given, makeVoid, noon, revise, send, staff, view } from '../support/given.ts';

describe('approve', () => {
  test('records who approved what', () => {
    const { events, state } = given().when(approve);
    expect(events).toEqual([
      {
        event: 'approve',
        actor: 'customer',
        meta: {
          ...{ name: 'Ada', version: 2, ip: '192.0.2.1', content_hash: 'hash' },
          ...{ total_cents: 1_575_000, deposit_cents: 472_500, currency: 'usd' },
        },
      },
    ]);
    expect(state).toMatchObject({ lifecycle: 'approved', seq: 1, approval: { name: 'Ada', at: noon } });
  });

  test('names the user when staff approve for a customer on the phone', () => {
    const [event] = given().when({ ...approve, actor: staff }).events;
    expect(event).toMatchObject({ actor: 'staff', meta: { user_id: 5 } });
  });

  test('changes nothing when the same person repeats it, and conflicts when anyone else does', () => {
    given(approve).when(approve).thenNothing();
    given(approve)
      .when({ ...approve, name: 'Eve' })
      .thenRejects('already_approved');
    given(approve)
      .when({ ...approve, actor: staff })
      .thenRejects('already_approved');
  });

  test.each([1, 3])('rejects version %i of a proposal at version 2', (version) => {
    given()
      .when({ ...approve, version })
      .thenRejects('version_conflict');
  });

  test('rejects a void proposal', () => {
    given(makeVoid).when(approve).thenRejects('proposal_void');
  });
});

describe('send', () => {
  test('makes a draft sent, and leaves an approved proposal approved', () => {
    expect(given(send).state).toMatchObject({ lifecycle: 'sent', sent: { expiresAt: send.expiresAt } });
    expect(statusNow(given(approve, send).state)).toBe('approved');
  });

  test('says who sent it', () => {
    const [event] = given().when(send).events;
    expect(event).toEqual({
      event: 'sent',
      actor: 'staff',
      meta: { version: 2, expires_at: '2026-12-23T12:00:00.000Z', deposit_cents: 472_500, user_id: 5 },
    });
  });

  test('is refused to a customer', () => {
    given()
      .when({ ...send, actor: customer })
      .thenRejects('forbidden');
  });

  test('is refused once the proposal is void', () => {
    given(makeVoid).when(send).thenRejects('proposal_void');
  });

  test('makes a new link for a new version, within the hour too', () => {
    given(send, revise('other')).when(send).thenRecords('sent');
  });
});

describe.each([
  { command: send, event: 'sent' as const },
  { command: view, event: 'view' as const },
])('$event', ({ command, event }) => {
  test('is recorded once an hour', () => {
    given(command).when(command, new Date('2026-11-23T12:59:59Z')).thenNothing();
    given(command).when(command, new Date('2026-11-23T13:00:00Z')).thenRecords(event);
  });
});

test('a new version that is seen within the hour is a look of its own', () => {
  given(view, revise('other')).when(view).thenRecords('view');
});

test('a look at a version that has been replaced is none at this one', () => {
  given()
    .when({ ...view, version: 1 })
    .thenNothing();
  given()
    .when({ ...view, version: 2 })
    .thenRecords('view');
});

test('a view names no user and changes no status', () => {
  const { events, state } = given(send).when(view);
  expect(events).toEqual([{ event: 'view', actor: 'customer', meta: { version: 2 } }]);
  expect(statusNow(state)).toBe('sent');
});
