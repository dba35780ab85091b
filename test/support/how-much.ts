import { randomInt } from 'node:crypto';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    forgeries: number;
    schedules: { readonly runs: number; readonly seed: number; readonly path: string | undefined };
  }
}

/**
 * How much is played: FORGERIES of a flood (100,000 are a minute's work), and schedules: SCHEDULES of them; SCHEDULES_SEED and SCHEDULES_PATH, as a failure
 * prints them, replay it.
 */
export default function setup({ provide }: TestProject) {
  const { SCHEDULES, SCHEDULES_SEED, SCHEDULES_PATH } = process.env;
  const runs = Number(SCHEDULES ?? 10);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('SCHEDULES is not a number of schedules.');
  provide('forgeries', Number(process.env.FORGERIES ?? 2_000));
  provide('schedules', { runs, seed: Number(SCHEDULES_SEED ?? randomInt(2 ** 31)), path: SCHEDULES_PATH });
}
