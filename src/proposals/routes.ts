import { Hono } from 'hono';
import { approvalOf } from '../domain/proposal.ts';
import { depositStatus, type Standing, standingOf, statusNow } from '../domain/standing.ts';
import { authenticate, authenticateStaff } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { IdempotencyHeader, ProposalParam } from '../schemas.ts';
import { approveProposal } from './approve-proposal.ts';
import { createProposal, type ProposalRow } from './create-proposal.ts';
import { getProposal, type ProposalDetails } from './get-proposal.ts';
import { listProposals, type ProposalSummary } from './list-proposals.ts';
import { recordView } from './record-view.ts';
import { reviseProposal } from './revise-proposal.ts';
import { revokeLinks } from './revoke-links.ts';
import { ApproveBody, CreateProposalBody, ListProposalsQuery, ReviseProposalBody } from './schemas.ts';
import { sendProposal } from './send-proposal.ts';
import { voidProposal } from './void-proposal.ts';

export const proposalRoutes = new Hono<AppEnv>()
  .post(
    '/',
    authenticateStaff,
    validate('header', IdempotencyHeader),
    validate('json', CreateProposalBody),
    async (c) => {
      const key = c.req.valid('header')['idempotency-key'];
      const row = await createProposal(c.var.deps, c.var.actor, c.req.valid('json'), key);
      return c.json(toBody(row), 201, { location: `/proposals/${row.id}` });
    },
  )
  .get('/', authenticateStaff, validate('query', ListProposalsQuery), async (c) => {
    const page = await listProposals(c.var.deps, c.var.actor, c.req.valid('query'));
    return c.json({ data: page.data.map(toSummary), next_cursor: page.nextCursor });
  })
  .get('/:proposal_id', authenticate, validate('param', ProposalParam), async (c) => {
    const { proposal_id: proposalId } = c.req.valid('param');
    const { deps, actor } = c.var;
    const details = await getProposal(deps, actor, proposalId);
    return c.json(toDetailsBody(details, standingOf(details.proposal, deps.now())));
  })
  .patch(
    '/:proposal_id',
    authenticateStaff,
    validate('param', ProposalParam),
    validate('json', ReviseProposalBody),
    async (c) => {
      const { proposal_id: proposalId } = c.req.valid('param');
      const row = await reviseProposal(c.var.deps, c.var.actor, proposalId, c.req.valid('json'));
      return c.json(toBody(row));
    },
  )
  .post('/:proposal_id/void', authenticateStaff, validate('param', ProposalParam), async (c) => {
    const { proposal_id: proposalId } = c.req.valid('param');
    const proposal = await voidProposal(c.var.deps, c.var.actor, proposalId);
    return c.json({ id: proposalId, status: statusNow(proposal), version: proposal.version });
  })
  .post('/:proposal_id/send', authenticateStaff, validate('param', ProposalParam), async (c) => {
    const { proposal_id: proposalId } = c.req.valid('param');
    const { portalUrl, expiresAt } = await sendProposal(c.var.deps, c.var.actor, proposalId);
    return c.json({ portal_url: portalUrl, expires_at: expiresAt.toISOString() });
  })
  .post('/:proposal_id/links/revoke', authenticateStaff, validate('param', ProposalParam), async (c) => {
    await revokeLinks(c.var.deps, c.var.actor, c.req.valid('param').proposal_id);
    return c.json({ revoked: true });
  })
  .post('/:proposal_id/view', authenticate, validate('param', ProposalParam), async (c) => {
    await recordView(c.var.deps, c.var.actor, c.req.valid('param').proposal_id);
    return c.json({ viewed: true });
  })
  .post(
    '/:proposal_id/approve',
    authenticate,
    validate('param', ProposalParam),
    validate('json', ApproveBody),
    async (c) => {
      const { proposal_id: proposalId } = c.req.valid('param');
      const approval = { proposalId, ...c.req.valid('json'), ip: clientAddress(c) };
      const proposal = await approveProposal(c.var.deps, c.var.actor, approval);
      const { version, approval: approved } = proposal;
      return c.json({
        id: proposalId,
        status: statusNow(proposal),
        version,
        approved_by: approved.name,
        approved_at: approved.at.toISOString(),
      });
    },
  );

function toBody({ lineItems, ...row }: ProposalRow) {
  return { ...toSummary(row), line_items: lineItems };
}

function toSummary(row: ProposalSummary) {
  return {
    id: row.id,
    org_id: row.orgId,
    lead_id: row.leadId,
    title: row.title,
    customer_name: row.customerName,
    customer_email: row.customerEmail,
    currency: row.currency,
    total_cents: row.totalCents,
    version: row.version,
    status: row.status,
    created_at: row.createdAt.toISOString(),
  };
}

function toDetailsBody({ row, orgName, proposal }: ProposalDetails, standing: Standing) {
  const approval = approvalOf(proposal);
  return {
    ...toBody(row),
    status: standing.status,
    org_name: orgName,
    deposit_cents: standing.depositCents,
    deposit_status: depositStatus(proposal, standing),
    approved_by: approval?.name ?? null,
    approved_at: approval?.at.toISOString() ?? null,
    paid_cents: standing.paidCents,
    paid_at: proposal.payments[0]?.at.toISOString() ?? null,
    refunded_cents: standing.refundedCents,
    due_cents: standing.dueCents,
  };
}
