import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { createOrg, createProposal } from '../support/world.ts';

const stepsOf = async (token: string) => (await call('GET /auth/me', { token })).json.first_steps;

test('what an org has done of its way to the first payment, step by step, whatever others do', async () => {
  const other = await createOrg();
  const theirs = await createProposal(other.id);
  expect(await stepsOf(other.token)).toMatchObject({ made: true, approved: true, set_up: false });
  const { id: orgId, token } = await createOrg();
  const nothing = { set_up: false, invited: false, made: false, sent: false, approved: false };
  expect(await stepsOf(token)).toEqual(nothing);
  await call('PATCH /org', { token, json: { phone: '+1 303 555 0100' } });
  const { id } = await createProposal(orgId, 'draft');
  expect(await stepsOf(token)).toEqual({ ...nothing, set_up: true, made: true });
  const { json } = await call(`POST /proposals/${id}/send`, { token, json: { mail: false } });
  expect(await stepsOf(token)).toMatchObject({ sent: true, approved: false });
  const customer = json.portal_url.split('#token=')[1];
  await call(`POST /proposals/${id}/approve`, { token: customer, json: { name: 'Ada', version: 1 } });
  expect(await stepsOf(token)).toMatchObject({ approved: true });
  const paid = { method: 'cash', amount_cents: 1_000, received_on: new Date().toISOString().slice(0, 10) };
  expect((await call(`POST /proposals/${id}/payments`, { token, json: paid })).status).toBe(201);
  expect(await stepsOf(token)).toBeNull();
  expect(await stepsOf(other.token)).not.toBeNull();
  expect(theirs.id).not.toBe(id);
});
