import { expect, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import { signIn } from './support/staff-page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('staff make a proposal, send it, revise it and void it, and its story lists all of that', async ({
  page,
  deployed: { url, office },
}) => {
  await signIn(page, url);
  await page.getByRole('link', { name: 'New proposal' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Garden wall');
  await page.getByLabel('Customer’s name').fill('Mary Shelley');
  await page.getByLabel('Customer’s email').fill('mary@example.com');
  await page.getByLabel('Description of line 1').fill('Bricks');
  await page.getByLabel('Quantity of line 1').fill('1,200');
  await page.getByLabel('Price of one in line 1').fill('1.25');
  await page.getByRole('button', { name: 'Add a line' }).click();
  await page.getByLabel('Description of line 2').fill('Work');
  await page.getByLabel('Price of one in line 2').fill('$2,000');
  await page.getByLabel('Description of line 2').click();
  await expect(page.locator('.sums')).toContainText('$3,500.00');
  await expect(page.locator('.part output')).toHaveText(['$1,050.00', '$2,450.00']);
  await page.getByRole('button', { name: 'Create draft' }).dblclick();

  await expect(page.getByRole('heading', { name: 'Garden wall' })).toBeVisible();
  await expect(page.locator('.status')).toHaveText('Draft');
  const id = Number(page.url().split('/').at(-1));
  const { data } = await office.call<{ data: unknown[] }>('GET', '/proposals?q=Garden%20wall');
  expect(data).toHaveLength(1);

  await page.getByRole('button', { name: 'Copy link for the customer' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  await expect(page.locator('.status')).toHaveText('Sent');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(new RegExp(`^${url}/proposal/${id}#token=`));
  expect(await page.getByLabel('Link for the customer').inputValue()).toBe(link);

  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Quantity of line 2').fill('2');
  await page.getByRole('button', { name: 'Remove line 1' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByLabel('Description of line 1')).toHaveValue('Bricks');
  await page.getByRole('button', { name: 'Remove line 1' }).click();
  await expect(page.getByLabel('Description of line 1')).toHaveValue('Work');
  await page.getByRole('button', { name: 'Save new version' }).click();
  await expect(page.getByRole('heading', { name: 'Send Mary Shelley the change' })).toBeVisible();
  await expect(page.getByText('version 2, for')).toBeVisible();
  await expect(page.locator('.offer .total')).toContainText('$4,000.00');

  await page.getByRole('button', { name: 'Void' }).click();
  await page.getByRole('button', { name: 'Void it' }).click();
  await expect(page.locator('.status')).toHaveText('Void');
  await expect(page.getByRole('button', { name: 'Copy link for the customer' })).toHaveCount(0);
  await expect(page.locator('.timeline li strong')).toHaveText([
    'Voided',
    'Changed to version 2, $4,000.00 in all',
    'Link created (version 1)',
    'Created',
  ]);
});

test('staff withdraw the links: the one they had copied opens nothing any more, and the next one does', async ({
  page,
  context,
  deployed: { url, office },
}) => {
  const { id } = await office.send();
  await signIn(page, url, `/staff/proposals/${id}`);
  const copyLink = async () => {
    await page.getByRole('button', { name: 'Copy link for the customer' }).click();
    await expect(page.getByText('Copied.')).toBeVisible();
    return page.getByLabel('Link for the customer').inputValue();
  };
  const first = await copyLink();
  await page.getByRole('button', { name: 'Withdraw links' }).click();
  await expect(page.getByText('Ada Lovelace needs a new one.')).toBeVisible();
  await look(page, 'staff-withdraw-links');
  await page.getByRole('button', { name: 'Withdraw them' }).dblclick();
  await expect(page.getByLabel('Link for the customer')).toHaveCount(0);
  await expect(page.locator('.timeline li strong').first()).toHaveText('Links withdrawn');
  const second = await copyLink();
  const customer = await context.newPage();
  await customer.goto(first);
  await expect(customer.getByRole('heading', { name: 'This link does not open a proposal' })).toBeVisible();
  await customer.goto('about:blank');
  await customer.goto(second);
  await expect(customer.getByRole('heading', { name: 'Kitchen renovation' })).toBeVisible();
});

test('of two edits at once, the second is refused and nothing of it is saved', async ({
  page,
  deployed: { url, office },
}) => {
  const { id } = await office.send();
  await signIn(page, url, `/staff/proposals/${id}/edit`);
  await page.getByRole('textbox', { name: 'Title' }).fill('Mine');
  await office.revise(id, { title: 'Theirs' });
  const looked = page.waitForResponse(`**/proposals/${id}`);
  await page.evaluate(() => dispatchEvent(new Event('visibilitychange'))); // a return from another tab refreshes the page
  await looked;
  await page.getByRole('button', { name: 'Save new version' }).click();
  await expect(page.getByRole('alert')).toContainText('Somebody else changed this proposal meanwhile.');
  await page.getByRole('button', { name: 'Open it again' }).click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Theirs');
});

test('a refusal by the API is shown beside the action', async ({ page, deployed: { url } }) => {
  await signIn(page, url, '/staff/proposals/new');
  await page.getByRole('textbox', { name: 'Title' }).fill('For nothing');
  await page.getByLabel('Customer’s name').fill('Mary Shelley');
  await page.getByLabel('Customer’s email').fill('mary@example.com');
  await page.getByLabel('Description of line 1').fill('Advice');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('alert')).toContainText('Total: It must be from $0.50 to $9,999,999,999.99.');
  await page.getByLabel('Price of one in line 1').fill('100');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('heading', { name: 'For nothing' })).toBeVisible();
});

test('filters are kept in the address, and an empty result says so', async ({
  page,
  deployed: { url, office },
}) => {
  const { id } = await office.send({ title: 'Winter garden' });
  await office.void(id);
  await signIn(page, url);
  await page.getByLabel('Search').fill('winter');
  await expect(page.getByRole('link', { name: 'Winter garden' })).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByLabel('Status').selectOption('Sent');
  await expect(page.getByText('No proposal matches.')).toBeVisible();
  await page.reload();
  await expect(page.getByText('No proposal matches.')).toBeVisible();
  await page.getByLabel('Status').selectOption('Void');
  await page.getByRole('link', { name: 'Winter garden' }).click();
  await page.goBack();
  await expect(page.getByLabel('Search')).toHaveValue('winter');
  await expect(page.getByRole('link', { name: 'Winter garden' })).toBeVisible();
});

test('anomalies, disputes and unattributed money are shown prominently', async ({
  page,
  deployed: { url, office, stripe },
}) => {
  const sent = await office.send({ title: 'Paid twice' });
  await office.call('POST', `/proposals/${sent.id}/approve`, { name: 'Ada', version: 1 });
  const { session_id } = await office.call<{ session_id: string }>(
    'POST',
    `/payments/checkout_session?proposal_id=${sent.id}`,
  );
  stripe.account.pay(session_id);
  await expect.poll(() => office.count(sent.id, 'payment_success')).toBe(1);
  const intent = stripe.account.sessions.get(session_id)?.payment_intent ?? '';
  stripe.account.openDispute(intent);
  // As another program of the same account might.
  const metadata = { portal_url: url, org_id: '1' };
  const given = { currency: 'usd', customer_email: null, client_reference_id: null, description: 'Another' };
  const urls = { success_url: url, cancel_url: null, expires_at: null };
  const make = (proposal_id: number, amount_total: number) =>
    stripe.account.createSession({
      ...given,
      ...urls,
      amount_total,
      metadata: { ...metadata, proposal_id: String(proposal_id) },
    });
  stripe.account.pay(make(sent.id, 100).id);
  stripe.account.pay(make(987_654_321, 4_200).id);
  await expect.poll(() => office.count(sent.id, 'payment_anomaly')).toBe(2);
  await expect.poll(() => office.count(sent.id, 'dispute_opened')).toBe(1);

  await signIn(page, url);
  const banner = page.getByRole('complementary', { name: 'Needs attention' });
  await expect(banner).toContainText('Needs attention: 2 payment mismatches, 1 open dispute');
  await expect(banner).toContainText('1 unmatched payment');
  await banner.getByRole('link', { name: 'Review' }).click();
  await expect(page.getByText('Wrong amount: received $1.00, expected $4,725.00')).toBeVisible();
  await expect(page.getByText('Paid twice: extra $1.00 received')).toBeVisible();
  await expect(page.getByText('$4,725.00 disputed')).toBeVisible();
  await expect(page.getByText('$42.00')).toBeVisible();

  await page.getByRole('link', { name: 'Paid twice' }).first().click();
  await expect(page.locator('.timeline li.worrying')).toHaveCount(3);
});

test('the numbers are what the log says', async ({ page, deployed: { url, office, stripe } }) => {
  const before = await office.call<{ payments: number }>('GET', '/reports/numbers');
  const { id } = await office.send();
  await office.call('POST', `/proposals/${id}/approve`, { name: 'Ada', version: 1 });
  const checkout = `/payments/checkout_session?proposal_id=${id}`;
  const { session_id } = await office.call<{ session_id: string }>('POST', checkout);
  stripe.account.pay(session_id);
  await expect.poll(() => office.count(id, 'payment_success')).toBe(1);

  await signIn(page, url, '/staff/numbers');
  const after = await office.call<{ payments: number; revenue_cents: number }>('GET', '/reports/numbers');
  expect(after.payments).toBe(before.payments + 1);
  const tile = (name: string) => page.locator('.tiles div', { hasText: name }).locator('dd');
  await expect(tile('Payments')).toHaveText(String(after.payments));
  const revenue = (after.revenue_cents / 100).toLocaleString('en', { style: 'currency', currency: 'USD' });
  await expect(tile('Gross')).toHaveText(revenue);
  await expect(page.locator('.recharts-bar-rectangle').first()).toBeVisible();
  await page.getByLabel('Period').selectOption('Last 7 days');
  await expect(page).toHaveURL(/days=7/);
  await expect(tile('Payments')).toHaveText(String(after.payments));
});

test('a wrong password is explained, and after a session ends the login leads back to the same page', async ({
  page,
  deployed: { url },
}) => {
  await page.goto(`${url}/staff/numbers`);
  await page.getByLabel('Email').fill('admin@peakpro.io');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('The email or the password is wrong.');
  await page.getByLabel('Password').fill('password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Numbers' })).toBeVisible();

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Numbers' })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).toBe('{}');
});

test('a session that ends during an edit keeps the draft, for the same user only', async ({
  page,
  deployed: { url },
}) => {
  await signIn(page, url, '/staff/proposals/new');
  await page.getByRole('textbox', { name: 'Title' }).fill('Half written');
  const refused = /\/(reports\/attention|auth\/refresh)$/;
  const refuse = () =>
    page.route(refused, (route) =>
      route.fulfill({
        status: 401,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          ...{ title: 'Unauthorized', status: 401, detail: 'The token has expired.' },
          ...{ code: 'token_expired', request_id: crypto.randomUUID() },
        }),
      }),
    );
  const end = async () => {
    await refuse();
    await expect(async () => {
      await page.evaluate(() => dispatchEvent(new Event('visibilitychange'))); // refreshes, unless a refresh is running
      await expect(page.getByText('You were signed out.')).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 20_000 });
    await page.unroute(refused);
  };
  await end();
  await page.getByRole('textbox', { name: 'Email' }).fill('admin@peakpro.io');
  await page.getByLabel('Password').fill('password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Half written');

  await end();
  await page.getByRole('textbox', { name: 'Email' }).fill('admin@summit.example');
  await page.getByLabel('Password').fill('password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Summit Roofing')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await expect(page.getByText('You were signed out.')).toHaveCount(0); // signing out needs no notice
});

test('Home and End move the cursor in a price and do not change it', async ({ page, deployed: { url } }) => {
  await signIn(page, url, '/staff/proposals/new');
  const price = page.getByLabel('Price of one in line 1');
  await price.fill('1500');
  await price.press('End');
  await price.press('Home');
  await price.press('Tab');
  await expect(price).toHaveValue('$1,500.00');
  await page.getByRole('button', { name: 'Add a line' }).click();
  await page.getByRole('button', { name: 'Remove line 1' }).click();
  await expect(page.getByRole('button', { name: 'Add a line' })).toBeFocused();
});

test('signing out leaves nothing behind', async ({ page, deployed: { url } }) => {
  await signIn(page, url);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).toBe('{}');
});

test('the keyboard alone can open a proposal, cancel voiding it, then void it', async ({
  page,
  deployed: { url, office },
}) => {
  const { id } = await office.send();
  await signIn(page, url, `/staff/proposals/${id}`);
  await page.getByRole('button', { name: 'Void' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Void' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Keep it' })).toBeFocused(); // before it moves on
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Void it' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.status')).toHaveText('Void');
});

test('while the API is down, the page says so and offers a retry', async ({ page, deployed: { url } }) => {
  await signIn(page, url);
  await page.route('**/reports/numbers?*', (route) => route.abort());
  await page.getByRole('link', { name: 'Numbers' }).click();
  await expect(page.getByText('We cannot be reached right now.')).toBeVisible({ timeout: 20_000 });
  await page.unroute('**/reports/numbers?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.tiles')).toBeVisible();
});
