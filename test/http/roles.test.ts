import { describe, expect, test, vi } from 'vitest';
import { contracts } from '../../src/contracts.ts';
import { users } from '../../src/db/schema.ts';
import { roles } from '../../src/domain/actor.ts';
import { holdersOf } from '../../src/domain/permissions.ts';
import { type Contract, permissionOf } from '../../src/http/contract.ts';
import { call } from '../support/api.ts';
import { createOrg, createProposal, db, rowCounts, tokens } from '../support/world.ts';

// Every route with every role: its permission's holders are let in, and nobody else. How a token ends is in revocation.test.ts, what is
// no token in protected-routes.test.ts.

vi.mock('../../src/mail/gateway.ts', () => import('../support/mail-gateway.ts'));

const routes = Object.entries<Contract>(contracts).flatMap(([route, contract]) => {
  const permission = permissionOf(contract.permission);
  return permission ? [{ route, contract, permission }] : [];
});

/** A token of each role, and of the customer, in one org with a proposal. */
async function createWorld() {
  const org = await createOrg();
  const proposal = await createProposal(org.id, 'draft');
  const ofRoles = await Promise.all(
    roles.map(async (role) => {
      const email = `${role}-${crypto.randomUUID()}@example.com`;
      const [user] = await db
        .insert(users)
        .values({ orgId: org.id, email, passwordHash: 'none', role })
        .returning({ id: users.id });
      const actor = { kind: 'staff', userId: user?.id ?? 0, orgId: org.id, email, role } as const;
      return [role, await tokens.signStaff(actor, new Date())] as const;
    }),
  );
  return { proposal, tokens: Object.fromEntries([...ofRoles, ['customer', proposal.token]]) };
}

describe.each([...roles, 'customer'] as const)('%s', (holder) => {
  test.each(routes)('$route', async ({ route, contract: { example }, permission }) => {
    const world = await createWorld();
    const names = { ...example.path, proposal_id: String(world.proposal.id) } as Record<string, string>;
    const path = route.replace(/:(\w+)/g, (_, name: string) => names[name] ?? 'cs_test_1');
    const query = {
      ...example.query,
      ...(example.query?.proposal_id ? { proposal_id: names.proposal_id ?? '' } : {}),
    };
    const before = await rowCounts();
    const { status, json } = await call(`${path}?${new URLSearchParams(query)}`, {
      token: world.tokens[holder] ?? '',
      ...(example.headers ? { headers: example.headers } : {}),
      ...(example.body === undefined ? {} : { json: example.body }),
    });
    if (holdersOf(permission).includes(holder)) {
      expect([401, 403]).not.toContain(status);
    } else {
      expect([status, json.code]).toEqual([403, 'forbidden']);
      expect(await rowCounts()).toEqual(before);
    }
  });
});
