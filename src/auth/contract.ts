import * as v from 'valibot';
import { roles } from '../domain/actor.ts';
import { type Contracts, Currency, Id, Money, Time } from '../http/contract.ts';
import {
  AcceptBody,
  ChangePasswordBody,
  CodeBody,
  ForgotBody,
  LoginBody,
  ProofBody,
  ResetBody,
  SessionPath,
} from './schemas.ts';

const Token = v.object({
  access_token: v.pipe(v.string(), v.description('A JWT for the Authorization header.')),
  token_type: v.literal('bearer'),
  expires_in: v.pipe(v.number(), v.safeInteger(), v.description('In seconds.')),
});

const Session = v.object({
  id: v.pipe(v.string(), v.uuid()),
  user_agent: v.pipe(v.nullable(v.string()), v.description('What the browser said that it is.')),
  created_at: Time,
  last_used_at: Time,
  expires_at: Time,
  is_current: v.pipe(v.boolean(), v.description('Whether the token of this request is of it.')),
});

const Ended = v.object({ ended: v.literal(true) });

const token = { access_token: 'eyJhbGciOiJIUzI1NiJ9.e30.abc', token_type: 'bearer' } as const;

/** What begins a session, or goes on with it, answers. */
const begun = {
  status: 200,
  description: 'A token for all other routes, for ten minutes.',
  body: Token,
  example: { ...token, expires_in: 600 },
} as const;

const recoveryCodes = {
  description: 'Each signs in once instead of a code of the app.',
  body: v.object({ recovery_codes: v.array(v.string()) }),
  example: { recovery_codes: ['JBSW-Y3DP-EHPK-3PXP'] },
} as const;

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
  first_steps: v.pipe(
    v.nullable(
      v.object({
        set_up: v.boolean(),
        invited: v.boolean(),
        made: v.boolean(),
        sent: v.boolean(),
        approved: v.boolean(),
      }),
    ),
    v.description('What the org has done of what leads to its first payment; null once that has come.'),
  ),
});

export const authContracts = {
  'POST /auth/login': {
    id: 'login',
    tag: 'Auth',
    summary: 'Sign in as a program',
    description:
      'A wrong password and an unknown address get the same answer. Who has a second factor is asked for its code once the password is right. Attempts are limited per address and per account, and to ten wrong codes an hour.',
    permission: 'public',
    body: LoginBody,
    example: { body: { email: 'admin@example.com', password: 'correct horse battery staple' } },
    answer: {
      status: 200,
      description: 'A token for all other routes.',
      body: Token,
      example: { ...token, expires_in: 28800 },
    },
    problems: [
      'invalid_request',
      'invalid_credentials',
      'second_factor_required',
      'too_many_codes',
      'rate_limited',
    ],
  },
  'POST /auth/sessions': {
    id: 'beginSession',
    tag: 'Auth',
    summary: 'Sign in on the page',
    description:
      'Sets the cookie of a session, which only `POST /auth/refresh` and `POST /auth/logout` read. A session lasts 30 days, or a week without use. Limited as `POST /auth/login` is; only pages of the portal may ask.',
    permission: 'public',
    body: LoginBody,
    example: { body: { email: 'admin@example.com', password: 'correct horse battery staple' } },
    answer: begun,
    problems: [
      'invalid_request',
      'invalid_credentials',
      'second_factor_required',
      'too_many_codes',
      'rate_limited',
    ],
  },
  'POST /auth/invitation': {
    id: 'acceptInvitation',
    tag: 'Auth',
    summary: 'Accept an invitation, and sign in',
    description:
      'With the token of the link that was mailed. Of use once; only pages of the portal may ask. Sets the cookie of a session.',
    permission: 'public',
    body: AcceptBody,
    example: {
      body: { token: token.access_token, name: 'Grace Hopper', password: 'correct horse battery staple' },
    },
    answer: begun,
    problems: [
      'invalid_request',
      'token_invalid',
      'token_expired',
      'link_over',
      'address_in_use',
      'rate_limited',
    ],
  },
  'POST /auth/password/forgot': {
    id: 'requestReset',
    tag: 'Auth',
    summary: 'Ask for a link to set another password',
    description:
      'The answer, and how long it takes, are the same where there is no such account. An account is mailed once in five minutes.',
    permission: 'public',
    body: ForgotBody,
    example: { body: { email: 'grace@example.com' } },
    answer: {
      status: 202,
      description: 'If there is an account, its address is mailed a link that is of use once, for an hour.',
      body: v.object({ asked: v.literal(true) }),
      example: { asked: true },
    },
    problems: ['invalid_request', 'mail_off', 'rate_limited'],
  },
  'POST /auth/password/reset': {
    id: 'setForgottenPassword',
    tag: 'Auth',
    summary: 'Set another password, and sign in',
    description:
      'With the token of the link that was mailed. Ends all sessions and tokens of the user, and begins a session; only pages of the portal may ask.',
    permission: 'public',
    body: ResetBody,
    example: { body: { token: token.access_token, password: 'another horse battery staple' } },
    answer: begun,
    problems: [
      'invalid_request',
      'token_invalid',
      'token_expired',
      'link_over',
      'second_factor_required',
      'too_many_codes',
      'rate_limited',
    ],
  },
  'POST /auth/refresh': {
    id: 'refreshSession',
    tag: 'Auth',
    summary: 'Get the next token of a session',
    description:
      'Replaces the cookie each time. For 30 seconds the cookie before gets the same one again, for tabs that ask at once and for a lost reply; its use after that ends the session.',
    permission: 'refresh_cookie',
    example: {},
    answer: begun,
    problems: ['token_missing', 'token_invalid', 'token_expired', 'rate_limited'],
  },
  'POST /auth/logout': {
    id: 'signOut',
    tag: 'Auth',
    summary: 'End the session of this browser',
    permission: 'refresh_cookie',
    example: {},
    answer: {
      status: 200,
      description: 'There is no session any more, and no cookie.',
      body: Ended,
      example: { ended: true },
    },
    problems: [],
  },
  'GET /auth/sessions': {
    id: 'listSessions',
    tag: 'Auth',
    summary: 'List where you are signed in',
    permission: 'account:read',
    example: {},
    answer: {
      status: 200,
      description: 'All open sessions, the last used first: 20 at most.',
      body: v.object({ data: v.pipe(v.array(Session), v.maxLength(20)) }),
      example: {
        data: [
          {
            id: '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11',
            user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
            created_at: '2026-11-26T09:00:00.000Z',
            last_used_at: '2026-11-26T10:00:00.000Z',
            expires_at: '2026-12-26T09:00:00.000Z',
            is_current: true,
          },
        ],
      },
    },
    problems: [],
  },
  'POST /auth/sessions/end': {
    id: 'endAllSessions',
    tag: 'Auth',
    summary: 'Sign out everywhere',
    description: 'Ends all your sessions, and all tokens that programs got in your name.',
    permission: 'account:write',
    example: {},
    answer: { status: 200, description: 'They have ended.', body: Ended, example: { ended: true } },
    problems: [],
  },
  'POST /auth/sessions/:sid/end': {
    id: 'endSession',
    tag: 'Auth',
    summary: 'End one of your sessions',
    permission: 'account:write',
    path: SessionPath,
    example: { path: { sid: '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11' } },
    answer: { status: 200, description: 'It has ended.', body: Ended, example: { ended: true } },
    problems: ['invalid_request', 'login_session_not_found'],
  },
  'POST /auth/password': {
    id: 'changePassword',
    tag: 'Auth',
    summary: 'Change your password',
    description:
      'Ends your other sessions and all tokens. Yours goes on with the token of the answer. Attempts are limited as sign-ins are.',
    permission: 'account:write',
    body: ChangePasswordBody,
    example: {
      body: {
        current_password: 'correct horse battery staple',
        new_password: 'another horse battery staple',
      },
    },
    answer: {
      status: 200,
      description: 'A token that goes on, for as long as the one before.',
      body: Token,
      example: { ...token, expires_in: 600 },
    },
    problems: ['invalid_request', 'rate_limited'],
  },
  'POST /auth/proof': {
    id: 'prove',
    tag: 'Auth',
    summary: 'Prove again that it is you',
    description:
      'A session may refund, change the team, the settings and its second factor within 15 minutes after its sign-in, or after this. Limited as sign-ins are.',
    permission: 'account:write',
    body: ProofBody,
    example: { body: { password: 'correct horse battery staple' } },
    answer: {
      status: 200,
      description: 'A token that goes on, for as long as the one before.',
      body: Token,
      example: { ...token, expires_in: 600 },
    },
    problems: ['invalid_request', 'second_factor_required', 'too_many_codes', 'rate_limited'],
  },
  'GET /auth/second_factor': {
    id: 'getSecondFactor',
    tag: 'Auth',
    summary: 'Read whether you have a second factor',
    permission: 'account:read',
    example: {},
    answer: {
      status: 200,
      description: 'Whether it is on, and how many recovery codes are left.',
      body: v.object({ is_on: v.boolean(), recovery_codes_left: v.pipe(v.number(), v.safeInteger()) }),
      example: { is_on: true, recovery_codes_left: 9 },
    },
    problems: [],
  },
  'POST /auth/second_factor': {
    id: 'beginSecondFactor',
    tag: 'Auth',
    summary: 'Get a key for an authenticator app',
    description: 'It counts once a code of it was confirmed; until then, another one replaces it.',
    permission: 'factors:write',
    example: {},
    answer: {
      status: 201,
      description: 'The key, for TOTP (RFC 6238).',
      body: v.object({
        secret: v.pipe(v.string(), v.description('In base32, to be typed.')),
        uri: v.pipe(v.string(), v.description('The same as an `otpauth:` URI, for a QR code.')),
      }),
      example: {
        secret: 'JBSWY3DPEHPK3PXP',
        uri: 'otpauth://totp/Acme%20Kitchens:admin%40example.com?issuer=Acme%20Kitchens&secret=JBSWY3DPEHPK3PXP',
      },
    },
    problems: ['second_factor_on'],
  },
  'POST /auth/second_factor/confirm': {
    id: 'confirmSecondFactor',
    tag: 'Auth',
    summary: 'Switch your second factor on',
    description: 'From then on a sign-in asks for a code. The recovery codes are answered this once.',
    permission: 'factors:write',
    body: CodeBody,
    example: { body: { code: '123456' } },
    answer: { ...recoveryCodes, status: 200 },
    problems: ['invalid_request', 'second_factor_on', 'second_factor_off'],
  },
  'POST /auth/second_factor/recovery_codes': {
    id: 'makeRecoveryCodes',
    tag: 'Auth',
    summary: 'Get other recovery codes',
    description: 'Earlier ones no longer work.',
    permission: 'factors:write',
    example: {},
    answer: { ...recoveryCodes, status: 201 },
    problems: ['second_factor_off'],
  },
  'POST /auth/second_factor/remove': {
    id: 'removeSecondFactor',
    tag: 'Auth',
    summary: 'Switch your second factor off',
    permission: 'factors:write',
    example: {},
    answer: {
      status: 200,
      description: 'The password is enough again.',
      body: v.object({ removed: v.literal(true) }),
      example: { removed: true },
    },
    problems: [],
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
        first_steps: null,
      },
    },
    problems: [],
  },
} as const satisfies Contracts;

export const authComponents = { Token, Me, Session };
