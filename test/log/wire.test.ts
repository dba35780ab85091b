import { expect, test } from 'vitest';
import type { Command } from '../../src/log/command.ts';
import { decodeResult, encodeCommand } from '../../src/log/wire.ts';
import { bindings, createOrg, createProposal, eventsOf, settlement } from '../support/world.ts';

// During a roll-out a Worker and a shard may be of two versions. What the version before says is spelled out here.

test('a shard records what a Worker of the version before sends', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const { observation: told, via: teller, ...command } = settlement(proposal);
  const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
  const result = await shard.execute({ ...command, told, teller } as unknown as Command);
  expect(result).toMatchObject({ outcome: 'recorded' });
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success']);
});

test('a Worker of the version before can read what a shard answers', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const command = settlement(proposal);
  const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
  const result = await shard.execute(command);
  const { sessionId } = command.observation as { sessionId: string };
  expect(result).toMatchObject({ proposal: { outcomes: new Map([[sessionId, 'paid']]) } });
});

test('a shard of the version before can read what a Worker sends, and the Worker what it answers', async () => {
  const command = settlement({ id: 7, orgId: 1 });
  expect(encodeCommand(command)).toMatchObject({ told: command.observation, teller: 'stripe' });
  const outcomes = new Map([['cs_1', 'paid']]);
  const answered = { outcome: 'recorded', proposal: { id: 7, outcomes } } as never;
  expect(decodeResult(answered)).toEqual({
    outcome: 'recorded',
    proposal: { id: 7, sessionStatuses: outcomes },
  });
});
