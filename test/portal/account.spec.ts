import { withClient } from '../../local/postgres.ts';
import { expect, test } from './support/fixtures.ts';
import { forgetPeople } from './support/forget-people.ts';
import { look } from './support/look.ts';
import { signIn } from './support/staff-page.ts';

// One browser's tabs, other browsers, and the password of one user.

test.afterAll(({ deployed }) => forgetPeople(deployed));

/** Another user of the seed's org, with the same password as its admin. */
function addColleague(postgresUrl: string, email: string) {
  return withClient(postgresUrl, (client) =>
    client.query(
      `insert into users (org_id, email, password_hash, role)
        select org_id, $1, password_hash, 'staff' from users where email = 'admin@peakpro.io'`,
      [email],
    ),
  );
}

test('a second tab is signed in, and both are signed out at once', async ({
  page,
  context,
  deployed: { url },
}) => {
  await signIn(page, url);
  const second = await context.newPage();
  await second.goto(`${url}/staff/numbers`);
  await expect(second.getByRole('heading', { name: 'Numbers' })).toBeVisible();
  await second.getByRole('button', { name: 'Sign out' }).click();
  await expect(second.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByRole('link', { name: 'Leads' }).click();
  await expect(page.getByText('You were signed out.').first()).toBeVisible();
  await second.reload();
  await expect(second.getByRole('heading', { name: 'Sign in' })).toBeVisible();

  await second.getByLabel('Email').fill('admin@peakpro.io');
  await second.getByLabel('Password').fill('password');
  await second.getByRole('button', { name: 'Sign in' }).click();
  await second.getByRole('heading', { name: 'Numbers' }).waitFor();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(page.getByRole('heading', { name: 'Leads' })).toBeVisible();
});

test('a tab that slept through the end of its token goes on, and five at once', async ({
  context,
  page,
  deployed: { url },
}) => {
  await context.clock.install();
  await signIn(page, url);
  const tabs = [page, ...(await Promise.all(Array.from({ length: 4 }, () => context.newPage())))];
  await Promise.all(tabs.slice(1).map((tab) => tab.goto(`${url}/staff/leads`)));
  for (const tab of tabs) await tab.getByRole('button', { name: 'Sign out' }).waitFor();
  const refreshes: number[] = [];
  context.on('response', (response) => {
    if (response.url().endsWith('/auth/refresh')) refreshes.push(response.status());
  });
  await context.clock.fastForward('11:00'); // the browser's clock: the tokens are old for the page
  await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: 'Numbers' }).click()));
  for (const tab of tabs) await expect(tab.getByRole('heading', { name: 'Numbers' })).toBeVisible();
  for (const tab of tabs) await expect(tab.locator('.tiles')).toBeVisible();
  expect(refreshes.length).toBeGreaterThanOrEqual(5);
  expect(new Set(refreshes)).toEqual(new Set([200]));
});

test('the token is in no storage, and no script can read the cookie', async ({
  context,
  page,
  deployed: { url },
}) => {
  await signIn(page, url);
  const kept = await page.evaluate(() =>
    JSON.stringify({ ...sessionStorage, ...localStorage, cookie: document.cookie }),
  );
  expect(kept).toBe('{"cookie":""}');
  const [cookie, ...others] = await context.cookies();
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({
    name: '__Host-refresh',
    httpOnly: true,
    secure: true,
    sameSite: 'Strict',
    path: '/',
  });
});

test('when signing out fails, the page says that one is still signed in', async ({
  page,
  deployed: { url },
}) => {
  await signIn(page, url);
  await page.route('**/auth/logout', (route) => route.abort());
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('You are still signed in.')).toBeVisible();
  await page.unroute('**/auth/logout');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('while the API cannot be reached, a reload offers to try again and signs nobody out', async ({
  page,
  deployed: { url },
}) => {
  await signIn(page, url);
  await page.route('**/auth/refresh', (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('heading', { name: 'We cannot be reached right now' })).toBeVisible({
    timeout: 20_000,
  });
  await page.unroute('**/auth/refresh');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Proposals' })).toBeVisible();
});

test('the account page ends another session, all of them, and changes the password', async ({
  page,
  browser,
  deployed: { url, postgresUrl },
}) => {
  const email = 'colleague@peakpro.io';
  await addColleague(postgresUrl, email);
  await signIn(page, url, '/staff/account', email);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, url, '/staff', email);
  await page.reload();
  await expect(page.getByText('This browser')).toHaveCount(1);
  await expect(page.getByText(/^(Chrome|Chromium) on Linux$/).first()).toBeVisible();
  const ends = page.getByRole('button', { name: 'Sign out there' });
  await look(page, 'staff-account');
  for (let left = await ends.count(); left > 0; left -= 1) {
    await ends.first().dblclick();
    await expect(ends).toHaveCount(left - 1);
  }
  await other.getByRole('link', { name: 'Leads' }).click();
  await expect(other.getByText('You were signed out.').first()).toBeVisible();

  await page.getByLabel('Your password now').fill('wrong');
  await page.getByLabel('New password').fill('elevenchars');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByLabel('New password')).toBeFocused();
  await page.getByLabel('New password').fill('another horse battery staple');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('This is not your password.')).toBeVisible();
  for (const [before, after] of [
    ['password', 'another horse battery staple'],
    ['another horse battery staple', 'a third horse battery staple'],
  ] as const) {
    await page.getByLabel('Your password now').fill(before);
    await page.getByLabel('New password').fill(after);
    await page.getByRole('button', { name: 'Change password' }).dblclick();
    await expect(page.getByLabel('New password')).toHaveValue('');
  }
  await page.getByRole('link', { name: 'Leads' }).click();
  await expect(page.getByRole('heading', { name: 'Leads' })).toBeVisible();

  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await elsewhere.close();
});

test('a dialog steps back while the session has ended, and is there again with what was typed', async ({
  page,
  context,
  deployed: { url, office },
}) => {
  const { id } = await office.send({ title: 'Interrupted' });
  await office.call('POST', `/proposals/${id}/approve`, { name: 'Ada Lovelace', version: 1 });
  await signIn(page, url, `/staff/proposals/${id}`);
  await page.getByRole('button', { name: 'Record a payment' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Reference').fill('Cheque 4711');
  const other = await context.newPage();
  await other.goto(`${url}/staff/proposals`);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  await other.close();
  await dialog.getByRole('button', { name: 'Record' }).click();
  await expect(page.getByText('You were signed out.').first()).toBeVisible();
  await expect(dialog).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByLabel('Email').fill('admin@peakpro.io');
  await page.getByLabel('Password').fill('password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(dialog.getByLabel('Reference')).toHaveValue('Cheque 4711');
  await dialog.getByRole('button', { name: 'Record' }).click();
  await expect(dialog).toHaveCount(0);
});
