import type { Delivery, OwedKind } from '../domain/owed.ts';
import type { OwedRow, Share } from './outbox.ts';

/** What a channel makes of a row at the moment it is delivered. */
export type Prepared =
  /** JSON, which the outbox freezes: every attempt sends the same. */
  | { readonly content: object }
  /** One row for each of them takes this one's place. */
  | { readonly shares: readonly Share[] }
  /** It must not be sent any more, or cannot be; the state says which. */
  | { readonly state: 'stale' | 'failed'; readonly reason: string }
  /** It cannot be made now. */
  | Extract<Delivery, { readonly outcome: 'postponed' | 'blocked' }>;

/** A way to the world. Both can throw where our own database fails: then the row waits. */
export type ChannelAdapter = {
  /** What it knows: rows of other kinds are left for a version that knows them. */
  readonly kinds: readonly OwedKind[];
  /** For how many hours after the first attempt another one does no harm; after that the vendor may do it again. */
  readonly retryHours: number;
  /** What was never attempted in so long is shown to staff and not delivered. */
  readonly staleHours: number;
  /** After how long it is tried again: soon at first. The last one stands for all that follow. */
  readonly retriesMs: readonly number[];
  /** Decides whether a row is still to be delivered, and what that is. Where it may be out, only whether. */
  prepare(row: OwedRow): Promise<Prepared>;
  /**
   * One attempt, with a deadline of its own, well below that of the lease, and none where it is not `isInTime` any more when the
   * vendor would be called. Never rejects for what the vendor does.
   */
  deliver(row: OwedRow, content: object, isInTime: () => boolean): Promise<Delivery>;
};
