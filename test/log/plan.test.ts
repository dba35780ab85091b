import { expect, test } from 'vitest';
import { planGroup } from '../../src/log/plan.ts';
import { given, makeVoid, noon, revise } from '../support/given.ts';

test('what follows a change in its group sees the new address, which the log does not hold', () => {
  const { state } = given();
  const change = revise('other');
  const moved = { ...change, content: { ...change.content, customerEmail: 'new@example.com' } };
  const { results, writes } = planGroup(
    { proposals: new Map([[7, state]]), recorded: new Map(), users: new Map() },
    [moved, makeVoid],
    noon,
  );
  const address = { outcome: 'recorded', proposal: { customerEmail: 'new@example.com' } };
  expect(results).toMatchObject([address, address]);
  expect(writes.revisions).toMatchObject([{ id: 7, version: 3, customerEmail: 'new@example.com' }]);
  expect(JSON.stringify(writes.entries)).not.toContain('new@example.com');
});
