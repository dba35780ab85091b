import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { orgs } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { createOrg, db } from '../support/world.ts';

async function orgWith(
  ...proposals: { title: string; customer_name?: string; customer_email?: string; line_items?: object[] }[]
) {
  const org = await createOrg();
  for (const proposal of proposals) {
    await call('POST /proposals', {
      token: org.token,
      json: {
        customer_name: 'Ada Lovelace',
        customer_email: 'ada@example.com',
        line_items: [{ description: 'Work', quantity: 1, unit_price_cents: 10_000 }],
        ...proposal,
      },
    });
  }
  const titles = async (query: string) => {
    const { status, json } = await call(`GET /proposals?${query}`, { token: org.token });
    return status === 200 ? json.data.map(({ title }: { title: string }) => title) : json.code;
  };
  const list = async (query: string) => (await call(`GET /proposals?${query}`, { token: org.token })).json;
  return { org, titles, list };
}

test('a search finds text in title, name and address, in any case', async () => {
  const { titles } = await orgWith(
    { title: 'Kitchen' },
    { title: 'Roof', customer_name: 'Mrs Kitchener' },
    { title: 'Garden', customer_email: 'the.kitchen@example.com' },
    { title: 'Bath' },
  );
  expect(await titles('q=KITCHEN')).toEqual(['Garden', 'Roof', 'Kitchen']);
  expect(await titles('q=nothing')).toEqual([]);
});

test('a search has no wildcards', async () => {
  const { titles } = await orgWith(
    { title: '100% wool' },
    { title: '100 tiles' },
    { title: 'a_b' },
    { title: 'a\\b' },
  );
  expect(await titles('q=100%25')).toEqual(['100% wool']);
  expect(await titles('q=a_b')).toEqual(['a_b']);
  expect(await titles('q=a%5Cb')).toEqual(['a\\b']);
});

test('a list can be limited to one status', async () => {
  const { org, titles } = await orgWith({ title: 'Kept' }, { title: 'Taken back' });
  const { json } = await call('GET /proposals?q=Taken', { token: org.token });
  await call(`POST /proposals/${json.data[0].id}/void`, { token: org.token });
  expect(await titles('status=void')).toEqual(['Taken back']);
  expect(await titles('status=draft')).toEqual(['Kept']);
  expect(await titles('status=void&q=Kept')).toEqual([]);
  expect(await titles('status=lost')).toBe('invalid_request');
});

test('a search finds parts of words in any order, without accents, and the number of a proposal', async () => {
  const { titles, list } = await orgWith(
    { title: 'Küche', customer_name: 'José Núñez' },
    { title: 'Garden', customer_name: 'Joseph' },
    { title: '#300 of the catalogue' },
  );
  expect(await titles('q=jose')).toEqual(['Garden', 'Küche']);
  expect(await titles('q=JOS%C3%89')).toEqual(['Garden', 'Küche']);
  expect(await titles('q=nun%20kuch')).toEqual(['Küche']);
  expect(await titles('q=jose%20catalogue')).toEqual([]);
  expect(await titles('q=%23300')).toEqual(['#300 of the catalogue']);
  for (const title of ['Смета №5', 'ΟΔΟΣ', 'Acme™']) {
    const { titles: found } = await orgWith({ title });
    expect(await found(`q=${encodeURIComponent(title)}`)).toEqual([title]);
  }
  const { id, title } = (await list('q=garden')).data[0];
  expect(await titles(`q=%23${id}`)).toContain(title);
  expect(await titles(`q=${id}`)).toContain(title);
});

test.each(['%25', '_', '%23', '%E2%80%A6', "'", '%5C'])(
  'a search for %s alone finds what holds it',
  async (q) => {
    const { titles } = await orgWith({ title: `It holds ${decodeURIComponent(q)}` }, { title: 'Other' });
    expect(await titles(`q=${q}`)).toEqual([`It holds ${decodeURIComponent(q)}`]);
  },
);

test('an empty search finds everything, and one that is too long nothing', async () => {
  const { titles } = await orgWith({ title: 'One' });
  expect(await titles('q=')).toEqual(['One']);
  expect(await titles('q=%20')).toEqual(['One']);
  expect(await titles(`q=${'a'.repeat(201)}`)).toBe('invalid_request');
});

test('a list is sorted by what is asked for, and its pages follow that order', async () => {
  const amounts = Array.from({ length: 60 }, (_, index) => ((index * 37) % 60) * 1_000 + 10_000);
  const { list } = await orgWith(
    ...amounts.map((unit_price_cents, index) => ({
      title: `Job ${index}`,
      line_items: [{ description: 'Work', quantity: 1, unit_price_cents }],
    })),
  );
  for (const sort of ['total_cents', '-total_cents'] as const) {
    const first = await list(`sort=${sort}`);
    const second = await list(`sort=${sort}&cursor=${first.next_cursor}`);
    const seen = [...first.data, ...second.data].map(({ total_cents }) => total_cents);
    const sorted = [...amounts].sort((a, b) => a - b);
    expect(seen).toEqual(sort === 'total_cents' ? sorted : sorted.reverse());
    expect(second.next_cursor).toBeNull();
  }
});

test('names are sorted without regard to case', async () => {
  const { titles } = await orgWith(
    { title: '1', customer_name: 'bob' },
    { title: '2', customer_name: 'Ada' },
    { title: '3', customer_name: 'Cy' },
  );
  expect(await titles('sort=customer_name')).toEqual(['2', '1', '3']);
  expect(await titles('sort=-customer_name')).toEqual(['3', '1', '2']);
  expect(await titles('sort=created_at')).toEqual(['1', '2', '3']);
  expect(await titles('sort=price')).toBe('invalid_request');
});

test("another org's proposal is no cursor, and says nothing of itself", async () => {
  const [{ list }, other] = [await orgWith({ title: 'Own' }), await orgWith({ title: 'Theirs' })];
  const [{ id }] = (await other.list('')).data;
  expect(await list(`sort=title&cursor=${id}`)).toEqual({ data: [], next_cursor: null });
});

test("days are those of the org's time zone, and both ends count", async () => {
  const { org, titles } = await orgWith({ title: 'Late' });
  await db.update(orgs).set({ timeZone: 'Pacific/Kiritimati' }).where(eq(orgs.id, org.id)); // UTC+14
  await db.execute(sql`update proposals set created_at = '2026-11-25T12:00:00Z' where org_id = ${org.id}`);
  expect(await titles('from=2026-11-26&to=2026-11-26')).toEqual(['Late']);
  expect(await titles('to=2026-11-25')).toEqual([]);
  expect(await titles('from=2026-11-27')).toEqual([]);
  expect(await titles('from=yesterday')).toBe('invalid_request');
});
