import * as v from 'valibot';
import { audiences, type topics } from '../domain/notify.ts';
import { type Contracts, Currency, Money } from '../http/contract.ts';
import { aLetterhead, Letterhead } from './letterhead-schema.ts';
import { mediaTypes } from './logo.ts';
import { ChangeOrgBody, LogoParam } from './schemas.ts';

const Audience = v.picklist(audiences);

const Org = v.object({
  ...Letterhead.entries,
  currency: Currency,
  time_zone: v.string(),
  deposit: v.nullable(v.union([v.object({ percent: v.number() }), v.object({ amount_cents: Money })])),
  valid_days: v.pipe(
    v.nullable(v.pipe(v.number(), v.safeInteger())),
    v.description('How long a new offer is valid; null is without an end.'),
  ),
  pay_in_full: v.pipe(v.boolean(), v.description('Whether customers may pay all at once.')),
  terms: v.pipe(v.nullable(v.string()), v.description('What new proposals are offered with.')),
  next_steps: v.pipe(v.nullable(v.string()), v.description('What happens after a payment.')),
  reminder_days: v.pipe(
    v.array(v.pipe(v.number(), v.safeInteger())),
    v.description('After how many days customers are reminded.'),
  ),
  notify: v.pipe(
    v.object({
      viewed: Audience,
      approved: Audience,
      declined: Audience,
      paid: Audience,
      failed: Audience,
      refunded: Audience,
      disputed: Audience,
      anomaly: Audience,
      bounced: Audience,
    } satisfies Record<(typeof topics)[number], typeof Audience>),
    v.description('Who of the organization is mailed about what.'),
  ),
  mail: v.pipe(
    v.picklist(['on', 'off', 'not_configured']),
    v.description('Whether mail is on; `not_configured`: the deployment has no vendor for it.'),
  ),
});

const anOrg = {
  ...aLetterhead,
  currency: 'usd',
  time_zone: 'Europe/Berlin',
  deposit: { percent: 30 },
  valid_days: 30,
  pay_in_full: false,
  terms: null,
  next_steps: 'We call you within a day.',
  reminder_days: [1, 3, 7],
  notify: {
    ...{ viewed: 'none', approved: 'everyone', declined: 'everyone', paid: 'everyone', failed: 'everyone' },
    ...{ refunded: 'admins', disputed: 'admins', anomaly: 'everyone', bounced: 'everyone' },
  },
  mail: 'on',
} as const;

export const orgContracts = {
  'GET /logos/:file': {
    id: 'getLogo',
    tag: 'Team',
    summary: 'Read a logo',
    description: 'For pages and mails, so it asks for no token. What is behind a path never changes.',
    permission: 'public',
    path: LogoParam,
    example: { path: { file: 'JLvYkVWsjJ2V6vd6HGTiUWzyqXXtxJsNWuEDn6Rc7vg.png' } },
    answer: {
      status: 200,
      description: 'The picture.',
      body: v.string(),
      mediaTypes: Object.values(mediaTypes),
      headers: { 'cache-control': 'For a year.' },
      example: '(a PNG)',
    },
    problems: ['logo_not_found', 'rate_limited'],
  },
  'GET /org': {
    id: 'getOrg',
    tag: 'Team',
    summary: 'Read how the organization is set up',
    permission: 'org:read',
    example: {},
    answer: { status: 200, description: 'All settings.', body: Org, example: anOrg },
    problems: [],
  },
  'PATCH /org': {
    id: 'changeOrg',
    tag: 'Team',
    summary: 'Set the organization up',
    description:
      'Missing fields stay as they are. Versions of proposals that exist keep their terms. Mail that is switched on owes nothing for what happened before.',
    permission: 'org:write',
    body: ChangeOrgBody,
    example: { body: { deposit: { percent: 30 }, valid_days: 30, notify: { viewed: 'none' } } },
    answer: { status: 200, description: 'All settings.', body: Org, example: anOrg },
    problems: ['invalid_request'],
  },
} as const satisfies Contracts;

export const orgComponents = { Org, Letterhead };
