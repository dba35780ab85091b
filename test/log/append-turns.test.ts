import { describe, expect, test } from 'vitest';
import { AppendTurns } from '../../src/log/append-turns.ts';

/** Until all that can happen now has happened. */
const rest = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

/** Takes turns, and records what happens. Each append of a group lasts until it is ended. */
function setUp() {
  const turns = new AppendTurns();
  const events: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const take = (group: string, names: (number | string)[], written = names) =>
    turns.take(
      names,
      async () => {
        events.push(`load ${group}`);
      },
      async (_, note) => {
        note(written);
        events.push(`append ${group}`);
        await new Promise<void>((resolve, reject) => {
          ends.set(group, (error) => (error ? reject(error) : resolve()));
        });
        events.push(`end ${group}`);
        return group;
      },
    );
  return { turns, events, take, end: (group: string, error?: Error) => ends.get(group)?.(error) };
}

test('one group loads while another appends, and appends after it', async () => {
  const { events, take, end } = setUp();
  const first = take('a', [1]);
  await rest();
  const second = take('b', [2]);
  await rest();
  expect(events).toEqual(['load a', 'append a', 'load b']);
  end('a');
  await rest();
  expect(events.slice(3)).toEqual(['end a', 'append b']);
  end('b');
  expect(await Promise.all([first, second])).toEqual(['a', 'b']);
});

describe('what was written since a group loaded', () => {
  test.each([
    ['of the same proposal', [7, 'x'], [7]],
    ['under a key that it looked up', [8, 'checkout_created:cs_1'], [9, 'checkout_created:cs_1']],
  ])('%s has it load again, in its turn', async (_, written, names) => {
    const { events, take, end } = setUp();
    void take('a', written);
    await rest();
    void take('b', names);
    await rest();
    end('a');
    await rest();
    expect(events).toEqual(['load a', 'append a', 'load b', 'end a', 'load b', 'append b']);
  });

  test('of others does not', async () => {
    const { events, take, end } = setUp();
    void take('a', [1, 'x'], [1, 'x']);
    await rest();
    void take('b', [2, 'y']);
    await rest();
    end('a');
    await rest();
    expect(events.filter((event) => event === 'load b')).toHaveLength(1);
  });

  test('by the group before last counts too', async () => {
    const { events, take, end } = setUp();
    void take('a', [1]);
    await rest();
    void take('b', [2]);
    void take('c', [1]);
    await rest();
    end('a');
    await rest();
    end('b');
    await rest();
    expect(events).toEqual('load a,append a,load b,load c,end a,append b,end b,load c,append c'.split(','));
  });
});

test('a group whose load or append fails fails alone', async () => {
  const { turns, events, take, end } = setUp();
  const lost = turns.take(
    [1],
    () => Promise.reject(new Error('no load')),
    async () => 'never',
  );
  await expect(lost).rejects.toThrow('no load');
  const failed = take('a', [1]);
  await rest();
  const next = take('b', [2]);
  await rest();
  end('a', new Error('no append'));
  await expect(failed).rejects.toThrow('no append');
  await rest();
  end('b');
  expect(await next).toBe('b');
  expect(events).toEqual(['load a', 'append a', 'load b', 'append b', 'end b']);
});
