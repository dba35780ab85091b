import type { Actor } from './actor.ts';
import type { StripeFact } from './observation.ts';
import type { Checkout, LineItem } from './proposal.ts';
import type { Teller } from './settlement.ts';

/** What the customer is shown, and what of it an approval is of. */
export type Content = {
  readonly title: string;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly lineItems: readonly LineItem[];
  readonly totalCents: number;
};

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
      readonly kind: 'revise';
      readonly proposalId: number;
      readonly actor: Actor;
      /** The version that the new content replaces. */
      readonly version: number;
      readonly content: Content & { readonly contentHash: string };
      readonly replaced: Content;
    }
  | { readonly kind: 'void'; readonly proposalId: number; readonly actor: Actor }
  | {
      readonly kind: 'record_checkout';
      readonly proposalId: number;
      readonly actor: Actor;
      /** The total that the caller named, if any. */
      readonly statedTotalCents: number | null;
      readonly checkout: Checkout;
    }
  /** `proposalId` is null where nothing tells which. */
  | {
      readonly kind: 'settle';
      readonly proposalId: number | null;
      readonly told: StripeFact;
      readonly teller: Teller;
    };
