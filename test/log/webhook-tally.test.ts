import { expect, test } from 'vitest';
import { type Tally, WebhookTally } from '../../src/log/webhook-tally.ts';

test.each([
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'cannot even be asked',
    () => {
      throw new Error('no');
    },
  ],
])('a hand-over of the counts that %s keeps them for the next', async (_, fail: () => Promise<void>) => {
  const tally = new WebhookTally();
  const labels = { type: 'other', outcome: 'ignored' };
  const taken: Tally[] = [];
  let work = Promise.resolve();
  const waitUntil = (promise: Promise<void>) => {
    work = promise;
  };
  tally.add(labels, waitUntil, fail);
  await work;
  tally.add(labels, waitUntil, async (tallies) => {
    taken.push(...tallies);
  });
  await work;
  expect(taken).toEqual([{ labels, count: 2 }]);
});
