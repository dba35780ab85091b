import { expect, test } from 'vitest';
import { GroupCommit } from '../../src/log/group-commit.ts';

/** A commit that waits to be let go, and remembers its groups. */
function gatedCommit() {
  const groups: (readonly number[])[] = [];
  let release = () => {};
  const commit = async (group: readonly number[]) => {
    groups.push(group);
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return group.map((item) => item * 10);
  };
  return { groups, commit, release: () => release() };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test('an idle queue commits at once; a busy one gathers the next group meanwhile', async () => {
  const gate = gatedCommit();
  const queue = new GroupCommit(gate.commit, 64);
  const first = queue.add(1);
  const others = [2, 3, 4].map((item) => queue.add(item));
  expect(gate.groups).toEqual([[1]]);
  gate.release();
  expect(await first).toBe(10);
  await turn();
  expect(gate.groups).toEqual([[1], [2, 3, 4]]);
  gate.release();
  expect(await Promise.all(others)).toEqual([20, 30, 40]);
});

test('a group is never larger than the limit', async () => {
  const gate = gatedCommit();
  const queue = new GroupCommit(gate.commit, 2);
  const all = Promise.all([1, 2, 3, 4, 5].map((item) => queue.add(item)));
  for (let group = 0; group < 4; group += 1) {
    gate.release();
    await turn();
  }
  expect(await all).toEqual([10, 20, 30, 40, 50]);
  expect(gate.groups).toEqual([[1], [2, 3], [4, 5]]);
});

test('when a commit throws, its group fails and the next one goes on', async () => {
  let isBroken = true;
  const queue = new GroupCommit<number, number>(async (group) => {
    if (isBroken) throw new Error('out of reach');
    return group;
  }, 64);
  await expect(queue.add(1)).rejects.toThrow('out of reach');
  isBroken = false;
  expect(await queue.add(2)).toBe(2);
});
