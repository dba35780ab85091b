import type { Actor } from '../auth/actor.ts';
import type { PaidSession } from '../payments/settlement-rules.ts';
import type { Checkout } from './proposal.ts';

/** What may be asked of a proposal. Each is safe to ask again: the second time finds the fact told. */
export type ProposalCommand =
  | { readonly kind: 'send'; readonly proposalId: number; readonly actor: Actor; readonly expiresAt: Date }
  | { readonly kind: 'view'; readonly proposalId: number; readonly actor: Actor }
  | {
      readonly kind: 'approve';
      readonly proposalId: number;
      readonly actor: Actor;
      readonly name: string;
      readonly version: number;
      readonly ip: string | null;
    }
  | {
      readonly kind: 'record_checkout';
      readonly proposalId: number;
      readonly actor: Actor;
      /** The total that the caller named, if any. */
      readonly statedTotalCents: number | null;
      readonly checkout: Checkout;
    }
  /** `proposalId` is null where the session's metadata names none. */
  | { readonly kind: 'settle'; readonly proposalId: number | null; readonly session: PaidSession };
