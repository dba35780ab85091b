import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import createClient from 'openapi-fetch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedPassword } from '../../local/seed.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { claimPort } from '../../local/worker.ts';
import type { paths } from './api.d.ts';

// A client that knows nothing but the reference: its types are generated from it, and no value here is cast.

type Success<Operation> = Operation extends { responses: infer R } ? R[keyof R & (200 | 201 | 202)] : never;

type BodyOf<Answer> = Answer extends { content: infer Content } ? Content[keyof Content] : unknown;

/** The operations whose success body the types do not know. */
type Untyped = {
  [Path in keyof paths]: {
    [Method in keyof paths[Path]]-?: paths[Path][Method] extends { responses: unknown }
      ? unknown extends BodyOf<Success<paths[Path][Method]>>
        ? `${Method & string} ${Path}`
        : never
      : never;
  }[keyof paths[Path]];
}[keyof paths];

/** Does not compile if a success body is `unknown`. */
const untyped: [Untyped] extends [never] ? [] : Untyped = [];

describe('a client made from the reference', () => {
  let stack: Stack;
  let client: ReturnType<typeof createClient<paths>>;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portal-client-'));
    const bindings = { JWT_SECRET: randomBytes(32).toString('hex') };
    stack = await startStack({ folder, port: await claimPort(), bindings, quiet: true });
    client = createClient<paths>({ baseUrl: stack.worker.url });
  });

  afterAll(() => stack?.stop());

  test('signs in, makes a checkout, has it paid, reads the metrics and the proposal', async () => {
    expect(untyped).toEqual([]);
    const login = await client.POST('/auth/login', {
      body: { email: 'admin@peakpro.io', password: seedPassword },
    });
    const headers = { authorization: `Bearer ${login.data?.access_token}` };

    const checkout = await client.POST('/payments/checkout_session', {
      headers,
      params: { query: { proposal_id: 7, amount_dollars: 15750 } },
    });
    expect(checkout.data).toMatchObject({ deposit_cents: 472_500, total_cents: 1_575_000 });
    expect(checkout.data?.checkout_url).toContain('/proposal/7');

    const webhook = await client.POST('/payments/webhook', {
      body: {
        type: 'checkout.session.completed',
        data: {
          object: {
            id: checkout.data?.session_id,
            amount_total: checkout.data?.deposit_cents,
            payment_status: 'paid',
            metadata: { proposal_id: '7', org_id: '1' },
          },
        },
      },
    });
    expect(webhook.data?.received).toBe(true);

    const metrics = await client.GET('/metrics', { parseAs: 'text' });
    expect(metrics.data).toContain('crm_portal_payments_total{org_id="1"} 1');

    const proposal = await client.GET('/proposals/{proposal_id}', {
      headers,
      params: { path: { proposal_id: '7' } },
    });
    expect(proposal.data).toMatchObject({ status: 'deposit_paid', paid_cents: 472_500 });

    const refusal = await client.GET('/proposals/{proposal_id}', {
      headers,
      params: { path: { proposal_id: 'seven' } },
    });
    expect(refusal.error?.code).toBe('invalid_proposal_id');
    expect(refusal.error?.errors?.[0]?.pointer).toBe('#/proposal_id');
  });
});
