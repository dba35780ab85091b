import * as v from 'valibot';
import type { Contracts } from '../http/contract.ts';
import { ProposalParam } from '../schemas.ts';
import { ActivityPage, SentLink } from './answer-schemas.ts';
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
            booking: null,
          },
        ],
        next_cursor: null,
      },
    },
    problems: ['invalid_request', 'invalid_proposal_id', 'proposal_not_found'],
  },
  'GET /proposals/:proposal_id/links': {
    id: 'listLinks',
    tag: 'Proposals',
    summary: 'List the links that were sent',
    description: 'The last 20, newest first: to whom, when, whether it was opened, and what became of it.',
    permission: 'activity:read',
    path: ProposalParam,
    example: { path: { proposal_id: '7' } },
    answer: {
      status: 200,
      description: 'The links.',
      body: v.object({ data: v.array(SentLink) }),
      example: {
        data: [
          {
            sent_at: '2026-11-26T09:00:00.000Z',
            sent_by: 'admin@example.com',
            version: 1,
            mailed: true,
            to: 'ada@example.com',
            state: 'open',
            opened_at: '2026-11-26T10:00:00.000Z',
            ends_at: '2027-05-25T10:00:00.000Z',
          },
        ],
      },
    },
    problems: ['invalid_request', 'invalid_proposal_id', 'proposal_not_found'],
  },
} as const satisfies Contracts;
