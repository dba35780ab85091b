import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { createOrg } from '../support/world.ts';

async function orgWith(...proposals: { title: string; customer_name?: string; customer_email?: string }[]) {
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
  return { org, titles };
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
