import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { codeOf } from '../support/totp.ts';
import { expect, startDeployed, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import { inviteAs, join, linkTo, password } from './support/people.ts';

// From an empty database to the first deposit: all but the first step on the page alone.

const ran = promisify(execFile);

async function signIn(page: Page, email: string, secret: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('an org is created and set up, two people join, a deposit is paid, and one of them is deactivated', async ({
  page,
  browser,
}) => {
  const { url, mailbox, postgresUrl, stop } = await startDeployed({ isEmpty: true });
  try {
    const args = ['local/create-org.ts', '--name', 'Summit Builders', '--email', 'olga@summit.example'];
    const { stdout } = await ran('node', args, { env: { ...process.env, DATABASE_URL: postgresUrl } });
    const [, firstPassword = ''] = /olga@summit\.example \/ (\S+)/.exec(stdout) ?? [];

    await page.goto(`${url}/staff`);
    await signIn(page, 'olga@summit.example', firstPassword);
    const steps = page.getByRole('region', { name: 'Your way to the first payment' });
    await expect(steps.getByRole('listitem')).toHaveCount(6);
    await expect(steps.locator('.done')).toHaveCount(0);
    await look(page, 'staff-first-steps');
    await steps.getByRole('link', { name: 'Open the settings' }).click();
    await page.getByLabel('Postal address (optional)').fill('1200 Summit Street\nDenver, CO 80202');
    await page.getByLabel('Paper').selectOption('US Letter');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('Saved', { exact: true })).toBeVisible();
    await page.getByRole('link', { name: 'Proposals' }).click();
    await expect(steps.locator('.done')).toHaveText(/Say who you are/);

    await steps.getByRole('link', { name: 'Open the team' }).click();
    await inviteAs(page, 'tom@summit.example', 'staff');
    await inviteAs(page, 'vera@summit.example', 'viewer');
    const [toms, veras, customers] = await Promise.all([1, 2, 3].map(() => browser.newContext()));
    const [tom, vera, customer] = await Promise.all([toms, veras, customers].map((one) => one?.newPage()));
    if (!tom || !vera || !customer) throw new Error('There is no browser.');

    // One signs in with a second factor.
    await join(tom, await linkTo(mailbox.url, 'tom@summit.example'), 'Tom Builder', 'Summit Builders');
    await tom.getByRole('link', { name: 'Account' }).click();
    await tom.getByRole('button', { name: 'Set up an authenticator app' }).click();
    const secret = (await tom.locator('.account code').innerText()).replaceAll(' ', '');
    const code = tom.getByRole('textbox', { name: 'Code' });
    await code.fill(codeOf(secret));
    await tom.getByRole('button', { name: 'Switch on' }).click();
    await tom.getByRole('button', { name: 'I have kept them' }).click();
    await tom.getByRole('button', { name: 'Sign out', exact: true }).click();
    await signIn(tom, 'tom@summit.example', password);
    await code.fill(codeOf(secret, 1)); // each is taken once
    await tom.getByRole('button', { name: 'Sign in' }).click();
    await expect(tom.getByText('On: signing in asks for a code')).toBeVisible();

    await join(vera, await linkTo(mailbox.url, 'vera@summit.example'), 'Vera Viewer', 'Summit Builders');
    await expect(vera.getByText('There are no proposals yet.')).toBeVisible();
    await expect(vera.getByText('Your way to the first payment')).toHaveCount(0); // not hers to go

    await tom.getByRole('link', { name: 'Proposals' }).click();
    await tom.getByRole('link', { name: 'Make the first one' }).first().click();
    await tom.getByRole('textbox', { name: 'Title' }).fill('Stairs');
    await tom.getByLabel('Customer’s name').fill('Ada Lovelace');
    await tom.getByLabel('Customer’s email').fill('delivered+stairs@resend.dev');
    await tom.getByLabel('Description of line 1').fill('Oak stairs');
    await tom.getByLabel('Price of one in line 1').fill('1000');
    await tom.getByRole('button', { name: 'Create draft' }).click();
    await tom.getByRole('button', { name: 'Mail to the customer' }).click();
    const links = tom.getByRole('region', { name: 'Links to the customer' });
    await expect(links.getByRole('listitem')).toContainText('Mailed to delivered+stairs@resend.dev');
    await expect(links.getByRole('listitem')).toContainText('Not opened since');

    await customer.goto(await linkTo(mailbox.url, 'delivered+stairs@resend.dev'));
    await expect(customer.locator('.offer address')).toContainText('1200 Summit Street');
    await customer.getByLabel('Your full name').fill('Ada Lovelace');
    await customer.getByRole('button', { name: 'Approve & pay deposit $300.00' }).click();
    await customer.getByRole('button', { name: 'Pay $300.00' }).click();
    await customer.getByRole('link', { name: 'Go back' }).click();
    await expect(customer.getByRole('heading', { name: 'Thank you, your deposit is paid' })).toBeVisible();

    await tom.reload();
    await expect(tom.locator('.standing')).toContainText('$300.00 paid');
    await expect(links.getByRole('listitem')).toContainText('Opened');
    await look(tom, 'staff-proposal-links');
    await page.getByRole('link', { name: 'Proposals' }).click();
    await expect(page.getByRole('row').filter({ hasText: 'Stairs' })).toContainText('Deposit paid');
    await page.reload();
    await page.getByRole('heading', { name: 'Proposals' }).waitFor();
    await expect(steps).toHaveCount(0); // the way has been gone

    await page.getByRole('link', { name: 'Team' }).click();
    const row = page.getByRole('row').filter({ hasText: 'tom@summit.example' });
    await row.getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
    await expect(row).toContainText('Deactivated');
    await tom.getByRole('link', { name: 'Leads' }).click();
    await expect(tom.getByText('You were signed out.').first()).toBeVisible();
    for (const one of [toms, veras, customers]) await one?.close();
  } finally {
    await stop();
  }
});
