import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { createOrg, createProposal, tokens } from '../support/world.ts';

test('an expired link names the org to ask', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const token = await tokens.signPortal(proposal.customer, 'PeakPro', new Date(Date.now() - 1_000));
  expect(await call(`GET /proposals/${proposal.id}`, { token })).toMatchObject({
    status: 401,
    json: { code: 'token_expired', detail: 'This link has expired. Ask PeakPro for a new one.' },
  });
});
