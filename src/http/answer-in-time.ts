import { createMiddleware } from 'hono/factory';
import { withDeadline } from '../deadline.ts';
import { AppError } from '../errors.ts';
import type { AppEnv } from './context.ts';

/** A page gives up after 20 s. A checkout, which knows what it has begun, gives up before this. */
const deadlineMs = 19_000;

/**
 * Answers in time, whatever is slow: one deadline for all that a request waits for. The work goes on, and a retry finds its
 * result.
 */
export const answerInTime = createMiddleware<AppEnv>(async (c, next) => {
  const late = () => new AppError('log_unavailable', 'This took too long. Try again.');
  await withDeadline(
    deadlineMs,
    () => {
      const work = next();
      c.var.deps.waitUntil(work.catch(() => {}));
      return work;
    },
    late,
  );
});
