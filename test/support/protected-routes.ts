/** Every route that asks for a token, and whom it lets in. */
export const protectedRoutes = [
  { route: 'GET /auth/me', customer: false },
  { route: 'POST /leads', customer: false },
  { route: 'GET /leads', customer: false },
  { route: 'POST /proposals', customer: false },
  { route: 'GET /proposals', customer: false },
  { route: 'GET /proposals/1', customer: true },
  { route: 'PATCH /proposals/1', customer: false },
  { route: 'POST /proposals/1/void', customer: false },
  { route: 'POST /proposals/1/send', customer: false },
  { route: 'POST /proposals/1/approve', customer: true },
  { route: 'GET /proposals/1/activity', customer: false },
  { route: 'POST /payments/checkout_session', customer: true },
  { route: 'GET /payments/sessions/cs_1', customer: true },
  { route: 'GET /reports/numbers', customer: false },
  { route: 'GET /reports/attention', customer: false },
  { route: 'POST /metrics/rebuild', customer: false },
] as const;

/** Every route that asks for none, or for another kind. */
export const openRoutes = [
  'POST /auth/login',
  'POST /payments/webhook',
  'GET /metrics',
  'GET /healthz',
  'GET /readyz',
] as const;
