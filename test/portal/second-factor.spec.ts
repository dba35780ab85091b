import type { Page } from '@playwright/test';
import { withClient } from '../../local/postgres.ts';
import { codeOf } from '../support/totp.ts';
import { expect, test } from './support/fixtures.ts';
import { forgetPeople } from './support/forget-people.ts';
import { look } from './support/look.ts';
import { signIn } from './support/staff-page.ts';

// A user's authenticator app and recovery codes, and the proof that the page asks for again.

test.afterAll(({ deployed }) => forgetPeople(deployed));

const email = 'tess@peakpro.io';
const password = 'password';

/** Another admin of the seed's org, with the same password. */
function addAdmin(postgresUrl: string, address: string, name: string) {
  return withClient(postgresUrl, (client) =>
    client.query(
      `insert into users (org_id, email, name, password_hash, role)
        select org_id, $1, $2, password_hash, 'admin' from users where email = 'admin@peakpro.io'`,
      [address, name],
    ),
  );
}

async function typeCredentials(page: Page): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a user sets up an app, signs in with its codes and with a recovery code, and proves again who they are', async ({
  page,
  browser,
  deployed: { url, postgresUrl },
}) => {
  await addAdmin(postgresUrl, email, 'Tess');
  await signIn(page, url, '/staff/account', email);
  await expect(page.getByText('Off: your password is enough')).toBeVisible();
  await page.getByRole('button', { name: 'Set up an authenticator app' }).dblclick();
  const code = page.getByRole('textbox', { name: 'Code' });
  const key = page.locator('.account code');
  const picture = page.getByRole('img', { name: 'QR code for your authenticator app' });
  await expect(picture).toBeVisible();
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await look(page, 'staff-second-factor-set-up');
  const secret = (await key.innerText()).replaceAll(' ', '');
  await page.getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByText('Please type the six digits.')).toBeVisible();
  await code.fill(codeOf(secret, -5));
  await page.getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByText('This code is wrong')).toBeVisible();
  await code.fill(codeOf(secret));
  await page.getByRole('button', { name: 'Switch on' }).dblclick();
  await expect(page.getByRole('heading', { name: 'Keep these recovery codes' })).toBeVisible();
  await look(page, 'staff-recovery-codes');
  const codes = await page.locator('.codes li').allInnerTexts();
  expect(codes).toHaveLength(10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('10 recovery codes are left')).toBeVisible();

  // What was typed stays while the code is asked for.
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await typeCredentials(page);
  await expect(code).toBeFocused();
  await look(page, 'login-code');
  await code.fill('000 000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('This code is wrong')).toBeVisible();
  await code.fill(codeOf(secret, 1));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('10 recovery codes are left')).toBeVisible();

  const lost = await (await browser.newContext()).newPage();
  await lost.goto(`${url}/staff/account`);
  await typeCredentials(lost);
  await lost.getByLabel('Code').fill(codes[0]?.toLowerCase() ?? '');
  await lost.getByRole('button', { name: 'Sign in' }).click();
  await expect(lost.getByText('9 recovery codes are left')).toBeVisible();
  await lost.context().close();

  // As if they had signed in yesterday.
  await withClient(postgresUrl, (client) =>
    client.query(`update sessions set proved_at = now() - interval '1 day'`),
  );
  await page.reload();
  await page.getByRole('button', { name: 'New recovery codes' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'Make new ones' }).click();
  const question = page.getByRole('heading', { name: 'Is it still you?' });
  await expect(question).toBeVisible();
  await look(page, 'staff-proof');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog.getByText('confirm that it is you')).toBeVisible();
  await dialog.getByRole('button', { name: 'Make new ones' }).click();
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('This is not your password.')).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(code).toBeFocused();
  await code.fill(codes[1] ?? '');
  await page.getByRole('button', { name: 'Go on' }).click();
  // What it was asked for goes on.
  await expect(page.getByRole('heading', { name: 'Keep these recovery codes' })).toBeVisible();
  expect(await page.locator('.codes li').allInnerTexts()).not.toContain(codes[2]);
  await page.getByRole('button', { name: 'I have kept them' }).click();
});

test('what was typed into settings is saved once its user has proved who they are', async ({
  page,
  deployed: { url, office, postgresUrl },
}) => {
  await signIn(page, url, '/staff/settings');
  await withClient(postgresUrl, (client) =>
    client.query(`update sessions set proved_at = now() - interval '1 day'`),
  );
  // The tokens of these are of yesterday’s proof.
  const [second, third] = [await page.context().newPage(), await page.context().newPage()];
  for (const tab of [second, third]) {
    await tab.goto(`${url}/staff/settings`);
    await tab.getByLabel('Phone (optional)').waitFor();
  }
  await second.getByLabel('Phone (optional)').fill('+1 303 555 0199');
  await second.getByRole('button', { name: 'Save', exact: true }).click();
  await second.getByLabel('Password', { exact: true }).fill(password);
  await second.getByRole('button', { name: 'Go on' }).dblclick();
  await expect(second.getByText('Saved', { exact: true })).toBeVisible();
  await expect(second.getByLabel('Phone (optional)')).toHaveValue('+1 303 555 0199');
  // Another tab is proved with it, though its own token is of before.
  await third.getByLabel('Phone (optional)').fill('+1 303 555 0111');
  await third.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(third.getByText('Saved', { exact: true })).toBeVisible();
  await office.call('PATCH', '/org', { phone: null }); // as it was, for other tests
});

test('an admin removes the second factor of somebody who has lost it', async ({
  page,
  deployed: { url, postgresUrl },
}) => {
  const lost = 'lost@peakpro.io';
  await addAdmin(postgresUrl, lost, 'Lou');
  await withClient(postgresUrl, (client) =>
    client.query(
      `insert into second_factors (user_id, secret, confirmed_at)
        select id, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', now() from users where email = $1`,
      [lost],
    ),
  );
  await signIn(page, url, '/staff/team');
  const row = page.getByRole('row').filter({ hasText: lost });
  await expect(row).toContainText('Second factor');
  await look(page, 'staff-team-second-factor');
  await row.getByRole('button', { name: 'Remove second factor' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove second factor' }).click();
  await expect(page.getByText('Lou signs in with the password alone now')).toBeVisible();
  await expect(row.getByRole('button', { name: 'Remove second factor' })).toHaveCount(0);
  await page.goto(`${url}/staff/audit`);
  await expect(
    page.getByRole('row').filter({ hasText: 'Switched a second factor off' }).first(),
  ).toContainText(lost);
});

test('a click that leaves a form is one, though the field that had the focus is empty', async ({
  page,
  deployed: { url },
}) => {
  await page.goto(`${url}/staff`);
  await page.getByLabel('Email').click();
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
  await signIn(page, url, '/staff/team');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Email').click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
});
