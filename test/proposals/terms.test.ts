import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { orgs, proposals } from '../../src/db/schema.ts';
import { contentHash } from '../../src/proposals/content-hash.ts';
import { call } from '../support/api.ts';
import { createOrg, createProposal, db, entriesOf, eventsOf, rowCounts } from '../support/world.ts';

const line = { description: 'Work', quantity: 1, unit_price_cents: 100_000 };
const body = {
  ...{ title: 'Kitchen', customer_name: 'Ada Lovelace', customer_email: 'ada@example.com' },
  line_items: [line],
};

async function create(terms: object, org?: Awaited<ReturnType<typeof createOrg>>) {
  const { token } = org ?? (await createOrg());
  const answer = await call('POST /proposals', { token, json: { ...body, ...terms } });
  return { ...answer, token };
}

const date = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('a price', () => {
  test('2.5 hours at 80.00 with a line of -50.00 are 150.00', async () => {
    const line_items = [
      { description: 'Hours', quantity: 2.5, unit_price_cents: 8_000 },
      { description: 'Discount', quantity: 1, unit_price_cents: -5_000 },
    ];
    const { status, json } = await create({ line_items });
    expect(status).toBe(201);
    expect(json).toMatchObject({ line_items, total_cents: 15_000, subtotal_cents: 15_000, tax_cents: 0 });
  });

  test('is shown with its discounts, and its taxes by rate', async () => {
    const line_items = [
      { ...line, discount_percent: 10, tax_percent: 20 },
      { ...line, unit_price_cents: 11_900, tax_percent: 19, tax_inclusive: true },
    ];
    const { json } = await create({ line_items, discount_cents: 1_900 });
    expect(json).toMatchObject({
      ...{ subtotal_cents: 101_900, discount_cents: 1_900, discounted_cents: 1_900 },
      taxes: [
        { percent: 19, inclusive: true, amount_cents: 1_865 }, // of 11,678: its share of the discount is 2.22
        { percent: 20, inclusive: false, amount_cents: 17_664 }, // of 88,322
      ],
      ...{ tax_cents: 19_529, total_cents: 101_900 - 1_900 + 17_664 },
    });
  });

  test('of more than can be charged at once is an offer all the same, if its deposit can be', async () => {
    const large = { line_items: [{ ...line, unit_price_cents: 120_000_000 }] };
    expect((await create(large)).json).toMatchObject({ total_cents: 120_000_000, deposit_cents: 36_000_000 });
    const { status, json } = await create({ ...large, deposit: { percent: 100 } });
    expect([status, json.errors[0]]).toMatchObject([400, { pointer: '#/deposit', code: 'not_chargeable' }]);
  });
});

test('what a body leaves open is as the org has it, and stays so', async () => {
  const org = await createOrg();
  await db
    .update(orgs)
    .set({
      deposit: { amount_cents: 40_000 },
      validDays: 30,
      terms: 'Net 14.',
      timeZone: 'UTC',
      payInFull: true,
    })
    .where(eq(orgs.id, org.id));
  const { json } = await create({}, org);
  expect(json).toMatchObject({
    ...{ deposit: { amount_cents: 40_000 }, deposit_cents: 40_000, due_cents: 40_000 },
    ...{ valid_until: date(30), terms: 'Net 14.', pay_in_full: true, expired: false },
    schedule: [
      { key: 'deposit', label: 'Deposit', amount_cents: 40_000, due: 'approval', state: 'later' },
      { key: 'balance', label: 'Balance', rest: true, amount_cents: 60_000, due: 'request', state: 'later' },
    ],
  });
  await db
    .update(orgs)
    .set({ deposit: { none: true }, depositPercent: 90, terms: null })
    .where(eq(orgs.id, org.id));
  const { json: later } = await call(`GET /proposals/${json.id}`, { token: org.token });
  expect(later).toEqual(json);
  const small = await create({ line_items: [{ ...line, unit_price_cents: 30_000 }] }, org);
  expect(small.json).toMatchObject({ deposit: null, deposit_cents: 0, due_cents: 0 });
});

test('a schedule is kept as it was typed, and its amounts add up', async () => {
  const schedule = [
    { label: 'To begin with', percent: 33.33, due: 'approval' },
    { label: 'Half way', amount_cents: 10_000, due: { date: date(20) } },
    { label: 'Later', percent: 10, due: { days_after_approval: 30 } },
    { label: 'At the end', rest: true, due: 'request' },
  ];
  const { json, token } = await create({ schedule });
  expect(json.schedule).toMatchObject([
    { key: 'deposit', label: 'To begin with', percent: 33.33, amount_cents: 33_330 },
    { key: 'part-2', label: 'Half way', amount_cents: 10_000, due_on: date(20) },
    { key: 'part-3', label: 'Later', amount_cents: 10_000, due_on: null },
    { key: 'balance', label: 'At the end', rest: true, amount_cents: 46_670 },
  ]);
  expect(json).toMatchObject({ deposit: { percent: 33.33 }, deposit_cents: 33_330 });
  const patch = (terms: object) => call(`PATCH /proposals/${json.id}`, { token, json: terms });
  expect((await patch({ deposit: { amount_cents: 50_000 } })).json).toMatchObject({
    ...{ version: 2, deposit_cents: 50_000, deposit: { amount_cents: 50_000 } },
  });
  expect((await patch({ schedule: null })).json.schedule).toHaveLength(2);
});

const part = { label: 'Part', due: 'request' };
const rest = { ...part, rest: true };

test.each([
  ['a percentage of 0', { deposit: { percent: 0 } }, '#/deposit/percent', 'too_small'],
  ['a percentage of 101', { deposit: { percent: 101 } }, '#/deposit/percent', 'too_large'],
  ['three decimals', { deposit: { percent: 33.333 } }, '#/deposit/percent', 'too_many_decimals'],
  [
    'a deposit above the total',
    { deposit: { amount_cents: 100_001 } },
    '#/deposit/amount_cents',
    'above_total',
  ],
  ['a deposit of a cent', { deposit: { amount_cents: 1 } }, '#/deposit', 'not_chargeable'],
  ['two kinds of deposit', { deposit: { percent: 5, amount_cents: 5 } }, '#/deposit', 'wrong_type'],
  ['a schedule of less', { schedule: [{ ...part, percent: 50 }] }, '#/schedule', 'wrong_sum'],
  [
    'a schedule of more',
    { schedule: [{ ...part, percent: 60 }, { ...part, percent: 60 }, rest] },
    '#/schedule',
    'wrong_sum',
  ],
  ['the rest first', { schedule: [rest, { ...part, percent: 50 }] }, '#/schedule', 'wrong_sum'],
  ['13 parts', { schedule: [...Array(12).fill({ ...part, percent: 5 }), rest] }, '#/schedule', 'too_long'],
  ['no part', { schedule: [] }, '#/schedule', 'too_short'],
  [
    'a date in the past',
    { schedule: [{ ...part, rest: true, due: { date: '2020-01-01' } }] },
    '#/schedule/0/due/date',
    'in_the_past',
  ],
  ['a date that is none', { valid_until: '2026-02-30' }, '#/valid_until', 'invalid_format'],
  ['an end in the past', { valid_until: '2020-01-01' }, '#/valid_until', 'in_the_past'],
  [
    'another deposit than the schedule’s',
    { deposit: { percent: 10 }, schedule: [{ ...part, percent: 20, due: 'approval' }, rest] },
    '#/deposit',
    'wrong_sum',
  ],
  [
    'a quantity of four decimals',
    { line_items: [{ ...line, quantity: 1.0001 }] },
    '#/line_items/0/quantity',
    'too_many_decimals',
  ],
  [
    'a total of zero',
    { line_items: [line, { ...line, unit_price_cents: -100_000 }] },
    '#/line_items',
    'not_chargeable',
  ],
  [
    'a total below zero',
    { line_items: [{ ...line, unit_price_cents: -1 }] },
    '#/line_items',
    'not_chargeable',
  ],
  [
    'a discount above its line',
    { line_items: [{ ...line, discount_cents: 100_001 }] },
    '#/line_items/0/discount_cents',
    'above_line',
  ],
  ['a discount above all lines', { discount_cents: 100_001 }, '#/discount_cents', 'above_subtotal'],
  ['two discounts', { discount_cents: 5, discount_percent: 5 }, '#/discount_cents', 'invalid_format'],
  ['a tax of -1', { line_items: [{ ...line, tax_percent: -1 }] }, '#/line_items/0/tax_percent', 'too_small'],
  [
    'a tax of 101',
    { line_items: [{ ...line, tax_percent: 101 }] },
    '#/line_items/0/tax_percent',
    'too_large',
  ],
])('%s is refused at its field, and changes nothing', async (_, terms, pointer, code) => {
  const org = await createOrg();
  const { json: made } = await create({}, org);
  const before = await rowCounts();
  const refused = await create(terms, org);
  expect([refused.status, refused.json.errors]).toMatchObject([400, [{ pointer, code }]]);
  const revised = await call(`PATCH /proposals/${made.id}`, { token: org.token, json: terms });
  expect([revised.status, revised.json.errors]).toMatchObject([400, [{ pointer, code }]]);
  expect(await rowCounts()).toEqual(before);
});

describe('what is agreed', () => {
  test('is in the entry of its approval, in cents', async () => {
    const { json, token } = await create({ deposit: { amount_cents: 40_000 } });
    await call(`POST /proposals/${json.id}/approve`, { token, json: { name: 'Ada', version: 1 } });
    const [approval] = await entriesOf(json.id);
    expect(approval?.meta).toMatchObject({ total_cents: 100_000, deposit_cents: 40_000, currency: 'usd' });
  });

  test('does not change with the org’s percentage, also where an earlier release made the row', async () => {
    const org = await createOrg();
    const fresh = (await create({ deposit: { percent: 30 } }, org)).json;
    const [sent, approved, untouched] = [
      await createProposal(org.id, 'draft'),
      await createProposal(org.id),
      await createProposal(org.id, 'draft'),
    ];
    await call(`POST /proposals/${sent.id}/send`, { token: org.token });
    await db.update(orgs).set({ depositPercent: 50 }).where(eq(orgs.id, org.id));
    const deposits = await Promise.all(
      [fresh, sent, approved, untouched].map(async ({ id }) => {
        return (await call(`GET /proposals/${id}`, { token: org.token })).json.deposit_cents;
      }),
    );
    expect(deposits).toEqual([30_000, 472_500, 472_500, 787_500]);
  });

  test('stays approved where the same is saved again, whichever release made it', async () => {
    const org = await createOrg();
    const old = await createProposal(org.id);
    const { json: fresh } = await create({}, org);
    await call(`POST /proposals/${fresh.id}/approve`, {
      token: org.token,
      json: { name: 'Ada', version: 1 },
    });
    for (const { id } of [old, fresh]) {
      const { json: offer } = await call(`GET /proposals/${id}`, { token: org.token });
      const schedule = offer.schedule.map(({ label, due, percent, rest: isRest, amount_cents }: never) => ({
        ...{ label, due },
        ...(isRest ? { rest: true } : percent === undefined ? { amount_cents } : { percent }),
      }));
      const { title, line_items, valid_until, terms } = offer;
      const json = { title, line_items, valid_until, terms, schedule, version: 1 };
      const answer = await call(`PATCH /proposals/${id}`, { token: org.token, json });
      expect(answer.json).toMatchObject({ version: 1, status: 'approved' });
      expect(await eventsOf(id)).toEqual(['approve']);
    }
  });

  test('is in the hash, all of it, and no name or address', async () => {
    const offer = {
      ...{ title: 'Kitchen', currency: 'usd', customerName: 'Ada', customerEmail: 'ada@example.com' },
      ...{
        lineItems: [line],
        discount: {},
        totalCents: 100_000,
        schedule: null,
        validUntil: null,
        terms: null,
      },
    };
    const hash = contentHash(offer, 2);
    const changes: Partial<typeof offer>[] = [
      { title: 'Pantry' },
      { lineItems: [{ ...line, tax_percent: 5 }] as never },
      { discount: { discount_percent: 5 } },
      { schedule: [{ key: 'balance', label: 'Total', rest: true, due: 'request' }] as never },
      { validUntil: '2026-12-01' as never },
      { terms: 'Net 14.' as never },
    ];
    for (const change of changes) expect(contentHash({ ...offer, ...change }, 2)).not.toBe(hash);
    expect(contentHash({ ...offer, customerName: 'Eve', customerEmail: 'eve@example.com' }, 2)).toBe(hash);
    const [row] = await db
      .select()
      .from(proposals)
      .where(eq(proposals.id, (await create({})).json.id));
    expect(row?.hashVersion).toBe(2);
  });
});

test('a corrected name or address is an entry, and no new version; the address ends the link', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const patch = (json: object) => call(`PATCH /proposals/${proposal.id}`, { token: org.token, json });
  expect((await patch({ customer_name: 'Ada King' })).json).toMatchObject({
    ...{ version: 1, status: 'approved', customer_name: 'Ada King' },
  });
  expect((await call(`GET /proposals/${proposal.id}`, { token: proposal.token })).status).toBe(200);
  await patch({ customer_email: 'right@example.com' });
  await patch({ customer_email: 'right@example.com' });
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'customer_changed', 'customer_changed']);
  expect((await call(`GET /proposals/${proposal.id}`, { token: proposal.token })).status).toBe(401);
});

test('a date that has passed meanwhile is kept, and a part of nothing is none', async () => {
  const org = await createOrg();
  const schedule = [
    { label: 'First', percent: 40, due: { date: date(0) } },
    { label: 'Rest', rest: true, due: 'request' },
  ];
  const { json } = await create({ schedule, valid_until: date(0) }, org);
  const past = [
    { ...schedule[0], key: 'part-1', due: { date: '2020-01-01' } },
    { ...schedule[1], key: 'balance' },
  ];
  await db
    .update(proposals)
    .set({ validUntil: '2020-01-01', schedule: past as never, contentHash: 'another' })
    .where(eq(proposals.id, json.id));
  const kept = past.map(({ key: _, ...part }) => part);
  const patch = (id: number, terms: object) =>
    call(`PATCH /proposals/${id}`, { token: org.token, json: terms });
  const named = { customer_name: 'Ada King', schedule: kept, valid_until: '2020-01-01' };
  expect(await patch(json.id, named)).toMatchObject({ status: 200, json: { version: 1 } });
  expect(await patch(json.id, { valid_until: '2020-01-02' })).toMatchObject({ status: 400 });

  // With a deposit of all of it nothing is left, and nothing is shown of the rest: without it, it is the same.
  const { json: whole } = await create({ deposit: { percent: 100 } }, org);
  expect(whole.schedule).toHaveLength(1);
  const sent = { schedule: [{ label: 'Deposit', percent: 100, due: 'approval' }] };
  expect((await patch(whole.id, sent)).json.version).toBe(1);
});

test.each([
  ['a deposit that leaves less than can be charged', { deposit: { amount_cents: 99_980 } }, '#/schedule/1'],
])('%s is refused', async (_, terms, pointer) => {
  const { status, json } = await create(terms);
  expect([status, json.errors]).toMatchObject([400, [{ pointer, code: 'not_chargeable' }]]);
});

test('an offer that ran out is neither sent, approved nor paid; a new version is', async () => {
  const org = await createOrg();
  const { json } = await create({}, org);
  await db
    .update(proposals)
    .set({ validUntil: '2020-01-01', contentHash: 'another' })
    .where(eq(proposals.id, json.id));
  const post = (path: string, sent: object = {}) =>
    call(`POST /proposals/${json.id}/${path}`, { token: org.token, json: sent });
  expect((await call(`GET /proposals/${json.id}`, { token: org.token })).json).toMatchObject({
    ...{ expired: true, due_cents: 0, status: 'draft' },
  });
  for (const answer of [await post('send'), await post('approve', { name: 'Ada', version: 1 })])
    expect(answer).toMatchObject({ status: 409, json: { code: 'proposal_expired' } });
  const patch = { valid_until: null };
  expect((await call(`PATCH /proposals/${json.id}`, { token: org.token, json: patch })).json.version).toBe(2);
  expect((await post('approve', { name: 'Ada', version: 2 })).status).toBe(200);
  await db
    .update(proposals)
    .set({ validUntil: '2020-01-01', contentHash: 'another' })
    .where(eq(proposals.id, json.id));
  const checkout = await call(`POST /payments/checkout_session?proposal_id=${json.id}`, { token: org.token });
  expect(checkout).toMatchObject({ status: 409, json: { code: 'proposal_expired' } });
});

test('a duplicate is a draft of the same terms, once a click', async () => {
  const org = await createOrg();
  const schedule = [
    { label: 'First', percent: 40, due: { date: date(10) } },
    { label: 'Rest', rest: true, due: 'request' },
  ];
  const { json } = await create({ schedule, terms: 'Net 14.', discount_percent: 5 }, org);
  const copy = () =>
    call(`POST /proposals/${json.id}/duplicate`, { token: org.token, headers: { 'idempotency-key': 'one' } });
  const [first, second] = [await copy(), await copy()];
  expect(first.status).toBe(201);
  expect(second.json.id).toBe(first.json.id);
  expect(first.json).toMatchObject({
    ...{ title: 'Kitchen', status: 'draft', terms: 'Net 14.', discount_percent: 5, total_cents: 95_000 },
    schedule: [{ label: 'First', due: 'request' }, { label: 'Rest' }],
  });
  const stranger = await createOrg();
  const answer = await call(`POST /proposals/${json.id}/duplicate`, { token: stranger.token });
  expect(answer).toMatchObject({ status: 404, json: { code: 'proposal_not_found' } });
});
