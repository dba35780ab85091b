import { randomInt } from 'node:crypto';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether every org has all channels on, and no courier ever answers. */
    mailHangs: boolean;
    forgeries: number;
    schedules: {
      readonly runs: number;
      /** No more begin after so long; 0 is without an end. */
      readonly minutes: number;
      readonly seed: number;
      readonly path: string | undefined;
    };
  }
}

/**
 * How much is played: FORGERIES of a flood (100,000 are a minute's work), and schedules: SCHEDULES of them, within SCHEDULES_MINUTES; SCHEDULES_SEED and SCHEDULES_PATH, as a failure
 * prints them, replay it. MAIL=hangs has the same tests run with mail on and no courier that answers.
 */
export default function setup({ provide }: TestProject) {
  const { SCHEDULES, SCHEDULES_MINUTES, SCHEDULES_SEED, SCHEDULES_PATH } = process.env;
  const runs = Number(SCHEDULES ?? 10);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('SCHEDULES is not a number of schedules.');
  provide('mailHangs', process.env.MAIL === 'hangs');
  provide('forgeries', Number(process.env.FORGERIES ?? 2_000));
  provide('schedules', {
    runs,
    minutes: Number(SCHEDULES_MINUTES ?? 0),
    seed: Number(SCHEDULES_SEED ?? randomInt(2 ** 31)),
    path: SCHEDULES_PATH,
  });
}
