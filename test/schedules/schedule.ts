import fc from 'fast-check';
import type { FaultKind } from '../../local/stripe/api.ts';
import type { DatabaseFault } from './network.ts';
import type { CallFault } from './shard-host.ts';

/** One action. Its number selects among what exists by then: sessions, events, payments. */
export type Action =
  | { readonly does: 'approve' | 'checkout'; readonly proposal: number; readonly by: 'customer' | 'staff' }
  | {
      readonly does: 'checkout of another total' | 'checkout of all' | 'void' | 'look';
      readonly proposal: number;
    }
  | {
      readonly does: 'ask for the balance' | 'decline the offer' | 'record a cheque';
      readonly proposal: number;
    }
  | { readonly does: 'take a cheque back'; readonly proposal: number; readonly payment: number }
  | { readonly does: 'refund by staff' | 'refund a part by staff'; readonly proposal: number }
  | { readonly does: 'revise'; readonly proposal: number; readonly price: number }
  | { readonly does: 'come back'; readonly session: number }
  | { readonly does: 'pay' | 'decline' | 'pay later'; readonly session: number }
  | { readonly does: 'bank pays' | 'bank refuses'; readonly session: number }
  | { readonly does: 'deliver'; readonly event: number }
  | { readonly does: 'refund' | 'refund a part' | 'dispute'; readonly payment: number }
  | { readonly does: 'fail refund' | 'win dispute' | 'lose dispute'; readonly which: number }
  | { readonly does: 'evict' | 'duplicate'; readonly shard: number }
  /** Another product, which shares the Stripe account, sells something. */
  | { readonly does: 'cron' | 'scrape' | 'foreign sale' };

/** Faults by turn: for the first request of the round, the second, and so on. */
export type Faults = {
  readonly database: readonly (DatabaseFault | undefined)[];
  readonly stripe: readonly (FaultKind | undefined)[];
  readonly call: readonly (CallFault | undefined)[];
  /** The turn in which its process dies, if any. */
  readonly death: number | undefined;
};

/** Concurrent actions, after some minutes. */
export type Round = {
  readonly minutes: number;
  readonly actions: readonly Action[];
  readonly faults: Faults;
};

export type Schedule = {
  readonly rounds: readonly Round[];
  /** Whether both proposals belong to one shard: then more of what happens at once shares its calls. */
  readonly isOneShard: boolean;
  /** Whose turn is next, each time. */
  readonly order: readonly number[];
  /** Whether webhooks are delivered again at the end, or only the reconciler can recover what is missing. */
  readonly webhooksAtEnd: boolean;
};

export const noFaults: Faults = { database: [], stripe: [], call: [], death: undefined };

const n = fc.nat(7);
const proposal = fc.nat(1);
const by = fc.constantFrom('customer' as const, 'staff' as const);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('checkout' as const), proposal, by }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('pay' as const), session: n }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('deliver' as const), event: n }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('come back' as const), session: n }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('approve' as const), proposal, by }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom('pay later' as const, 'bank pays', 'bank refuses'),
      session: n,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('decline' as const), session: n }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom('checkout of another total' as const, 'void', 'look'),
      proposal,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constantFrom(
        'checkout of all' as const,
        'ask for the balance',
        'ask for the balance',
        'record a cheque',
        'refund by staff',
        'refund a part by staff',
      ),
      proposal,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('take a cheque back' as const), proposal, payment: n }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('decline the offer' as const), proposal }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('revise' as const), proposal, price: n }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom('refund' as const, 'refund a part', 'dispute'),
      payment: n,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constantFrom('fail refund' as const, 'win dispute', 'lose dispute'),
      which: n,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom('evict' as const, 'duplicate'), shard: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('cron' as const, 'scrape', 'foreign sale') }) },
);

/** Mostly no fault. */
const rarely = <T>(...kinds: T[]): fc.Arbitrary<readonly (T | undefined)[]> =>
  fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constantFrom(...kinds)), {
    maxLength: 6,
  });

const faults: fc.Arbitrary<Faults> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(noFaults) },
  {
    weight: 3,
    arbitrary: fc.record({
      database: rarely<DatabaseFault>('not done', 'answer lost', 'done later', 'hang'),
      stripe: rarely<FaultKind>('error', 'late_error', 'limit', 'busy', 'hang', 'lost'),
      call: rarely<CallFault>('reset before', 'reset after', 'overloaded', 'reply lost'),
      death: fc.option(fc.nat(12), { nil: undefined, freq: 4 }),
    }),
  },
);

const round: fc.Arbitrary<Round> = fc.record({
  minutes: fc.constantFrom(0, 0, 0, 3, 20, 24 * 60, 2 * 24 * 60),
  actions: fc.array(action, { minLength: 1, maxLength: 7 }),
  faults,
});

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  rounds: fc.array(round, { minLength: 1, maxLength: 8 }),
  isOneShard: fc.boolean(),
  order: fc.array(fc.nat(15), { minLength: 1, maxLength: 24 }),
  webhooksAtEnd: fc.boolean(),
});
