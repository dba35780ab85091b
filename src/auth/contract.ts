import * as v from 'valibot';
import { roles } from '../domain/actor.ts';
import { type Contracts, Currency, Id, Money } from '../http/contract.ts';
import { LoginBody } from './schemas.ts';

const Token = v.object({
  access_token: v.pipe(v.string(), v.description('A JWT for the Authorization header.')),
  token_type: v.literal('bearer'),
  expires_in: v.pipe(v.number(), v.safeInteger(), v.description('In seconds.')),
});

const Me = v.object({
  user_id: Id,
  org_id: Id,
  email: v.string(),
  role: v.picklist(roles),
  org_name: v.string(),
  currency: Currency,
  deposit_percent: v.pipe(
    v.number(),
    v.safeInteger(),
    v.description('As earlier releases knew it; `deposit` is what new proposals get.'),
  ),
  deposit: v.nullable(v.union([v.object({ percent: v.number() }), v.object({ amount_cents: Money })])),
  time_zone: v.string(),
  valid_days: v.nullable(v.pipe(v.number(), v.safeInteger())),
  pay_in_full: v.boolean(),
  terms: v.nullable(v.string()),
  mail: v.pipe(
    v.picklist(['on', 'off', 'not_configured']),
    v.description('Whether the org has mail on; `not_configured`: the deployment has no vendor for it.'),
  ),
});

export const authContracts = {
  'POST /auth/login': {
    id: 'login',
    tag: 'Auth',
    summary: 'Sign in as staff',
    description:
      'A wrong password and an unknown address get the same answer. Attempts are limited per address and per account.',
    permission: 'public',
    body: LoginBody,
    example: { body: { email: 'admin@example.com', password: 'correct horse battery staple' } },
    answer: {
      status: 200,
      description: 'A token for all other routes.',
      body: Token,
      example: { access_token: 'eyJhbGciOiJIUzI1NiJ9.e30.abc', token_type: 'bearer', expires_in: 28800 },
    },
    problems: ['invalid_request', 'invalid_credentials', 'rate_limited'],
  },
  'GET /auth/me': {
    id: 'getMe',
    tag: 'Auth',
    summary: 'Read who is signed in',
    permission: 'org:read',
    example: {},
    answer: {
      status: 200,
      description: 'The user, their org, and what its proposals are priced in.',
      body: Me,
      example: {
        user_id: 1,
        org_id: 1,
        email: 'admin@example.com',
        role: 'admin',
        org_name: 'Acme Kitchens',
        currency: 'usd',
        deposit_percent: 30,
        deposit: { percent: 30 },
        time_zone: 'Europe/Berlin',
        valid_days: 30,
        pay_in_full: false,
        terms: null,
        mail: 'on',
      },
    },
    problems: [],
  },
} as const satisfies Contracts;

export const authComponents = { Token, Me };
