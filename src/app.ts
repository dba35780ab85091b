import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { auditRoutes } from './audit/routes.ts';
import { authRoutes } from './auth/routes.ts';
import { bookingRoutes, bookkeepingRoutes } from './bookkeeping/routes.ts';
import { Deps } from './deps.ts';
import { AppError } from './errors.ts';
import { answerInTime } from './http/answer-in-time.ts';
import type { AppEnv } from './http/context.ts';
import { hashedFiles } from './http/hashed-files.ts';
import { limitBody } from './http/limit-body.ts';
import { localOnly } from './http/local-only.ts';
import { pageForPeople } from './http/page-for-people.ts';
import { portalCors } from './http/portal-cors.ts';
import { problem, toAppError } from './http/problem.ts';
import { requestLog } from './http/request-log.ts';
import { leadRoutes } from './leads/routes.ts';
import { healthRoutes } from './operations/health-routes.ts';
import { metricsRoutes } from './operations/metrics-routes.ts';
import { logoRoutes } from './orgs/logo-routes.ts';
import { orgRoutes } from './orgs/routes.ts';
import { byHandRoutes } from './payments/by-hand-routes.ts';
import { paymentRoutes } from './payments/routes.ts';
import { webhookRoutes } from './payments/webhook-routes.ts';
import { activityRoutes } from './proposals/activity-routes.ts';
import { proposalRoutes } from './proposals/routes.ts';
import { mailRoutes, recipientRoutes } from './recipients/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import { teamRoutes } from './team/routes.ts';

const base = new Hono<AppEnv>();

base.onError((error, c) => problem(c, toAppError(error)));
base.notFound((c) => {
  c.set('isUnknownRoute', true);
  return problem(c, new AppError('route_not_found', 'There is no such route.'));
});

export const app = base
  .use('/assets/*', hashedFiles)
  .use(requestId({ headerName: '' })) // never the caller's, which could put anything into the log
  .use(requestLog)
  .use(async (c, next) => {
    await next();
    // Answers hold tokens and personal data (RFC 9111, 5.2.2.5), but for those that say otherwise.
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  })
  .use(pageForPeople)
  .use(async (c, next) => {
    c.set('deps', new Deps(c.env, c.executionCtx));
    await next();
  })
  .use(localOnly)
  // Before the middleware that only the portal's pages need: Stripe posts more requests than all others together.
  .route('/payments', webhookRoutes)
  .route('/mail', mailRoutes)
  .route('/logos', logoRoutes)
  .use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }))
  .use(portalCors)
  .use(
    methodNotAllowed({
      app: base,
      onMethodNotAllowed: (c, methods) => {
        const allow = methods.join(', ');
        return problem(c, new AppError('method_not_allowed', `Allowed here: ${allow}.`), { allow });
      },
    }),
  )
  .use(limitBody)
  .use(answerInTime)
  .route('/', healthRoutes)
  .route('/auth', authRoutes)
  .route('/org', orgRoutes)
  .route('/team', teamRoutes)
  .route('/audit', auditRoutes)
  .route('/leads', leadRoutes)
  .route('/proposals', proposalRoutes)
  .route('/proposals', activityRoutes)
  .route('/proposals', byHandRoutes)
  .route('/proposals', recipientRoutes)
  .route('/proposals', bookingRoutes)
  .route('/quickbooks', bookkeepingRoutes)
  .route('/payments', paymentRoutes)
  .route('/reports', reportRoutes)
  .route('/metrics', metricsRoutes);

/** The routes with their inputs and outputs, for Hono's typed client. */
export type AppType = typeof app;
