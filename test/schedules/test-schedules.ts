import fc from 'fast-check';
import { inject, test } from 'vitest';
import { type Schedule, schedules } from './schedule.ts';

/** Plays so many schedules with `play`, which asserts. A failure is shrunk and reported with its seed. */
export function testSchedules(play: (schedule: Schedule) => Promise<void>): void {
  const { runs, seed, path } = inject('schedules');
  const title = `${runs} schedules of faults come to rest in the truth (SCHEDULES_SEED=${seed})`;
  test(title, { timeout: 0 }, () =>
    fc.assert(fc.asyncProperty(schedules, play), {
      numRuns: runs,
      seed,
      ...(path ? { path } : {}),
      endOnFailure: path !== undefined,
    }),
  );
}
