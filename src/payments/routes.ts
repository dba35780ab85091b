import { Hono } from 'hono';
import { validator } from 'hono/validator';
import { authenticate } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { parseInput } from '../http/validate.ts';
import { parseJson } from '../json.ts';
import { beginCheckout } from './begin-checkout.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { CheckoutInput } from './schemas.ts';

/** The input stands in the query or, the same, in a JSON body. */
const checkoutInput = validator('query', async (query, c) => {
  const isJson = c.req.header('content-type')?.toLowerCase().startsWith('application/json');
  const body = isJson ? await c.req.text() : '';
  return parseInput(CheckoutInput, body === '' ? query : parseJson(body));
});

export const paymentRoutes = new Hono<AppEnv>()
  .post('/checkout_session', authenticate, checkoutInput, async (c) => {
    const { proposal_id: proposalId, amount_dollars: statedTotalCents = null } = c.req.valid('query');
    const checkout = await beginCheckout(c.var.deps, c.var.actor, { proposalId, statedTotalCents });
    return c.json({
      checkout_url: checkout.url,
      session_id: checkout.sessionId,
      deposit_cents: checkout.depositCents,
      total_cents: checkout.totalCents,
      ...(checkout.devMode ? { dev_mode: true } : {}),
    });
  })
  .post('/webhook', async (c) => {
    const signature = c.req.header('stripe-signature');
    const outcome = await receiveWebhook(c.var.deps, { bytes: await c.req.arrayBuffer(), signature });
    c.set('outcome', outcome);
    return c.json({ received: true });
  });
