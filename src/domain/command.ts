import type { Actor, Customer, Via } from './actor.ts';
import type { Observation } from './observation.ts';
import type { LineItem } from './pricing.ts';
import type { Checkout } from './proposal.ts';

/** What the customer reads and approves. */
export type Content = {
  readonly title: string;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly lineItems: readonly LineItem[];
  readonly totalCents: number;
};

/** What can be asked of a proposal. Every command can be sent again: what is recorded already is not recorded twice. */
export type ProposalCommand =
  | { readonly kind: 'send'; readonly proposalId: number; readonly actor: Actor; readonly expiresAt: Date }
  | { readonly kind: 'view'; readonly proposalId: number; readonly actor: Customer }
  | {
      readonly kind: 'approve';
      readonly proposalId: number;
      readonly actor: Actor;
      readonly name: string;
      readonly version: number;
      readonly ip: string | null;
    }
  | {
      readonly kind: 'revise';
      readonly proposalId: number;
      readonly actor: Actor;
      /** The version that the new content replaces. */
      readonly version: number;
      readonly content: Content & { readonly contentHash: string };
      readonly replaced: Content;
    }
  | { readonly kind: 'void'; readonly proposalId: number; readonly actor: Actor }
  | { readonly kind: 'revoke_links'; readonly proposalId: number; readonly actor: Actor }
  | {
      readonly kind: 'record_checkout';
      readonly proposalId: number;
      readonly actor: Actor;
      /** The total that the caller stated, in minor units, if any. */
      readonly statedTotalCents: number | null;
      readonly checkout: Checkout;
    }
  /** Records what was observed at Stripe. `proposalId` is null where nothing says which proposal it is about. */
  | {
      readonly kind: 'settle';
      readonly proposalId: number | null;
      readonly observation: Observation;
      readonly via: Via;
      /** Whether Stripe's metadata says that it is another product's. It counts where the log does not know the session. */
      readonly isForeign?: boolean;
    };

export type CommandOf<K extends ProposalCommand['kind']> = Extract<ProposalCommand, { readonly kind: K }>;
