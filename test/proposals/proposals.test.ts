import { afterEach, describe, expect, test, vi } from 'vitest';
import { call } from '../support/api.ts';
import { isAppend, onDatabase } from '../support/faults.ts';
import {
  createOrg,
  createProposal,
  entriesOf,
  eventsOf,
  paidEvent,
  rowCounts,
  statusOf,
  tokens,
} from '../support/world.ts';

afterEach(() => vi.restoreAllMocks());

const body = {
  title: 'Bathroom',
  customer_name: 'Grace Hopper',
  customer_email: 'grace@example.com',
  line_items: [
    { description: 'Tiles', quantity: 24, unit_price_cents: 18_500 },
    { description: 'Shower', quantity: 1, unit_price_cents: 246_000 },
  ],
};

describe('creating', () => {
  test('a draft gets its total from its line items', async () => {
    const org = await createOrg();
    const created = await call('POST /proposals', { token: org.token, json: body });
    expect(created).toMatchObject({
      status: 201,
      json: {
        ...body,
        org_id: org.id,
        lead_id: null,
        currency: 'usd',
        total_cents: 690_000,
        version: 1,
        status: 'draft',
      },
    });
    expect(created.headers.get('location')).toBe(`/proposals/${created.json.id}`);
    expect(await eventsOf(created.json.id)).toEqual([]);
    const got = await call(`GET /proposals/${created.json.id}`, { token: org.token });
    expect(got.json).toEqual({
      ...created.json,
      org_name: 'Test',
      deposit_cents: 207_000,
      due_cents: 207_000,
      deposit_status: 'unpaid',
      approved_by: null,
      approved_at: null,
      paid_cents: 0,
      paid_at: null,
      refunded_cents: 0,
    });
  });

  test('with an idempotency key, a replay and the loser of a race get the same proposal', async () => {
    const org = await createOrg();
    const post = (key: string, json: object = body) =>
      call('POST /proposals', { token: org.token, json, headers: { 'idempotency-key': key } });
    const answers = [...(await Promise.all([post('one'), post('one'), post('one')])), await post('one')];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const ids = new Set(answers.map(({ json }) => json.id));
    expect(ids.size).toBe(1);

    const others = [await post('two'), await post('one', { ...body, title: 'Another' })];
    for (const { json } of others) ids.add(json.id);
    const lead = await call('POST /leads', { token: org.token, json: { name: 'Grace' } });
    ids.add((await post('one', { ...body, lead_id: lead.json.id })).json.id);
    expect(ids.size).toBe(4);
    expect((await call('GET /proposals', { token: org.token })).json.data).toHaveLength(4);
  });

  test('the same key in another org makes another proposal', async () => {
    const orgs = [await createOrg(), await createOrg()];
    for (const { id, token } of orgs) {
      const headers = { 'idempotency-key': 'one' };
      const answer = await call('POST /proposals', { token, json: body, headers });
      expect(answer).toMatchObject({ status: 201, json: { org_id: id } });
    }
  });

  test("a proposal may come from a lead of its org, not from another's", async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    const lead = await call('POST /leads', { token: org.token, json: { name: 'Grace' } });
    const json = { ...body, lead_id: lead.json.id };
    expect(await call('POST /proposals', { token: org.token, json })).toMatchObject({
      json: { lead_id: lead.json.id },
    });
    const before = await rowCounts();
    const foreign = await call('POST /proposals', { token: other.token, json });
    expect(foreign).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    expect(await rowCounts()).toEqual(before);
  });

  test.each([
    ['no line items', { ...body, line_items: [] }, 'invalid_request'],
    [
      'half an item of a cent',
      { ...body, line_items: [{ description: 'x', quantity: 0.5, unit_price_cents: 1 }] },
      'invalid_amount',
    ],
    [
      'a total below zero',
      { ...body, line_items: [{ description: 'x', quantity: 1, unit_price_cents: -1 }] },
      'invalid_amount',
    ],
    [
      'a total of nothing',
      { ...body, line_items: [{ description: 'x', quantity: 1, unit_price_cents: 0 }] },
      'invalid_amount',
    ],
    [
      'a total over twelve digits',
      { ...body, line_items: [{ description: 'x', quantity: 1_000_000, unit_price_cents: 50_000_000 }] },
      'invalid_amount',
    ],
    ['no customer', { ...body, customer_email: 'nobody' }, 'invalid_request'],
    ['a title too long', { ...body, title: 'x'.repeat(201) }, 'invalid_request'],
  ])('refuses %s and changes nothing', async (_, json, code) => {
    const { token } = await createOrg();
    const before = await rowCounts();
    expect(await call('POST /proposals', { token, json })).toMatchObject({ status: 400, json: { code } });
    expect(await rowCounts()).toEqual(before);
  });
});

test.each([
  ['an apostrophe in an address', { customer_email: "o'brien@example.ie" }, {}],
  ['an internationalized domain', { customer_email: 'anna@bücher.example' }, {}],
  ['a direction mark behind a name', { customer_name: 'ليلى\u200F' }, { customer_name: 'ليلى' }],
  ['direction marks around a title', { title: '\u202BKitchen\u202C' }, { title: 'Kitchen' }],
  ['an emoji of several', { title: 'Garden 👩‍🌾' }, {}],
  ['line ends of Windows', { terms: 'One\r\nTwo' }, { terms: 'One\nTwo' }],
  [
    'a total that is charged in parts',
    { line_items: [{ description: 'x', quantity: 1, unit_price_cents: 120_000_000 }] },
    {},
  ],
])('%s is no reason to refuse a proposal', async (_, changed, kept) => {
  const { token } = await createOrg();
  const { status, json } = await call('POST /proposals', { token, json: { ...body, ...changed } });
  expect(status).toBe(201);
  const { json: read } = await call(`GET /proposals/${json.id}`, { token });
  expect(read).toMatchObject({ ...changed, ...kept });
});

test("a list holds the org's own proposals, newest first, in pages", async () => {
  const [org, other] = [await createOrg(), await createOrg()];
  await createProposal(other.id);
  const ids: number[] = [];
  for (let count = 0; count < 52; count += 1) ids.unshift((await createProposal(org.id, 'draft')).id);
  const first = await call('GET /proposals', { token: org.token });
  const second = await call(`GET /proposals?cursor=${first.json.next_cursor}`, { token: org.token });
  const seen = [...first.json.data, ...second.json.data].map(({ id }: { id: number }) => id);
  expect(seen).toEqual(ids);
  expect(second.json.next_cursor).toBeNull();
  expect((await call('GET /proposals', { token: (await createOrg()).token })).json).toEqual({
    data: [],
    next_cursor: null,
  });
});

test("an unknown proposal and another org's are not found, alike, whatever is asked", async () => {
  const [org, other] = [await createOrg(), await createOrg()];
  const foreign = await createProposal(other.id);
  const before = await rowCounts();
  const asked = (id: number) =>
    Promise.all([
      call(`GET /proposals/${id}`, { token: org.token }),
      call(`GET /proposals/${id}/activity`, { token: org.token }),
      call(`POST /proposals/${id}/send`, { token: org.token }),
      call(`POST /proposals/${id}/approve`, { token: org.token, json: { name: 'Eve', version: 1 } }),
    ]);
  const plain = async (id: number) =>
    (await asked(id)).map(({ status, json }) => ({ status, ...json, request_id: null }));
  const theirs = await plain(foreign.id);
  expect(theirs.map(({ status, code }) => [status, code])).toEqual(
    Array(4).fill([404, 'proposal_not_found']),
  );
  expect(await plain(999_999_999)).toEqual(theirs);
  expect(await rowCounts()).toEqual(before);
});

test('a cursor beyond the largest seq is refused', async () => {
  const org = await createOrg();
  const { id } = await createProposal(org.id);
  const answer = await call(`GET /proposals/${id}/activity?cursor=3000000000`, { token: org.token });
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
});

test.each(['-7', '0', 'seven', '9223372036854775808', '7.5'])('%s is not a proposal id', async (id) => {
  const { token } = await createOrg();
  expect(await call(`GET /proposals/${id}`, { token })).toMatchObject({
    status: 400,
    json: { code: 'invalid_proposal_id' },
  });
});

describe('viewing', () => {
  test('a look at the page is recorded once an hour; fetching the proposal alone records nothing', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    await call(`GET /proposals/${proposal.id}`, { token: org.token });
    await call(`GET /proposals/${proposal.id}`, { token: proposal.token });
    expect(await eventsOf(proposal.id)).toEqual([]);
    const looks = [1, 2, 3].map(() => call(`POST /proposals/${proposal.id}/view`, { token: proposal.token }));
    for (const { status } of await Promise.all(looks)) expect(status).toBe(200);
    expect(await entriesOf(proposal.id)).toMatchObject([{ event: 'view', actor: 'customer', seq: 1 }]);
    expect(await statusOf(proposal.id)).toBe('draft');
  });

  test("a look by staff is not a customer's", async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const answer = await call(`POST /proposals/${proposal.id}/view`, { token: org.token });
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    expect(await eventsOf(proposal.id)).toEqual([]);
  });

  test.each([[0], [1.5], ['1'], [-1]])(
    'a look at version %j is refused, and records nothing',
    async (version) => {
      const proposal = await createProposal((await createOrg()).id, 'draft');
      const json = { version };
      const answer = await call(`POST /proposals/${proposal.id}/view`, { token: proposal.token, json });
      expect(answer).toMatchObject({
        ...{ status: 400, json: { code: 'invalid_request', errors: [{ pointer: '#/version' }] } },
      });
      expect(await eventsOf(proposal.id)).toEqual([]);
    },
  );

  test('a look that cannot be recorded is a 503, and the same again heals it', async () => {
    const proposal = await createProposal((await createOrg()).id, 'draft');
    const look = () => call(`POST /proposals/${proposal.id}/view`, { token: proposal.token });
    const outage = onDatabase((send, sent) =>
      isAppend(sent) ? Promise.reject(new TypeError('Network connection lost.')) : send(),
    );
    expect(await look()).toMatchObject({ status: 503, json: { code: 'log_unavailable' } });
    outage.mockRestore();
    expect((await look()).status).toBe(200);
    expect(await eventsOf(proposal.id)).toEqual(['view']);
  });

  test.each(['void', 'approved'] as const)('a link also opens a proposal that is %s', async (status) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, status);
    const answer = await call(`GET /proposals/${proposal.id}`, { token: proposal.token });
    expect(answer).toMatchObject({ status: 200, json: { status } });
  });
});

describe('sending', () => {
  test('the proposal says for which version a link was made last', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const path = `/proposals/${proposal.id}`;
    const sentVersion = async () => (await call(`GET ${path}`, { token: org.token })).json.sent_version;
    expect(await sentVersion()).toBeNull();
    await call(`POST ${path}/send`, { token: org.token });
    expect(await sentVersion()).toBe(1);
    await call(`PATCH ${path}`, { token: org.token, json: { title: 'Another', version: 1 } });
    expect(await sentVersion()).toBe(1);
    await call(`POST ${path}/send`, { token: org.token });
    expect(await sentVersion()).toBe(2);
    await call(`POST ${path}/links/revoke`, { token: org.token });
    expect(await sentVersion()).toBeNull();
  });

  test('returns a link to this proposal, the same one within the hour', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const send = () => call(`POST /proposals/${proposal.id}/send`, { token: org.token });
    const answers = [...(await Promise.all([send(), send()])), await send()];
    const [first] = answers;
    const links = new Set(answers.map(({ json }) => json.portal_url));
    // At the turn of an hour there may be two.
    expect(links.size).toBe(new Set((await entriesOf(proposal.id)).map(({ id }) => id)).size);
    expect(first?.json.portal_url).toMatch(
      new RegExp(`^http://localhost:5173/proposal/${proposal.id}#token=`),
    );
    const days = (Date.parse(first?.json.expires_at) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(180, 1);

    const token = first?.json.portal_url.split('#token=')[1];
    expect((await call(`GET /proposals/${proposal.id}`, { token })).json.status).toBe('sent');
    // The token itself lasts for years: what happens meanwhile moves the link's end (`revocation.test.ts`).
    const inYears = new Date(Date.now() + 9 * 365 * 86_400_000);
    expect(await tokens.parse(token, inYears)).toMatchObject({ kind: 'customer', proposalId: proposal.id });
  });

  test('a void proposal is refused', async () => {
    const org = await createOrg();
    const { id } = await createProposal(org.id, 'void');
    const answer = await call(`POST /proposals/${id}/send`, { token: org.token });
    expect(answer).toMatchObject({ status: 409, json: { code: 'proposal_void' } });
  });
});

describe('approving', () => {
  const approve = (id: number, token: string, json: object = { name: 'Ada Lovelace', version: 1 }) =>
    call(`POST /proposals/${id}/approve`, { token, json, headers: { 'cf-connecting-ip': '192.0.2.1' } });

  test('records name, time, address and the hash of what was approved', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const answer = await approve(proposal.id, proposal.token);
    expect(answer.json).toEqual({
      id: proposal.id,
      status: 'approved',
      version: 1,
      approved_by: 'Ada Lovelace',
      approved_at: expect.any(String),
    });
    const [entry] = await entriesOf(proposal.id);
    expect(entry).toMatchObject({
      event: 'approve',
      actor: 'customer',
      meta: {
        name: 'Ada Lovelace',
        version: 1,
        ip: '192.0.2.1',
        content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(entry?.createdAt.toISOString()).toBe(answer.json.approved_at);
    expect(await statusOf(proposal.id)).toBe('approved');
  });

  test('again by the same person gets the same answer; by another, at once or later, a conflict', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const answers = await Promise.all([
      approve(proposal.id, proposal.token),
      approve(proposal.id, org.token, { name: 'Staff', version: 1 }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [winner, loser] =
      answers[0]?.status === 200 ? [proposal.token, org.token] : [org.token, proposal.token];
    const name = (token: string) => ({ name: token === org.token ? 'Staff' : 'Ada Lovelace', version: 1 });
    const won = answers.find(({ status }) => status === 200);
    expect((await approve(proposal.id, winner, name(winner))).json).toEqual(won?.json);
    expect(await approve(proposal.id, loser, name(loser))).toMatchObject({
      status: 409,
      json: { code: 'already_approved' },
    });
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
  });

  test('an older version is a conflict and changes nothing', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json: { title: 'Larger kitchen' } });
    const before = await rowCounts();
    expect(await approve(proposal.id, proposal.token)).toMatchObject({
      status: 409,
      json: { code: 'version_conflict' },
    });
    expect(await rowCounts()).toEqual(before);
  });

  test.each([
    {},
    { name: 'Ada' },
    { version: 1 },
    { name: ' ', version: 1 },
    { name: '\u200b', version: 1 },
    { name: '\u3164', version: 1 },
    { name: 'Ada\u202e', version: 1 },
    { name: 'Ada', version: '1' },
    { name: 'A\0', version: 1 },
  ])('refuses %j', async (json) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const answer = await approve(proposal.id, proposal.token, json);
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    expect(await eventsOf(proposal.id)).toEqual([]);
  });
});

test('the activity lists every entry, newest first, in pages', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id, 'draft');
  await call(`POST /proposals/${proposal.id}/view`, { token: proposal.token });
  await call(`POST /proposals/${proposal.id}/approve`, {
    token: proposal.token,
    json: { name: 'Ada', version: 1 },
  });
  await call('POST /payments/checkout_session', {
    token: proposal.token,
    json: { proposal_id: proposal.id },
  });
  for (let payment = 0; payment < 26; payment += 1) {
    await call('POST /payments/webhook', { json: paidEvent(proposal) });
  }
  const first = await call(`GET /proposals/${proposal.id}/activity`, { token: org.token });
  const second = await call(`GET /proposals/${proposal.id}/activity?cursor=${first.json.next_cursor}`, {
    token: org.token,
  });
  const seqs = [...first.json.data, ...second.json.data].map(({ seq }: { seq: number }) => seq);
  expect(first.json.data).toHaveLength(50);
  expect(seqs).toEqual(Array.from({ length: 54 }, (_, index) => 54 - index));
  expect(second.json.next_cursor).toBeNull();
  expect(second.json.data.at(-1)).toMatchObject({
    seq: 1,
    event: 'view',
    actor: 'customer',
    proposal_id: proposal.id,
  });
});

test('a proposal without entries has an empty activity', async () => {
  const org = await createOrg();
  const { id } = await createProposal(org.id, 'draft');
  const answer = await call(`GET /proposals/${id}/activity`, { token: org.token });
  expect(answer).toMatchObject({ status: 200, json: { data: [], next_cursor: null } });
});
