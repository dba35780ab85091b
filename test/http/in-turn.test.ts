import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Deps } from '../../src/deps.ts';
import { InTurn } from '../../src/http/limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const refused: unknown[] = [];
const deps = { count: (increment: unknown) => void refused.push(increment) } as unknown as Deps;

/** Work that yields after a second and ends after another one. */
async function* twoSeconds(name: string, done: string[]): AsyncGenerator<string> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  yield name;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  done.push(name);
}

async function readAll(parts: AsyncGenerator<string>): Promise<string[]> {
  return Array.fromAsync(parts);
}

test('one after the other, with a pause as long as the work; more than may wait are refused at once', async () => {
  const turns = new InTurn('scrapes', 2);
  const done: string[] = [];
  const start = (name: string) => readAll(turns.pass(deps, twoSeconds(name, done)));
  const first = start('first');
  await vi.advanceTimersByTimeAsync(10);
  const others = [start('second'), start('third')];
  await expect(start('fourth')).rejects.toMatchObject({ code: 'rate_limited' });
  expect(refused).toEqual([
    { metric: 'crm_portal_limited_requests_total', labels: { limit: 'scrapes' }, value: 1 },
  ]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(done).toEqual(['first']);
  await vi.advanceTimersByTimeAsync(3_900); // two seconds of pause, two of work
  expect(done).toEqual(['first']);
  await vi.advanceTimersByTimeAsync(200);
  expect(done).toEqual(['first', 'second']);
  await vi.advanceTimersByTimeAsync(4_100);
  expect(await Promise.all([first, ...others])).toEqual([['first'], ['second'], ['third']]);
});

test('one that fails before it yields makes the next wait no longer', async () => {
  const turns = new InTurn('scrapes', 2);
  const failing = (async function* (): AsyncGenerator<string> {
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    throw new Error('no');
  })();
  const done: string[] = [];
  const failed = expect(readAll(turns.pass(deps, failing))).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(10);
  const next = readAll(turns.pass(deps, twoSeconds('next', done)));
  await vi.advanceTimersByTimeAsync(5_500);
  await failed;
  await vi.advanceTimersByTimeAsync(2_050);
  expect(await next).toEqual(['next']);
});

test('a reader that does not read on holds up the others for ten seconds, and one that goes away not at all', async () => {
  const turns = new InTurn('scrapes', 2);
  const done: string[] = [];
  const stuck = turns.pass(deps, twoSeconds('stuck', done));
  void stuck.next();
  await vi.advanceTimersByTimeAsync(1_000);
  const next = turns.pass(deps, twoSeconds('next', done));
  const yielded = next.next();
  await vi.advanceTimersByTimeAsync(9_900);
  expect(done).toEqual([]);
  await vi.advanceTimersByTimeAsync(300);
  expect(await yielded).toEqual({ done: false, value: 'next' });
  await next.return(undefined);
  const last = readAll(turns.pass(deps, twoSeconds('last', done)));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await last).toEqual(['last']);
});

test('one that dies while it waits holds up no other: it leaves the line when it stops polling', async () => {
  const turns = new InTurn('scrapes', 2);
  const done: string[] = [];
  const first = readAll(turns.pass(deps, twoSeconds('first', done)));
  await vi.advanceTimersByTimeAsync(10);
  const before = vi.getTimerCount();
  const real = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementationOnce((() => 0) as unknown as typeof setTimeout);
  void readAll(turns.pass(deps, twoSeconds('dead', done))); // its timer never wakes it
  expect([vi.getTimerCount(), globalThis.setTimeout === real]).toEqual([before, false]);
  const next = readAll(turns.pass(deps, twoSeconds('next', done)));
  await vi.advanceTimersByTimeAsync(7_000);
  expect(await Promise.all([first, next])).toEqual([['first'], ['next']]);
  expect(done).toEqual(['first', 'next']);
});

test('a clock that is set back keeps no one waiting', async () => {
  const turns = new InTurn('scrapes', 2);
  const done: string[] = [];
  const first = readAll(turns.pass(deps, twoSeconds('first', done)));
  await vi.advanceTimersByTimeAsync(2_000);
  await first;
  vi.setSystemTime(Date.now() - 3_600_000);
  const second = readAll(turns.pass(deps, twoSeconds('second', done)));
  await vi.advanceTimersByTimeAsync(2_050);
  expect(await second).toEqual(['second']);
});
