import type { Contracts } from '../http/contract.ts';
import { ProposalParam } from '../schemas.ts';
import { ActivityPage } from './answer-schemas.ts';
import { ListActivityQuery } from './schemas.ts';

export const activityContracts = {
  'GET /proposals/:proposal_id/activity': {
    id: 'listActivity',
    tag: 'Proposals',
    summary: 'List what happened to a proposal',
    description: 'Entries of the activity log, newest first.',
    permission: 'activity:read',
    path: ProposalParam,
    query: ListActivityQuery,
    example: { path: { proposal_id: '7' } },
    answer: {
      status: 200,
      description: 'A page of entries.',
      body: ActivityPage,
      example: {
        data: [
          {
            ...{ id: 12, org_id: 1, proposal_id: 7, seq: 1, event: 'sent' },
            meta: { version: 1, expires_at: '2026-12-26T09:00:00.000Z', user_id: 1 },
            ...{ actor: 'staff', created_at: '2026-11-26T09:00:00.000Z' },
          },
        ],
        next_cursor: null,
      },
    },
    problems: ['invalid_request', 'invalid_proposal_id', 'proposal_not_found'],
  },
} as const satisfies Contracts;
