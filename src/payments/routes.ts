import { Hono } from 'hono';
import { validator } from 'hono/validator';
import { statusNow } from '../domain/standing.ts';
import { authenticate } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { parseInput, validate } from '../http/validate.ts';
import { parseJson } from '../json.ts';
import { beginCheckout } from './begin-checkout.ts';
import { getSession } from './get-session.ts';
import { CheckoutInput, SessionParam } from './schemas.ts';

/** The input comes in the query or in a JSON body, in the same form. */
const checkoutInput = validator('query', async (query, c) => {
  const isJson = c.req.header('content-type')?.toLowerCase().startsWith('application/json');
  const body = isJson ? await c.req.text() : '';
  return parseInput(CheckoutInput, body === '' ? query : parseJson(body));
});

export const paymentRoutes = new Hono<AppEnv>()
  .post('/checkout_session', authenticate, checkoutInput, async (c) => {
    const { proposal_id: proposalId, amount_dollars: amountDollars, pay = 'due' } = c.req.valid('query');
    const checkout = await beginCheckout(c.var.deps, c.var.actor, { proposalId, amountDollars, pay });
    return c.json({
      checkout_url: checkout.url,
      session_id: checkout.sessionId,
      deposit_cents: checkout.depositCents,
      total_cents: checkout.totalCents,
      amount_cents: checkout.amountCents,
      ...(checkout.devMode ? { dev_mode: true } : {}),
    });
  })
  .get('/sessions/:session_id', authenticate, validate('param', SessionParam), async (c) => {
    const { session_id: sessionId } = c.req.valid('param');
    const { proposal, checkout, status } = await getSession(c.var.deps, c.var.actor, sessionId);
    return c.json({
      session_id: sessionId,
      proposal_id: proposal.id,
      proposal_status: statusNow(proposal),
      status,
      payment_status: status === 'paid' ? 'paid' : 'unpaid',
      deposit_cents: checkout.depositCents,
      total_cents: checkout.totalCents,
      amount_cents: checkout.amountCents,
      currency: checkout.currency,
    });
  });
