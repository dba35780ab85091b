import { Hono } from 'hono';
import type { AppEnv } from '../http/context.ts';
import { limitBody } from '../http/limit-body.ts';
import { receiveWebhook } from './receive-webhook.ts';

export const webhookRoutes = new Hono<AppEnv>().post('/webhook', limitBody, async (c) => {
  const signature = c.req.header('stripe-signature');
  const outcome = await receiveWebhook(c.var.deps, { bytes: await c.req.arrayBuffer(), signature });
  c.set('outcome', outcome);
  return c.json({ received: true });
});
