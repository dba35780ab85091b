import { and, eq, isNull, max } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { type Fault, faults, Mailbox, type Message } from '../../local/mailbox/mailbox.ts';
import { readConfig } from '../../src/config.ts';
import { activityLog, orgs, outbox, proposals, users } from '../../src/db/schema.ts';
import { repairOutbox } from '../../src/log/outbox.ts';
import { createMailChannel } from '../../src/mail/mail-channel.ts';
import { createResend } from '../../src/resend/gateway.ts';
import { playLives, some, type Trouble, troubles } from '../support/lives.ts';
import { createMailingOrg, passTime, playMailbox } from '../support/mail.ts';
import { append, bindings, createProposal, db, tokens } from '../support/world.ts';

// Random schedules of one org's mail: the log is appended by this version or by one that knows no outbox, up to two couriers
// are alive, each of their requests and calls can fail, lose its answer or be their last, time passes, facts change. Whatever
// happens, it comes to rest in the truth. Real are the database, the couriers, the channel and the adapter.

const minuteMs = 60_000;

type Step =
  | {
      readonly kind:
        | 'pay'
        | 'pay by an older version'
        | 'send'
        | 'repair'
        | 'rebuild'
        | 'rename'
        | 'both couriers';
    }
  | {
      readonly kind: 'courier';
      readonly troubles: readonly (Trouble | null)[];
      readonly faults: readonly (Fault | null)[];
    }
  /** The vendor takes the first mail and does not say so, and then takes no more for more than a day. */
  | { readonly kind: 'bad day' }
  /** A courier stalls before a request, its lease runs out, and another one does its work without an answer; then it goes on. */
  | { readonly kind: 'overtaken'; readonly at: number }
  /** Couriers that had stalled go on. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'time'; readonly minutes: number };

// What hangs is given up on after ten seconds, which the adapter's own tests wait for.
const quick = faults.filter((fault) => !fault.startsWith('hang') && fault !== 'bounce');
const courier = fc.record({
  kind: fc.constant('courier' as const),
  troubles: some(troubles),
  faults: some(quick),
});
const schedules = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: courier },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'pay',
          'pay by an older version',
          'send',
          'repair',
          'rebuild',
          'rename',
          'both couriers',
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('bad day', 'wake') }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('overtaken' as const), at: fc.integer({ min: 1, max: 6 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('time' as const), minutes: fc.constantFrom(1, 3, 70, 400) }),
    },
  ),
  { minLength: 4, maxLength: 14 },
);

const { runs, seed, path } = inject('schedules');

test(`schedules of mail come to rest in the truth (SCHEDULES_SEED=${seed})`, { timeout: 0 }, () =>
  fc.assert(fc.asyncProperty(schedules as fc.Arbitrary<Step[]>, play), {
    numRuns: runs,
    seed,
    ...(path ? { path } : {}),
    endOnFailure: path !== undefined,
  }),
);

/** The row that a mail is of: its key is the row's id and an attempt's number. */
const keyOf = ({ idempotency_key: key }: Message) => key?.split(':')[0];

/** Whether rows of others take this one's place. */
function takesOthers(key: string): boolean {
  const isOneOfSeveral = /:(user|after|deposit):\d+$/.test(key);
  return /^mail:(notice|reminder|expiring|instalment):/.test(key) && !isOneOfSeveral;
}

async function play(steps: readonly Step[]): Promise<void> {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const mailbox = new Mailbox(now);
  let plannedFaults: (Fault | null)[] = [];
  playMailbox(mailbox, () => plannedFaults.shift() ?? undefined);

  const org = await createMailingOrg();
  const proposal = await createProposal(org.id);
  await db
    .update(proposals)
    .set({ customerEmail: 'delivered@resend.dev' })
    .where(eq(proposals.id, proposal.id));
  await db
    .update(users)
    .set({ email: `delivered+${org.id}@resend.dev` })
    .where(eq(users.orgId, org.id));
  const staff = { ...org.actor };
  const kv = () => {
    const values = new Map<string, unknown>();
    return {
      get: (key: string) => values.get(key),
      put: (key: string, value: unknown) => void values.set(key, value),
    };
  };
  let positions = kv();
  const shard = { index: proposal.id % 4, count: 4 };
  const repair = async () => {
    const [last] = await db.select({ id: max(activityLog.id) }).from(activityLog);
    const storage = { kv: positions } as unknown as DurableObjectStorage;
    await repairOutbox(db, shard, storage, last?.id ?? 0, true);
  };

  /** What is owed by now, by the rules in words: a link and reminders for each mailed sending, a receipt and notices for each payment. */
  const expected = new Set<string>();
  const approval = `approve:${proposal.id}:v1`;
  for (const kind of ['notice', 'instalment', 'reminder']) expected.add(`mail:${kind}:${approval}`);
  expected.add(`mail:notice:${approval}:user:${staff.userId}`);
  for (const day of [1, 3, 7]) expected.add(`mail:reminder:${approval}:deposit:${day}`);
  let payments = 0;
  let hours = 0;
  const config = readConfig(bindings);
  const channel = createMailChannel({ db, config, tokens, gateway: createResend(config) });
  const { life, wake, throwBroken } = playLives(
    org.id,
    (troubled) => {
      const deliver: typeof channel.deliver = (...args) =>
        troubled(() => channel.deliver(...args)).catch(
          () => ({ outcome: 'unknown', reason: 'no_answer' }) as const,
        );
      return { mail: { ...channel, deliver } };
    },
    now,
  );

  async function pass(ms: number): Promise<void> {
    await passTime(org.id, ms);
    aheadMs += ms;
  }

  async function pay(byOlderVersion: boolean): Promise<void> {
    payments += 1;
    const sessionId = `cs_${proposal.id}_${payments}`;
    const command = {
      ...({ kind: 'settle', proposalId: proposal.id, via: 'stripe', event: null } as const),
      observation: {
        ...{
          fact: 'checkout_paid' as const,
          sessionId,
          proposalId: proposal.id,
          orgId: org.id,
          portalUrl: null,
          createdAt: null,
        },
        ...{ amountCents: 10_000, currency: 'usd', paymentStatus: 'paid', paymentIntent: null },
      },
    };
    await append(command, new Date(), { owing: !byOlderVersion });
    expected.add(`mail:receipt:payment_success:${sessionId}`);
    // No session of ours asked for it.
    for (const event of ['payment_success', 'payment_anomaly:amount_mismatch']) {
      expected.add(`mail:notice:${event}:${sessionId}`);
      expected.add(`mail:notice:${event}:${sessionId}:user:${staff.userId}`);
    }
  }

  async function send(): Promise<void> {
    const at = new Date();
    const expiresAt = new Date(at.getTime() + 86_400_000);
    await append({ kind: 'send', proposalId: proposal.id, actor: staff, expiresAt, mail: true }, at, {
      owing: true,
    });
    // The corrected address, above, began another generation of links.
    const entry = `sent:${proposal.id}:v1:${at.toISOString().slice(0, 13)}:g1:mail`;
    for (const kind of ['link', 'expiring', 'reminder']) expected.add(`mail:${kind}:${entry}`);
    for (const day of [1, 3, 7]) expected.add(`mail:reminder:${entry}:after:${day}`);
  }

  for (const step of steps) {
    switch (step.kind) {
      case 'pay':
      case 'pay by an older version':
        await pay(step.kind !== 'pay');
        break;
      case 'send':
        await send();
        break;
      case 'repair':
        await repair();
        break;
      case 'rebuild':
        positions = kv();
        await repair();
        break;
      case 'rename':
        await db
          .update(orgs)
          .set({ name: `Renamed ${Math.random()}` })
          .where(eq(orgs.id, org.id));
        break;
      case 'courier':
        plannedFaults = [...step.faults];
        await life([...step.troubles]);
        break;
      case 'both couriers':
        await Promise.all([life(), life()]);
        break;
      case 'bad day':
        plannedFaults = ['reply_lost', ...Array<Fault>(1_000).fill('error_before')];
        for (let hour = 0; hour < 26; hour += 1) {
          await life();
          if (hours < 60) await pass(60 * minuteMs);
          hours += 1;
        }
        plannedFaults = [];
        break;
      case 'overtaken':
        await life([...Array<null>(step.at).fill(null), 'stalls']);
        await pass(2 * minuteMs);
        plannedFaults = Array<Fault>(20).fill('reply_lost');
        await life();
        plannedFaults = [];
        await wake();
        break;
      case 'wake':
        await wake();
        break;
      case 'time':
        // No more than two and a half days in all, so that nothing gets too late to be sent.
        hours += step.minutes / 60;
        if (hours < 60) await pass(step.minutes * minuteMs);
        break;
    }
  }

  // The faults stop; what is left is delivered, or its key's window ends.
  plannedFaults = [];
  await wake();
  await repair();
  const isOpen = and(eq(outbox.orgId, org.id), isNull(outbox.endedAt));
  for (let time = 0; time < 60 && (await db.$count(outbox, isOpen)) > 0; time += 1) {
    await life();
    await pass(time < 40 ? 40 * minuteMs : 12 * 60 * minuteMs); // the last reminder is due after a week
  }
  throwBroken();
  const rows = await db.select().from(outbox).where(eq(outbox.orgId, org.id));
  expect(new Set(rows.map(({ key }) => key))).toEqual(expected);
  for (const { id, key, state, reason } of rows) {
    const copies = mailbox.messages.filter((message) => keyOf(message) === id).length;
    const fate = { key, state, reason, copies };
    // The vendor never said, or the customer had paid by then: sent at most once, or not at all.
    if (state === 'perhaps_sent') expect(copies, JSON.stringify(fate)).toBeLessThanOrEqual(1);
    else if (state === 'stale' && key.startsWith('mail:reminder:')) {
      expect(
        [copies, ['approved', 'instalment_paid', 'next_is_due'].includes(reason ?? '')],
        JSON.stringify(fate),
      ).toEqual([0, true]);
    } else
      expect(fate).toEqual({
        key,
        state: takesOthers(key) ? 'expanded' : 'sent',
        reason: null,
        copies: takesOthers(key) ? 0 : 1,
      });
  }
  expect(mailbox.messages.every((message) => rows.some(({ id }) => id === keyOf(message)))).toBe(true);
}
