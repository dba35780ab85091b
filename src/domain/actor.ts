/** An `admin` may do everything in their org, `staff` the daily work, a `viewer` only reads. */
export const roles = ['admin', 'staff', 'viewer'] as const;

export type Role = (typeof roles)[number];

/** A signed-in user of the CRM. */
export type Staff = {
  readonly kind: 'staff';
  readonly userId: number;
  readonly orgId: number;
  readonly email: string;
  readonly role: Role;
  /** The token's. Missing where a Worker of the version before sent the command: then it is not compared. */
  readonly generation?: number;
  /** The session that the token is of (OpenID Connect calls it so). A token for programs is of none. */
  readonly sid?: string;
  /** When they last proved who they are, in milliseconds since 1970. Missing where the token does not say it. */
  readonly provedAt?: number;
  /** Whether that is too long ago for what asks for a fresh proof. A token for programs needs none: it is one. */
  readonly needsProof?: boolean;
};

/** The holder of a portal link. It stands for one customer and opens one proposal. */
export type Customer = {
  readonly kind: 'customer';
  readonly proposalId: number;
  readonly orgId: number;
  /** The link's. Missing as a user's may be. */
  readonly generation?: number;
  /** When the link was mailed, in milliseconds since 1970, where that is later than the entry it is owed for. */
  readonly issuedAt?: number;
};

export type Actor = Staff | Customer;

/** How an observation reached us: from Stripe, or through the reconciler, which asks for what Stripe could not deliver. */
export type Via = 'stripe' | 'reconciler';

/** Who reports what happened elsewhere: Stripe's side, the vendor of mail, or an org's books. */
export type Observer = Via | 'mail' | 'books';

/** The author of an entry. */
export type Author = Actor | { readonly kind: Observer };

/** How the log names an author. A staff entry also carries `user_id` in its meta. */
export type ActorKind = Author['kind'];
