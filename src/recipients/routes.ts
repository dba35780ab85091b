import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { AppError } from '../errors.ts';
import { authenticateStaff } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { limitBody } from '../http/limit-body.ts';
import { validate } from '../http/validate.ts';
import { decodeText } from '../json.ts';
import { ProposalParam } from '../schemas.ts';
import { brokenPage, pagePolicy, stopPage, stoppedPage } from './pages.ts';
import { recordReport } from './record-report.ts';
import { requestLink } from './request-link.ts';
import { MailParam, RemindersQuery } from './schemas.ts';
import { sendAgain } from './send-again.ts';
import { stopReminders } from './stop-reminders.ts';

/** What recipients and their mail servers answer. It is no page of the portal's, and no program of ours asks for it. */
export const mailRoutes = new Hono<AppEnv>()
  .post('/webhook', limitBody, async (c) => {
    const { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature } = c.req.header();
    await recordReport(c.var.deps, decodeText(await c.req.arrayBuffer()), { id, timestamp, signature });
    return c.json({ received: true as const });
  })
  .use('/reminders', secureHeaders({ contentSecurityPolicy: pagePolicy, referrerPolicy: 'no-referrer' }))
  .get('/reminders', validate('query', RemindersQuery), async (c) => {
    const { tokens, now } = c.var.deps;
    const known = await orNull(tokens.parseReminders(c.req.valid('query').token, now()));
    return known ? c.html(stopPage()) : c.html(brokenPage(), 400);
  })
  .post('/reminders', limitBody, validate('query', RemindersQuery), async (c) => {
    const isStopped = await orNull(stopReminders(c.var.deps, c.req.valid('query').token).then(() => true));
    return isStopped ? c.html(stoppedPage()) : c.html(brokenPage(), 400);
  });

/** Null where a token does not count: a person reads the answer. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('token_')) return null;
    throw error;
  }
}

/** What the portal's pages ask about mails. */
export const recipientRoutes = new Hono<AppEnv>()
  .post('/:proposal_id/links/request', validate('param', ProposalParam), async (c) => {
    await requestLink(c.var.deps, c.req.valid('param').proposal_id, clientAddress(c));
    return c.json({ requested: true as const }, 202);
  })
  .post(
    '/:proposal_id/mails/:mail_id/send_again',
    authenticateStaff,
    validate('param', MailParam),
    async (c) => {
      const { proposal_id: proposalId, mail_id: mailId } = c.req.valid('param');
      await sendAgain(c.var.deps, c.var.actor, proposalId, mailId);
      return c.json({ queued: true as const }, 202);
    },
  );
