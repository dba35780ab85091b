import * as v from 'valibot';
import type { Contracts } from '../http/contract.ts';
import { ProposalParam } from '../schemas.ts';
import { MailParam, RemindersQuery } from './schemas.ts';

const MailEvent = v.pipe(
  v.objectWithRest({ type: v.string(), data: v.record(v.string(), v.unknown()) }, v.unknown()),
  v.description('An event as Resend sends it: https://resend.com/docs/webhooks/event-types'),
);

/** What a person, or a mail program, asks by the token in a reminder, and the page that answers. */
const remindersPage = {
  query: RemindersQuery,
  example: { query: { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' } },
  answer: {
    status: 200,
    description: 'A page.',
    body: v.string(),
    mediaTypes: ['text/html; charset=UTF-8'],
    example: '<!doctype html>',
  },
} as const;

export const recipientContracts = {
  'POST /mail/webhook': {
    id: 'receiveMailEvent',
    tag: 'Mail',
    summary: 'Receive an event from Resend',
    description:
      'Signed in svix-signature. Delivered, bounced and complained are recorded; others are received, and change nothing.',
    permission: 'resend_signature',
    body: MailEvent,
    example: { body: { type: 'email.delivered', data: { email_id: 'a1', to: ['ada@example.org'] } } },
    answer: {
      status: 200,
      description: 'It is recorded.',
      body: v.object({ received: v.literal(true) }),
      example: { received: true },
    },
    problems: ['invalid_signature', 'invalid_event'],
  },
  'GET /mail/reminders': {
    id: 'askToStopReminders',
    tag: 'Mail',
    summary: 'Show a button that ends the reminders',
    description: 'The link in a reminder. Opening it changes nothing.',
    permission: 'public',
    ...remindersPage,
    problems: ['invalid_request'],
  },
  'POST /mail/reminders': {
    id: 'stopReminders',
    tag: 'Mail',
    summary: 'End the reminders',
    description: 'What the button does, and a mail program by List-Unsubscribe-Post (RFC 8058).',
    permission: 'public',
    ...remindersPage,
    problems: ['invalid_request', 'rate_limited'],
  },
  'POST /proposals/:proposal_id/links/request': {
    id: 'requestLink',
    tag: 'Mail',
    summary: 'Have a new link mailed to the customer',
    description:
      'To the address on file, once a proposal and hour, where there is one to mail to. The answer is always the same.',
    permission: 'public',
    path: ProposalParam,
    example: { path: { proposal_id: '7' } },
    answer: {
      status: 202,
      description: 'It is mailed, if there is such a proposal.',
      body: v.object({ requested: v.literal(true) }),
      example: { requested: true },
    },
    problems: ['invalid_proposal_id', 'rate_limited'],
  },
  'POST /proposals/:proposal_id/mails/:mail_id/send_again': {
    id: 'sendMailAgain',
    tag: 'Mail',
    summary: 'Send a mail again',
    description: 'One that has ended, whatever became of it. A second request changes nothing.',
    permission: 'proposals:write',
    path: MailParam,
    example: { path: { proposal_id: '7', mail_id: '0b8f3a52-3c1e-4f0a-9a6b-2f1de1c4a111' } },
    answer: {
      status: 202,
      description: 'It is owed again.',
      body: v.object({ queued: v.literal(true) }),
      example: { queued: true },
    },
    problems: ['invalid_request', 'invalid_proposal_id', 'mail_not_found', 'mail_under_way', 'mail_off'],
  },
} as const satisfies Contracts;

export const recipientComponents = { MailEvent };
