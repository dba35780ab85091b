import type { Contracts } from '../http/contract.ts';
import { IdempotencyHeader, ProposalParam } from '../schemas.ts';
import {
  Approval,
  LinksRevoked,
  PortalLink,
  Proposal,
  ProposalDetails,
  ProposalPage,
  Viewed,
  Voided,
} from './answer-schemas.ts';
import { ApproveBody, CreateProposalBody, ListProposalsQuery, ReviseProposalBody } from './schemas.ts';

const terms = {
  title: 'Kitchen renovation',
  customer_name: 'Ada Lovelace',
  customer_email: 'ada@example.com',
  line_items: [{ description: 'Cabinets', quantity: 3, unit_price_cents: 525_000 }],
};
const row = {
  ...{ id: 7, org_id: 1, lead_id: null, ...terms, currency: 'usd', total_cents: 1_575_000 },
  ...{ version: 1, status: 'draft', created_at: '2026-11-26T09:00:00.000Z' },
};
const { line_items: _, ...summary } = row;
const path = { proposal_id: '7' };

export const proposalContracts = {
  'POST /proposals': {
    id: 'createProposal',
    tag: 'Proposals',
    summary: 'Create a draft',
    description:
      'Its total is the sum of its line items, in the org’s currency. The same Idempotency-Key with the same body is the same proposal.',
    permission: 'proposals:write',
    headers: IdempotencyHeader,
    body: CreateProposalBody,
    example: { headers: { 'idempotency-key': '8f14e45f' }, body: terms },
    answer: {
      status: 201,
      description: 'The proposal.',
      body: Proposal,
      headers: { Location: 'The path of the proposal.' },
      example: row,
    },
    problems: ['invalid_request', 'invalid_amount'],
  },
  'GET /proposals': {
    id: 'listProposals',
    tag: 'Proposals',
    summary: 'List proposals',
    description:
      "The org's proposals, newest first; those of a status, or with a text in their title or their customer's name or address.",
    permission: 'proposals:list',
    query: ListProposalsQuery,
    example: { query: { status: 'approved', q: 'kitchen' } },
    answer: {
      status: 200,
      description: 'A page of proposals.',
      body: ProposalPage,
      example: { data: [{ ...summary, status: 'approved' }], next_cursor: null },
    },
    problems: ['invalid_request'],
  },
  'GET /proposals/:proposal_id': {
    id: 'getProposal',
    tag: 'Proposals',
    summary: 'Read a proposal',
    description: 'With its approval, and how its deposit stands.',
    permission: 'proposals:read',
    path: ProposalParam,
    example: { path },
    answer: {
      status: 200,
      description: 'The proposal.',
      body: ProposalDetails,
      example: {
        ...row,
        ...{ status: 'approved', org_name: 'Acme Kitchens', deposit_cents: 472_500 },
        ...{ deposit_status: 'unpaid', approved_by: 'Ada Lovelace', approved_at: '2026-11-26T10:00:00.000Z' },
        ...{ paid_cents: 0, paid_at: null, refunded_cents: 0, due_cents: 472_500 },
      },
    },
    problems: ['invalid_proposal_id', 'proposal_not_found'],
  },
  'PATCH /proposals/:proposal_id': {
    id: 'reviseProposal',
    tag: 'Proposals',
    summary: 'Revise a proposal',
    description:
      'Makes a new version, which needs an approval of its own. Missing fields stay as they are. `version`, if given, must be the current one.',
    permission: 'proposals:write',
    path: ProposalParam,
    body: ReviseProposalBody,
    example: { path, body: { title: 'Kitchen and pantry', version: 1 } },
    answer: {
      status: 200,
      description: 'The proposal.',
      body: Proposal,
      example: { ...row, title: 'Kitchen and pantry', version: 2 },
    },
    problems: [
      'invalid_request',
      'invalid_proposal_id',
      'invalid_amount',
      'proposal_not_found',
      'proposal_void',
      'already_paid',
      'payment_pending',
      'version_conflict',
      'limit_reached',
    ],
  },
  'POST /proposals/:proposal_id/void': {
    id: 'voidProposal',
    tag: 'Proposals',
    summary: 'Void a proposal',
    description: 'For good. What was paid must have been refunded.',
    permission: 'proposals:write',
    path: ProposalParam,
    example: { path },
    answer: {
      status: 200,
      description: 'It is void.',
      body: Voided,
      example: { id: 7, status: 'void', version: 1 },
    },
    problems: ['invalid_proposal_id', 'proposal_not_found', 'already_paid'],
  },
  'POST /proposals/:proposal_id/send': {
    id: 'sendProposal',
    tag: 'Proposals',
    summary: 'Make a link for the customer',
    description: 'It opens the proposal without an account.',
    permission: 'proposals:write',
    path: ProposalParam,
    example: { path },
    answer: {
      status: 200,
      description: 'The link.',
      body: PortalLink,
      example: {
        portal_url: 'https://portal.example.com/proposal/7#token=eyJhbGciOiJIUzI1NiJ9.e30.abc',
        expires_at: '2026-12-26T09:00:00.000Z',
      },
    },
    problems: ['invalid_proposal_id', 'proposal_not_found', 'proposal_void', 'limit_reached'],
  },
  'POST /proposals/:proposal_id/links/revoke': {
    id: 'revokeLinks',
    tag: 'Proposals',
    summary: 'Withdraw the links',
    description:
      'Every link to the proposal that was handed out opens nothing any more. A corrected address of the customer does so too.',
    permission: 'proposals:write',
    path: ProposalParam,
    example: { path },
    answer: {
      status: 200,
      description: 'They are withdrawn.',
      body: LinksRevoked,
      example: { revoked: true },
    },
    problems: ['invalid_proposal_id', 'proposal_not_found'],
  },
  'POST /proposals/:proposal_id/view': {
    id: 'recordView',
    tag: 'Proposals',
    summary: 'Record that the customer looked at it',
    description:
      'The page says so when a person does something there. It counts once an hour; a look by staff does not count.',
    permission: 'proposals:view',
    path: ProposalParam,
    example: { path },
    answer: { status: 200, description: 'It is recorded.', body: Viewed, example: { viewed: true } },
    problems: ['invalid_proposal_id', 'proposal_not_found', 'limit_reached'],
  },
  'POST /proposals/:proposal_id/approve': {
    id: 'approveProposal',
    tag: 'Proposals',
    summary: 'Approve a version',
    permission: 'proposals:approve',
    path: ProposalParam,
    body: ApproveBody,
    example: { path, body: { name: 'Ada Lovelace', version: 1 } },
    answer: {
      status: 200,
      description: 'It is approved.',
      body: Approval,
      example: {
        ...{ id: 7, status: 'approved', version: 1 },
        ...{ approved_by: 'Ada Lovelace', approved_at: '2026-11-26T10:00:00.000Z' },
      },
    },
    problems: [
      'invalid_request',
      'invalid_proposal_id',
      'proposal_not_found',
      'proposal_void',
      'version_conflict',
      'already_approved',
      'limit_reached',
    ],
  },
} as const satisfies Contracts;
