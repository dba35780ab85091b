import * as v from 'valibot';
import { auditActions } from '../db/schema.ts';
import { type Contracts, Id, pageOf, Time } from '../http/contract.ts';
import { AuditQuery } from './schemas.ts';

const AuditEntry = v.object({
  id: Id,
  action: v.picklist(auditActions),
  user_id: v.pipe(Id, v.description('Who did it; for a sign-in that failed, whose account it was.')),
  email: v.pipe(v.nullable(v.string()), v.description('Theirs, if they still have an account here.')),
  about: v.pipe(v.nullable(v.string()), v.description('Whom or what it was done to.')),
  ip: v.nullable(v.string()),
  count: v.pipe(
    v.nullable(v.pipe(v.number(), v.safeInteger())),
    v.description('How many sign-ins failed in that hour; null for all else.'),
  ),
  created_at: Time,
});

export const auditContracts = {
  'GET /audit': {
    id: 'listAudit',
    tag: 'Team',
    summary: 'List what people did beside proposals',
    description:
      'Sign-ins, proofs, sessions, passwords, second factors, invitations, roles and settings, newest first.',
    permission: 'audit:read',
    query: AuditQuery,
    example: { query: { action: 'invited' } },
    answer: {
      status: 200,
      description: 'A page of entries.',
      body: pageOf(AuditEntry),
      example: {
        data: [
          {
            id: 7,
            action: 'invited',
            user_id: 1,
            email: 'admin@example.com',
            about: 'grace@example.com: staff',
            ip: '203.0.113.7',
            count: null,
            created_at: '2026-11-26T09:00:00.000Z',
          },
        ],
        next_cursor: null,
      },
    },
    problems: ['invalid_request'],
  },
} as const satisfies Contracts;

export const auditComponents = { AuditEntry };
