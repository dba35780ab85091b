import type { Contracts } from '../http/contract.ts';
import { ProposalParam } from '../schemas.ts';
import { ActivityPage } from './answer-schemas.ts';
import { ListActivityQuery } from './schemas.ts';

export const activityContracts = {
  'GET /proposals/:proposal_id/activity': {
    id: 'listActivity',
    tag: 'Proposals',
    summary: 'List what happened to a proposal',
    description:
      'Entries of the activity log, newest first, with what each owes (a mail) and what became of that.',
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
            id: 12,
            org_id: 1,
            proposal_id: 7,
            seq: 1,
            event: 'sent',
            meta: { version: 1, expires_at: '2026-12-26T09:00:00.000Z', mail: true, user_id: 1 },
            actor: 'staff',
            created_at: '2026-11-26T09:00:00.000Z',
            owed: [
              {
                id: '0b8f3a52-3c1e-4f0a-9a6b-2f1de1c4a111',
                channel: 'mail',
                kind: 'link',
                user_id: null,
                state: 'delivered',
                reason: null,
                due_at: '2026-11-26T09:00:00.000Z',
                ended_at: '2026-11-26T09:00:02.000Z',
              },
            ],
          },
        ],
        next_cursor: null,
      },
    },
    problems: ['invalid_request', 'invalid_proposal_id', 'proposal_not_found'],
  },
} as const satisfies Contracts;
