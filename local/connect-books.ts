import assert from 'node:assert/strict';
import type { IntuitCompany } from './intuit/company.ts';
import type { IntuitServer } from './intuit/server.ts';

/**
 * What an admin does in a browser: goes to Intuit's page, agrees to the first company, comes back, makes what is missing there,
 * and confirms. All of today is booked.
 */
export async function connectBooks(
  url: string,
  token: string,
  { intuit }: IntuitServer,
): Promise<IntuitCompany> {
  const ask = (method: string, path: string, json?: object) =>
    fetch(`${url}/quickbooks/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(json ? { body: JSON.stringify(json) } : {}),
    });
  const begun = await ask('POST', 'connect');
  const { url: page } = (await begun.json()) as { url: string };
  const [, back = ''] = /<li><a href="([^"]+)"/.exec(await (await fetch(page)).text()) ?? [];
  const { search, searchParams } = new URL(back.replaceAll('&amp;', '&'));
  const [cookie = ''] = (begun.headers.get('set-cookie') ?? '').split(';');
  const returned = await fetch(`${url}/quickbooks/callback${search}`, {
    headers: { cookie },
    redirect: 'manual',
  });
  assert.deepEqual([returned.status, returned.headers.get('location')?.includes('problem')], [302, false]);
  const make = async (part: string) => ((await (await ask('POST', 'parts', { part })).json()) as Choice).id;
  const [deposit, income, clearing] = [
    await make('deposit_item'),
    await make('income_item'),
    await make('clearing_account'),
  ];
  const { accounts } = (await (await ask('GET', 'choices')).json()) as { accounts: readonly Choice[] };
  const confirmed = await ask('PUT', 'settings', {
    ...{ mode: 'invoice', deposit_item_id: deposit, income_item_id: income, clearing_account_id: clearing },
    other_account_id: accounts.find(({ name }) => name === 'Undeposited Funds')?.id,
    start_on: new Date().toISOString().slice(0, 10),
  });
  assert.equal(confirmed.status, 200);
  const company = intuit.companies.get(searchParams.get('realmId') ?? '');
  assert.ok(company);
  return company;
}

type Choice = { readonly id: string; readonly name: string };
