import { Hono } from 'hono';
import { standingOf, statusNow } from '../domain/standing.ts';
import { authenticate, authenticateStaff } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { optionalBody } from '../http/optional-body.ts';
import { validate } from '../http/validate.ts';
import { IdempotencyHeader, ProposalParam } from '../schemas.ts';
import { approveProposal } from './approve-proposal.ts';
import { createProposal } from './create-proposal.ts';
import { declineProposal } from './decline-proposal.ts';
import { duplicateProposal } from './duplicate-proposal.ts';
import { getProposal } from './get-proposal.ts';
import { listProposals } from './list-proposals.ts';
import { recordView } from './record-view.ts';
import { reviseProposal } from './revise-proposal.ts';
import { revokeLinks } from './revoke-links.ts';
import {
  ApproveBody,
  CreateProposalBody,
  DeclineBody,
  ListProposalsQuery,
  ReviseProposalBody,
  SendBody,
  ViewBody,
} from './schemas.ts';
import { sendProposal } from './send-proposal.ts';
import { toDetailsBody, toSummary } from './to-body.ts';
import { voidProposal } from './void-proposal.ts';

export const proposalRoutes = new Hono<AppEnv>()
  .post(
    '/',
    authenticateStaff,
    validate('header', IdempotencyHeader),
    validate('json', CreateProposalBody),
    async (c) => {
      const key = c.req.valid('header')['idempotency-key'];
      const made = await createProposal(c.var.deps, c.var.actor, c.req.valid('json'), key);
      return c.json(toDetailsBody(made, c.var.deps.now()), 201, { location: `/proposals/${made.row.id}` });
    },
  )
  .get('/', authenticateStaff, validate('query', ListProposalsQuery), async (c) => {
    const page = await listProposals(c.var.deps, c.var.actor, c.req.valid('query'));
    const now = c.var.deps.now();
    const data = page.data.map(({ row, proposal }) => toSummary(row, proposal, standingOf(proposal, now)));
    return c.json({ data, next_cursor: page.nextCursor });
  })
  .get('/:proposal_id', authenticate, validate('param', ProposalParam), async (c) => {
    const { proposal_id: proposalId } = c.req.valid('param');
    const { deps, actor } = c.var;
    const details = await getProposal(deps, actor, proposalId);
    return c.json(toDetailsBody(details, deps.now()));
  })
  .patch(
    '/:proposal_id',
    authenticateStaff,
    validate('param', ProposalParam),
    validate('json', ReviseProposalBody),
    async (c) => {
      const { proposal_id: proposalId } = c.req.valid('param');
      const revised = await reviseProposal(c.var.deps, c.var.actor, proposalId, c.req.valid('json'));
      return c.json(toDetailsBody(revised, c.var.deps.now()));
    },
  )
  .post('/:proposal_id/void', authenticateStaff, validate('param', ProposalParam), async (c) => {
    const { proposal_id: proposalId } = c.req.valid('param');
    const proposal = await voidProposal(c.var.deps, c.var.actor, proposalId);
    return c.json({ id: proposalId, status: statusNow(proposal), version: proposal.version });
  })
  .post(
    '/:proposal_id/send',
    authenticateStaff,
    validate('param', ProposalParam),
    optionalBody,
    validate('json', SendBody),
    async (c) => {
      const { proposal_id: proposalId } = c.req.valid('param');
      const { mail = true } = c.req.valid('json');
      const sent = await sendProposal(c.var.deps, c.var.actor, proposalId, mail);
      const { portalUrl, expiresAt, isMailed } = sent;
      return c.json({ portal_url: portalUrl, expires_at: expiresAt.toISOString(), mailed: isMailed });
    },
  )
  .post('/:proposal_id/links/revoke', authenticateStaff, validate('param', ProposalParam), async (c) => {
    await revokeLinks(c.var.deps, c.var.actor, c.req.valid('param').proposal_id);
    return c.json({ revoked: true });
  })
  .post(
    '/:proposal_id/view',
    authenticate,
    validate('param', ProposalParam),
    optionalBody,
    validate('json', ViewBody),
    async (c) => {
      const { proposal_id: proposalId } = c.req.valid('param');
      await recordView(c.var.deps, c.var.actor, proposalId, c.req.valid('json'));
      return c.json({ viewed: true });
    },
  )
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
  )
  .post(
    '/:proposal_id/decline',
    authenticate,
    validate('param', ProposalParam),
    validate('json', DeclineBody),
    async (c) => {
      const { proposal_id: proposalId } = c.req.valid('param');
      const proposal = await declineProposal(c.var.deps, c.var.actor, proposalId, c.req.valid('json'));
      return c.json({ id: proposalId, status: statusNow(proposal), version: proposal.version });
    },
  )
  .post(
    '/:proposal_id/duplicate',
    authenticateStaff,
    validate('param', ProposalParam),
    validate('header', IdempotencyHeader),
    async (c) => {
      const key = c.req.valid('header')['idempotency-key'];
      const { deps, actor } = c.var;
      const made = await duplicateProposal(deps, actor, c.req.valid('param').proposal_id, key);
      return c.json(toDetailsBody(made, deps.now()), 201, { location: `/proposals/${made.row.id}` });
    },
  );
