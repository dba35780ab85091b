import { afterEach, describe, expect, test, vi } from 'vitest';
import { GroupQueue } from '../../src/log/group-queue.ts';

afterEach(() => vi.useRealTimers());

const limits = {
  ...{ count: 64, bytes: 1_000, sizeOf: () => 1, isUrgent: () => true },
  ...{ waiting: 1_000, waitingBytes: 10_000, waitingMs: 5_500 },
};

/** Takes groups, each when it is released, and records them. */
function gate() {
  const groups: (readonly number[])[] = [];
  const releases: (() => void)[] = [];
  const take = async (group: readonly number[]) => {
    groups.push(group);
    await new Promise<void>((resolve) => releases.push(resolve));
    return group.map((item) => item * 10);
  };
  return { groups, take, release: (index: number) => releases[index]?.() };
}

/** Until all that can happen now has happened. */
const rest = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test('an idle queue takes at once what is added together; a busy one gathers the next group', async () => {
  const { groups, take, release } = gate();
  const queue = new GroupQueue(take, limits);
  const first = [1, 2, 3, 4].map((item) => queue.add(item));
  await rest();
  const other = queue.add(5);
  await rest();
  expect(groups).toEqual([[1, 2, 3, 4]]);
  release(0);
  expect(await Promise.all(first)).toEqual([10, 20, 30, 40]);
  await rest();
  expect(groups).toEqual([[1, 2, 3, 4], [5]]);
  release(1);
  expect(await other).toBe(50);
});

test('a group that is half as large as the one before sets out beside it; there is never a third', async () => {
  const { groups, take, release } = gate();
  const queue = new GroupQueue(take, limits);
  const add = async (...items: number[]) => {
    for (const item of items) void queue.add(item);
    await rest();
  };
  await add(1, 2, 3, 4);
  await add(5);
  expect(groups).toHaveLength(1);
  await add(6);
  expect(groups.slice(1)).toEqual([[5, 6]]);
  await add(7, 8, 9);
  expect(groups).toHaveLength(2);
  release(0);
  await rest();
  expect(groups.slice(2)).toEqual([[7, 8, 9]]);
  await add(10, 11);
  release(1);
  await rest();
  expect(groups.slice(3)).toEqual([[10, 11]]);
});

test.each([
  ['items', { count: 2 }],
  ['bytes', { bytes: 25, sizeOf: () => 10 }],
])('a group has no more %s than its limit', async (_, limit) => {
  const { groups, take, release } = gate();
  const queue = new GroupQueue(take, { ...limits, ...limit });
  const all = Promise.all([1, 2, 3, 4, 5].map((item) => queue.add(item)));
  for (let group = 0; group < 3; group += 1) {
    await rest();
    release(group);
  }
  expect(await all).toEqual([10, 20, 30, 40, 50]);
  expect(groups).toEqual([[1, 2], [3, 4], [5]]);
});

test('an item that is larger than a group may be goes alone', async () => {
  const groups: (readonly number[])[] = [];
  const queue = new GroupQueue<number, number>(
    async (group) => {
      groups.push(group);
      return group;
    },
    { ...limits, bytes: 25, sizeOf: (size) => size },
  );
  await Promise.all([10, 50, 10, 5].map((size) => queue.add(size)));
  expect(groups).toEqual([[10], [50], [10, 5]]);
});

test('one more than may wait is refused at once, and those that wait are taken', async () => {
  const { take, release } = gate();
  const queue = new GroupQueue(take, { ...limits, waiting: 2 });
  const taken = queue.add(1);
  await rest();
  void queue.add(2);
  await rest();
  const waiting = [queue.add(3), queue.add(4)];
  await expect(queue.add(5)).rejects.toThrow('The queue is full.');
  release(0);
  await taken;
  await rest();
  release(2);
  expect(await Promise.all(waiting)).toEqual([30, 40]);
});

test('more bytes than may wait are refused at once', async () => {
  const { take } = gate();
  const queue = new GroupQueue(take, { ...limits, waitingBytes: 25, sizeOf: () => 10 });
  void queue.add(1);
  await rest();
  void queue.add(2);
  await rest(); // both are taken
  void queue.add(3);
  void queue.add(4);
  await expect(queue.add(5)).rejects.toThrow('The queue is full.');
});

test('what is urgent goes first, and has the room that the rest has not', async () => {
  const { groups, take, release } = gate();
  const isUrgent = (item: number) => item >= 100;
  const queue = new GroupQueue(take, { ...limits, count: 3, isUrgent, waiting: 4 });
  void queue.add(1);
  void queue.add(2);
  await rest();
  expect(groups).toEqual([[1, 2]]);
  const rejected: unknown[] = [];
  for (const item of [3, 100]) void queue.add(item).catch((error) => rejected.push(error));
  await rest();
  expect(groups[1]).toEqual([3, 100]); // the first one led it
  for (const item of [4, 5, 6, 101, 102]) queue.add(item).catch(() => rejected.push(item));
  await rest();
  expect(rejected).toEqual([6]);
  expect(queue.depth).toBe(4);
  release(0);
  await rest();
  expect(groups.at(-1)).toEqual([101, 102, 4]);
});

test('an item whose caller has left is dropped before it is taken', async () => {
  vi.useFakeTimers();
  const { groups, take, release } = gate();
  const queue = new GroupQueue(take, limits);
  void queue.add(1);
  void queue.add(2);
  void queue.add(3);
  await rest();
  const left = queue.add(4);
  await vi.advanceTimersByTimeAsync(5_500);
  void queue.add(5); // half as many as the group before: it sets out
  await expect(left).rejects.toThrow('It waited too long.');
  release(0);
  await rest();
  expect(groups).toEqual([[1, 2, 3], [5]]);
  expect(queue.depth).toBe(0);
});

test('when a group fails, all of its items do, and the next group goes on', async () => {
  let isBroken = true;
  const queue = new GroupQueue<number, number>(async (group) => {
    if (isBroken) throw new Error('out of reach');
    return group;
  }, limits);
  const failed = await Promise.allSettled([queue.add(1), queue.add(2)]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect(await queue.add(3)).toBe(3);
});

test('a group that cannot even be taken fails, and the queue goes on', async () => {
  let isBroken = true;
  const queue = new GroupQueue<number, number>((group) => {
    if (isBroken) throw new Error('not even begun');
    return Promise.resolve(group);
  }, limits);
  await expect(queue.add(1)).rejects.toThrow('not even begun');
  isBroken = false;
  expect(await queue.add(2)).toBe(2);
});

test('no item gets the result of another: a group with other results than items fails', async () => {
  const queue = new GroupQueue<number, number>(async (group) => group.slice(1), limits);
  const answered = await Promise.allSettled([queue.add(1), queue.add(2)]);
  expect(answered.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

describe('with patience', () => {
  const patience = { takeOverMs: 2_000, giveUpMs: 5_500 };
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    await rest();
  };

  test('an item that has waited too long goes with those behind it; the slow group, when it ends, starts no third', async () => {
    vi.useFakeTimers();
    const { groups, take, release } = gate();
    const queue = new GroupQueue(take, limits, patience);
    const slow = [1, 2, 3, 4, 5].map((item) => queue.add(item));
    await pass(500);
    const others = [queue.add(6), queue.add(7)];
    await pass(1_999);
    expect(groups).toEqual([[1, 2, 3, 4, 5]]);
    await pass(1);
    expect(groups.slice(1)).toEqual([[6, 7]]);
    const beside = queue.add(8);
    await rest();
    const last = queue.add(9);
    release(0);
    expect(await Promise.all(slow)).toEqual([10, 20, 30, 40, 50]);
    await rest();
    expect(groups.slice(2)).toEqual([[8]]);
    release(1);
    expect(await Promise.all(others)).toEqual([60, 70]);
    release(2);
    expect(await beside).toBe(80);
    await rest();
    release(3);
    expect(await last).toBe(90);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a leader that dies takes its group with it, in time, and no other item', async () => {
    vi.useFakeTimers();
    let isDead = true;
    const queue = new GroupQueue<number, number>(
      (group) => (isDead ? new Promise(() => {}) : Promise.resolve(group)),
      limits,
      patience,
    );
    const lost = Promise.allSettled([queue.add(1), queue.add(2)]);
    await rest();
    isDead = false;
    const next = queue.add(3);
    await pass(2_000);
    expect(await next).toBe(3);
    expect(await queue.add(4)).toBe(4);
    await pass(3_500);
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
