import type { GenericSchema } from 'valibot';
import { LoginBody } from '../src/auth/schemas.ts';
import type { ErrorCode } from '../src/errors.ts';
import { CreateLeadBody } from '../src/leads/schemas.ts';
import { CheckoutInput, SessionParam } from '../src/payments/schemas.ts';
import {
  ApproveBody,
  CreateProposalBody,
  ListProposalsQuery,
  ReviseProposalBody,
} from '../src/proposals/schemas.ts';
import { NumbersQuery } from '../src/reports/schemas.ts';
import { ProposalParam } from '../src/schemas.ts';

/** What a route is for, what it takes and what it may answer. Problems that all such routes share are not repeated. */
export type Operation = {
  summary: string;
  /** Who may call it. If this is missing, anyone may. */
  bearer?: 'staff' | 'staff or the link of the proposal' | 'METRICS_TOKEN';
  params?: GenericSchema;
  query?: GenericSchema;
  body?: GenericSchema | 'event';
  header?: string;
  cursor?: true;
  success: [status: number, description: string, contentType?: string];
  problems?: ErrorCode[];
  /** A static file, served without the Worker. */
  file?: true;
};

const oneProposal = { params: ProposalParam } as const;

/** Every route. */
export const operations: Record<string, Operation> = {
  'POST /auth/login': {
    summary: 'Sign in as staff.',
    body: LoginBody,
    success: [200, '{access_token, token_type: "bearer", expires_in (seconds)}'],
    problems: ['invalid_request', 'invalid_credentials', 'rate_limited'],
  },
  'GET /auth/me': {
    summary: 'Who the token says one is.',
    bearer: 'staff',
    success: [200, '{user_id, org_id, email, role, org_name, currency, deposit_percent}'],
  },
  'POST /leads': {
    summary: 'Create a lead. The same Idempotency-Key and body are the same lead.',
    bearer: 'staff',
    header: 'Idempotency-Key',
    body: CreateLeadBody,
    success: [201, 'The lead: {id, name, email, phone, source}'],
    problems: ['invalid_request'],
  },
  'GET /leads': {
    summary: "The org's leads, newest first.",
    bearer: 'staff',
    cursor: true,
    success: [200, '{data: leads, next_cursor}'],
    problems: ['invalid_request'],
  },
  'POST /proposals': {
    summary:
      'Create a draft; its total is the sum of its line items, in minor units of the org’s currency. The same Idempotency-Key and body are the same proposal.',
    bearer: 'staff',
    header: 'Idempotency-Key',
    body: CreateProposalBody,
    success: [201, 'The proposal'],
    problems: ['invalid_request', 'invalid_amount'],
  },
  'GET /proposals': {
    summary:
      "The org's proposals, newest first; those of a status, or with a text in title, name or address.",
    bearer: 'staff',
    query: ListProposalsQuery,
    success: [200, '{data: proposals, next_cursor}'],
    problems: ['invalid_request'],
  },
  'GET /proposals/{proposal_id}': {
    summary:
      "One proposal with its org's name, its approval, its deposit and how that stands. A customer's look is logged once an hour.",
    bearer: 'staff or the link of the proposal',
    ...oneProposal,
    success: [
      200,
      'The proposal, org_name, deposit_cents, due_cents (what whoever pays now is asked for), deposit_status (unpaid, pending, failed or paid), approved_by, approved_at, paid_cents, paid_at, refunded_cents',
    ],
    problems: ['invalid_proposal_id', 'proposal_not_found'],
  },
  'PATCH /proposals/{proposal_id}': {
    summary:
      'Change what is given of the proposal: a new version, to be approved anew. `version`, if given, must be the current one.',
    bearer: 'staff',
    ...oneProposal,
    body: ReviseProposalBody,
    success: [200, 'The proposal'],
    problems: [
      'invalid_request',
      'invalid_proposal_id',
      'invalid_amount',
      'proposal_not_found',
      'proposal_void',
      'already_paid',
      'payment_pending',
      'version_conflict',
    ],
  },
  'POST /proposals/{proposal_id}/void': {
    summary: 'Take the proposal back for good. What was paid must have been refunded.',
    bearer: 'staff',
    ...oneProposal,
    success: [200, '{id, status, version}'],
    problems: ['invalid_proposal_id', 'proposal_not_found', 'already_paid'],
  },
  'POST /proposals/{proposal_id}/send': {
    summary: 'A link that opens the proposal without an account, its token in the URL fragment.',
    bearer: 'staff',
    ...oneProposal,
    success: [200, '{portal_url, expires_at}'],
    problems: ['invalid_proposal_id', 'proposal_not_found', 'proposal_void'],
  },
  'POST /proposals/{proposal_id}/approve': {
    summary: 'Approve this version of the proposal.',
    bearer: 'staff or the link of the proposal',
    ...oneProposal,
    body: ApproveBody,
    success: [200, '{id, status, version, approved_by, approved_at}'],
    problems: [
      'invalid_request',
      'invalid_proposal_id',
      'proposal_not_found',
      'proposal_void',
      'version_conflict',
      'already_approved',
    ],
  },
  'GET /proposals/{proposal_id}/activity': {
    summary: 'What happened to the proposal, newest first.',
    bearer: 'staff',
    ...oneProposal,
    cursor: true,
    success: [200, '{data: entries of the activity log, next_cursor}'],
    problems: ['invalid_request', 'invalid_proposal_id', 'proposal_not_found'],
  },
  'POST /payments/checkout_session': {
    summary:
      'Begin to pay the deposit: the session that is open, else a new one. The input may be a JSON body too.',
    bearer: 'staff or the link of the proposal',
    query: CheckoutInput,
    success: [200, '{checkout_url, session_id, deposit_cents, total_cents}, and dev_mode: true in dev mode'],
    problems: [
      'malformed_json',
      'body_too_large',
      'invalid_proposal_id',
      'invalid_amount',
      'proposal_not_found',
      'proposal_not_approved',
      'proposal_void',
      'already_paid',
      'payment_pending',
      'amount_mismatch',
      'version_conflict',
      'checkout_open',
      'stripe_refused',
      'stripe_failed',
      'stripe_rate_limited',
      'stripe_timeout',
    ],
  },
  'GET /payments/sessions/{session_id}': {
    summary:
      'What has become of a session: open, pending, paid, failed or expired. Asks Stripe where the log does not know.',
    bearer: 'staff or the link of the proposal',
    params: SessionParam,
    success: [
      200,
      '{session_id, proposal_id, proposal_status, status, payment_status (paid or unpaid), deposit_cents, total_cents, currency}',
    ],
    problems: [
      'invalid_request',
      'session_not_found',
      'stripe_failed',
      'stripe_rate_limited',
      'stripe_timeout',
    ],
  },
  'POST /payments/webhook': {
    summary: 'For Stripe: one event, signed in Stripe-Signature.',
    body: 'event',
    success: [200, '{received: true}'],
    problems: ['invalid_signature', 'invalid_event', 'wrong_livemode'],
  },
  'GET /reports/numbers': {
    summary:
      'What the last days came to: payments, revenue, average deposit, refunds, disputes, funnel, velocity, and each day.',
    bearer: 'staff',
    query: NumbersQuery,
    success: [
      200,
      '{payments, revenue_cents, average_deposit_cents, refunded_cents, disputes, funnel: {leads, sent, viewed, approved, paid}, velocity_seconds: {p50, p90}, days: [{date, payments, revenue_cents}]}',
    ],
    problems: ['invalid_request'],
  },
  'GET /reports/attention': {
    summary: 'What somebody should look at: anomalies, open disputes, money that no proposal claims.',
    bearer: 'staff',
    success: [200, '{anomalies, disputes, unattributed}'],
  },
  'GET /metrics': {
    summary: 'The sums over the activity log, for Prometheus. Open in development.',
    bearer: 'METRICS_TOKEN',
    success: [200, 'Text format 0.0.4', 'text/plain'],
  },
  'POST /metrics/rebuild': {
    summary: 'Fold the sums anew, from the beginning of the activity log. For admins.',
    bearer: 'staff',
    success: [202, '{rebuilding: true}: until it is done, a scrape is a 503'],
  },
  'GET /healthz': { summary: 'Whether the Worker runs.', success: [200, '{status: "ok"}'] },
  'GET /readyz': {
    summary: 'Whether the database and every shard can be reached.',
    success: [200, '{status: "ok"}'],
  },
  'GET /openapi.json': { summary: 'This document.', success: [200, 'OpenAPI 3.1'], file: true },
  'GET /docs': { summary: 'This document, to read.', success: [200, 'A page', 'text/html'], file: true },
};
