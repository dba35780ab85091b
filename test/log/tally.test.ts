import { expect, test } from 'vitest';
import { Tally } from '../../src/log/tally.ts';
import type { Sum } from '../../src/metrics/catalogue.ts';

test.each([
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'cannot even be asked',
    () => {
      throw new Error('no');
    },
  ],
])('a hand-over of the counts that %s keeps them for the next', async (_, fail: () => Promise<void>) => {
  const tally = new Tally({ delayMs: 0, pauseMs: 1_000 });
  const labels = { type: 'other', outcome: 'ignored' };
  const increment = { metric: 'crm_portal_webhook_events_total', labels, value: 1 } as const;
  const taken: Sum[] = [];
  let work = Promise.resolve();
  const waitUntil = (promise: Promise<void>) => {
    work = promise;
  };
  tally.add(increment, waitUntil, fail);
  await work;
  tally.add(increment, waitUntil, async (sums) => {
    taken.push(...sums);
  });
  await work;
  expect(taken).toEqual([{ ...increment, part: '', value: 2 }]);
});
