import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import * as v from 'valibot';
import { type Actor, type Customer, roles, type Staff } from '../domain/actor.ts';
import { AppError } from '../errors.ts';

const issuer = 'portal-payments-api';
const algorithm = 'HS256';

/** The lifetime of a staff token for a program, in seconds; of a session's, which gets another in time. */
export const staffTokenSeconds = 8 * 3600;
export const sessionTokenSeconds = 10 * 60;

/** How long a proof of who somebody is counts as fresh. */
const freshMs = 15 * 60_000;

const id = v.pipe(v.string(), v.digits(), v.transform(Number));
/** Tokens that were handed out before there were generations carry none. */
const generation = v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0);
const StaffClaims = v.object({
  aud: v.literal('staff'),
  sub: id,
  org_id: v.number(),
  email: v.string(),
  role: v.picklist(roles),
  gen: generation,
  sid: v.optional(v.pipe(v.string(), v.uuid())),
  auth_time: v.optional(v.number()),
});
/** Old links lack `org_name`. */
const PortalClaims = v.object({
  aud: v.literal('portal'),
  sub: id,
  org_id: v.number(),
  org_name: v.optional(v.string()),
  gen: generation,
  iat: v.optional(v.number()),
});

const RefreshClaims = v.object({
  aud: v.literal('refresh'),
  sub: id,
  org_id: v.number(),
  sid: v.pipe(v.string(), v.uuid()),
  turn: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

/** What a session's refresh token says: whose session it is, and how often the token was replaced before. */
export type Refresh = {
  readonly userId: number;
  readonly orgId: number;
  readonly sid: string;
  readonly turn: number;
};

const InvitationClaims = v.object({
  aud: v.literal('invitation'),
  sub: v.pipe(v.string(), v.uuid()),
  gen: v.number(),
});

const ResetClaims = v.object({ aud: v.literal('password_reset'), sub: id, gen: v.number() });

/** What an invitation's token says. The org's name is for the page that it opens. */
export type Invitation = { readonly id: string; readonly generation: number };

/** Whose password may be set: the generation is the user's, so a reset is of use once. */
export type Reset = { readonly userId: number; readonly generation: number };

const RemindersClaims = v.object({
  aud: v.literal('reminders'),
  sub: id,
  org_id: v.number(),
  gen: generation,
});

/** The generation is the link's: a corrected address begins another one. */
type OfReminders = Required<Omit<Customer, 'kind' | 'issuedAt'>>;

/** Signs and verifies all kinds of token: JWTs that differ by audience (RFC 7519, 4.1.3). */
export class Tokens {
  readonly #key: Uint8Array;

  constructor(secret: string) {
    this.#key = new TextEncoder().encode(secret);
  }

  /** For a program, or with `sid` for a session. `auth_time` is what OpenID Connect calls the time of the last proof. */
  signStaff(
    { userId, orgId, email, role, generation: gen = 0, sid, provedAt }: Staff,
    now: Date,
    seconds = staffTokenSeconds,
  ): Promise<string> {
    const expiresAt = new Date(now.getTime() + seconds * 1000);
    const ofSession = {
      ...(sid ? { sid } : {}),
      ...(provedAt === undefined ? {} : { auth_time: Math.floor(provedAt / 1000) }),
    };
    return this.#sign('staff', userId, { org_id: orgId, email, role, gen, ...ofSession }, expiresAt);
  }

  /** Deterministic: the same turn of a session always has the same token. */
  signRefresh({ userId, orgId, sid, turn }: Refresh, expiresAt: Date): Promise<string> {
    return this.#sign('refresh', userId, { org_id: orgId, sid, turn }, expiresAt);
  }

  /** Which session is to go on. Rejects with `token_expired` or `token_invalid`. */
  async parseRefresh(token: string, now: Date): Promise<Refresh> {
    return this.#verify(token, now, (payload) => {
      const { sub, org_id: orgId, sid, turn } = v.parse(RefreshClaims, payload);
      return { userId: sub, orgId, sid, turn };
    });
  }

  /** What lets a person join an org, until then. */
  signInvitation(
    { id: invitationId, generation: gen }: Invitation,
    shown: { readonly orgName: string; readonly email: string },
    expiresAt: Date,
  ): Promise<string> {
    const claims = { org_name: shown.orgName, email: shown.email, gen };
    return this.#sign('invitation', invitationId, claims, expiresAt);
  }

  /** Rejects with `token_expired` or `token_invalid`. */
  async parseInvitation(token: string, now: Date): Promise<Invitation> {
    return this.#verify(token, now, (payload) => {
      const { sub, gen } = v.parse(InvitationClaims, payload);
      return { id: sub, generation: gen };
    });
  }

  /** What lets a user set another password, until then. */
  signReset({ userId, generation: gen }: Reset, email: string, expiresAt: Date): Promise<string> {
    return this.#sign('password_reset', userId, { email, gen }, expiresAt);
  }

  /** Rejects with `token_expired` or `token_invalid`. */
  async parseReset(token: string, now: Date): Promise<Reset> {
    return this.#verify(token, now, (payload) => {
      const { sub, gen } = v.parse(ResetClaims, payload);
      return { userId: sub, generation: gen };
    });
  }

  /** Deterministic: the same link always has the same token. An expired link still names the org to ask for a new one. */
  signPortal(
    { proposalId, orgId, generation: gen = 0, issuedAt }: Customer,
    orgName: string,
    expiresAt: Date,
  ): Promise<string> {
    return this.#sign(
      'portal',
      proposalId,
      { org_id: orgId, org_name: orgName, gen, ...(issuedAt ? { iat: Math.floor(issuedAt / 1000) } : {}) },
      expiresAt,
    );
  }

  /** What ends the reminders of one proposal, and nothing else. Deterministic, as a link's is. */
  signReminders({ proposalId, orgId, generation: gen }: OfReminders, expiresAt: Date): Promise<string> {
    return this.#sign('reminders', proposalId, { org_id: orgId, gen }, expiresAt);
  }

  /** Whose reminders are to end. Rejects with `token_expired` or `token_invalid`. */
  async parseReminders(token: string, now: Date): Promise<OfReminders> {
    return this.#verify(token, now, (payload) => {
      const { sub, org_id: orgId, gen } = v.parse(RemindersClaims, payload);
      return { proposalId: sub, orgId, generation: gen };
    });
  }

  /** Who the bearer is. Rejects with `token_expired` or `token_invalid`; the precise reason stays in the cause. */
  async parse(token: string, now: Date): Promise<Actor> {
    return this.#verify(token, now, (payload) => toActor(payload, now));
  }

  async #verify<T>(token: string, now: Date, to: (payload: JWTPayload) => T): Promise<T> {
    try {
      // We choose the algorithm, never the token (RFC 8725, 3.1).
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [algorithm],
        issuer,
        requiredClaims: ['exp'],
        currentDate: now,
      });
      return to(payload);
    } catch (cause) {
      if (cause instanceof errors.JWTExpired)
        throw new AppError('token_expired', expiryDetail(cause.payload));
      throw new AppError('token_invalid', 'The token is not valid.', { cause });
    }
  }

  #sign(
    audience: 'staff' | 'refresh' | 'invitation' | 'password_reset' | 'portal' | 'reminders',
    subject: number | string,
    claims: JWTPayload,
    expiresAt: Date,
  ): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(String(subject))
      .setExpirationTime(expiresAt)
      .sign(this.#key);
  }
}

/** An expired token has a valid signature, so its claims are ours. */
function expiryDetail(expired: JWTPayload): string {
  const claims = v.safeParse(PortalClaims, expired);
  if (!claims.success) return 'The token has expired.';
  return `This link has expired. Ask ${claims.output.org_name ?? 'the sender'} for a new one.`;
}

function toActor(payload: JWTPayload, now: Date): Actor {
  const claims = v.parse(v.variant('aud', [StaffClaims, PortalClaims]), payload);
  const { sub, org_id: orgId, gen } = claims;
  if (claims.aud === 'portal') {
    const issued = claims.iat ? { issuedAt: claims.iat * 1000 } : {};
    return { kind: 'customer', proposalId: sub, orgId, generation: gen, ...issued };
  }
  const { sid, auth_time: authTime } = claims;
  const provedAt = authTime === undefined ? undefined : authTime * 1000;
  return {
    kind: 'staff',
    userId: sub,
    orgId,
    email: claims.email,
    role: claims.role,
    generation: gen,
    ...(sid ? { sid, needsProof: now.getTime() - (provedAt ?? 0) > freshMs } : {}),
    ...(provedAt === undefined ? {} : { provedAt }),
  };
}
