import type { StripeEvent } from '../../local/stripe/account.ts';
import type { ApiRequest, FaultKind } from '../../local/stripe/api.ts';
import type { Dispute, Refund, Session } from '../../local/stripe/objects.ts';
import type { Bindings } from '../../src/config.ts';
import { type Answer, call } from './api.ts';
import { sign } from './signature.ts';
import { bindings, createOrg, createProposal } from './world.ts';

const webhookSecret = 'whsec_only_for_tests_only_for_tests';

type State = {
  sessions: Session[];
  refunds: Refund[];
  disputes: Dispute[];
  events: (StripeEvent & { delivered: boolean })[];
};

/** A Stripe account of its own at the stand-in, and the bindings of a Worker in live mode with it. */
export function stripeAccount(overrides: Partial<Bindings> = {}) {
  const key = `sk_test_${crypto.randomUUID().replaceAll('-', '')}`;
  const live = { STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: webhookSecret, ...overrides };

  /** Has something happen: see `local/stripe/server.ts`. */
  async function control<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(`${bindings.STRIPE_API_BASE}/__control/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(body ?? {}),
    });
    if (!response.ok) throw new Error(`The stand-in answered ${response.status}: ${await response.text()}`);
    return response.json() as Promise<T>;
  }

  const state = () => control<State>('state');

  return {
    bindings: live,
    control,
    state,
    requests: () => control<ApiRequest[]>('requests'),
    fault: (on: string, kind: FaultKind, times = 1) => control('faults', { on, kind, times }),
    session: async (id: string) => (await state()).sessions.find((session) => session.id === id),
    events: async (type?: string) => (await state()).events.filter((event) => !type || event.type === type),
    checkout: (input: object, token: string): Promise<Answer> =>
      call('POST /payments/checkout_session', { token, json: input, bindings: live }),
    /** Posts an event as Stripe would. What is taken counts as delivered. */
    deliver: async (event: object): Promise<Answer> => {
      const body = JSON.stringify(event);
      const headers = { 'stripe-signature': await sign(body, webhookSecret) };
      const answer = await call('POST /payments/webhook', { body, headers, bindings: live });
      if (answer.status === 200 && 'id' in event) await control(`events/${event.id}/delivered`);
      return answer;
    },
  };
}

export type TestStripe = ReturnType<typeof stripeAccount>;

/** A proposal of $15,750.00, approved, with an open session for its deposit. */
export async function withCheckout(stripe = stripeAccount()) {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const { json } = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
  return { org, proposal, stripe, sessionId: json.session_id as string };
}
