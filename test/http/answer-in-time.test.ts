import { Hono } from 'hono';
import { afterEach, expect, test, vi } from 'vitest';
import { Deps } from '../../src/deps.ts';
import { answerInTime } from '../../src/http/answer-in-time.ts';
import type { AppEnv } from '../../src/http/context.ts';
import { problem, toAppError } from '../../src/http/problem.ts';
import { bindings } from '../support/world.ts';

afterEach(() => vi.useRealTimers());

test('a request has one deadline for all that it waits for; its work goes on', async () => {
  const late: Promise<unknown>[] = [];
  const work = Promise.withResolvers<void>();
  const app = new Hono<AppEnv>()
    .use(async (c, next) => {
      c.set('deps', new Deps(bindings, { waitUntil: (promise) => void late.push(promise) }));
      await next();
    })
    .use(answerInTime)
    .get('/quick', (c) => c.json({ ok: true }))
    .get('/slow', async (c) => {
      await work.promise;
      return c.json({ ok: true });
    });
  app.onError((error, c) => problem(c, toAppError(error)));
  expect((await app.request('/quick')).status).toBe(200);

  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answer = Promise.resolve(app.request('/slow'));
  let isAnswered = false;
  void answer.then(() => {
    isAnswered = true;
  });
  await vi.advanceTimersByTimeAsync(18_999);
  expect(isAnswered).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  const { status, headers } = await answer;
  expect([status, headers.get('retry-after')]).toEqual([503, '5']);
  work.resolve();
  await expect(Promise.all(late)).resolves.toHaveLength(2);
});
