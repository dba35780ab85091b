import { expect, test } from './support/fixtures.ts';
import { forgetPeople } from './support/forget-people.ts';
import { look } from './support/look.ts';
import { inviteAs, join, linkTo, password } from './support/people.ts';
import { signIn } from './support/staff-page.ts';

// An admin invites people; they join, forget their passwords, and leave.

test.afterAll(({ deployed }) => forgetPeople(deployed));

test('two people are invited, join, and one is deactivated while signed in', async ({
  page,
  browser,
  deployed: { url, mailbox },
}) => {
  await signIn(page, url, '/staff/team');
  await look(page, 'staff-team-alone');
  await inviteAs(page, 'grace@peakpro.io', 'staff');
  await inviteAs(page, 'viola@peakpro.io', 'viewer');
  await look(page, 'staff-team-invited');

  const [graces, violas] = [await browser.newContext(), await browser.newContext()];
  const [grace, viola] = [await graces.newPage(), await violas.newPage()];
  const link = await linkTo(mailbox.url, 'grace@peakpro.io');
  await grace.goto(link);
  await grace.getByRole('heading', { name: 'Join PeakPro' }).waitFor();
  await look(grace, 'staff-invitation');
  await grace.getByLabel('Your name').fill('Grace Hopper');
  await grace.getByLabel('Choose a password').fill('unbelievable');
  await grace.getByRole('button', { name: 'Join' }).click();
  await expect(grace.getByText('Many people use this one')).toBeVisible();
  await join(grace, link, 'Grace Hopper');
  await grace.getByRole('link', { name: 'New proposal' }).click();
  await expect(grace.getByRole('textbox', { name: 'Title' })).toBeVisible();
  await grace.goto(`${url}/staff/team`);
  await expect(grace.getByRole('row').filter({ hasText: 'grace@peakpro.io' })).toContainText('(you)');
  await expect(grace.getByRole('button', { name: 'Invite', exact: true })).toHaveCount(0);

  // A second use of the link, and a mail program that encoded its #.
  await grace.goto(link.replace('#', '%23'));
  await grace.getByLabel('Your name').fill('Grace again');
  await grace.getByLabel('Choose a password').fill(password);
  await grace.getByRole('button', { name: 'Join' }).click();
  await expect(grace.getByRole('heading', { name: 'This invitation does not work any more' })).toBeVisible();
  await look(grace, 'staff-invitation-over');
  await grace.getByRole('link', { name: 'Sign in' }).click();
  await grace.getByRole('heading', { name: 'Proposals' }).waitFor();

  await join(viola, await linkTo(mailbox.url, 'viola@peakpro.io'), 'Viola');
  await viola.getByRole('heading', { name: 'Proposals' }).waitFor();
  await expect(viola.getByRole('link', { name: 'New proposal' })).toHaveCount(0);
  await viola.keyboard.press('n');
  await viola.getByRole('link', { name: 'Bathroom renovation' }).first().click();
  await viola.getByRole('heading', { name: 'Money' }).waitFor();
  for (const name of ['Edit', 'Void', 'Duplicate', 'Record a payment', 'Copy link for the customer']) {
    await expect(viola.getByRole('button', { name })).toHaveCount(0);
  }
  await look(viola, 'staff-proposal-viewer');

  await page.reload();
  const row = page.getByRole('row').filter({ hasText: 'grace@peakpro.io' });
  await row.getByRole('button', { name: 'Change role' }).click();
  await page.getByRole('alertdialog').getByLabel('Role').selectOption('viewer');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Change role' }).click();
  await expect(row).toContainText('Viewer');
  await row.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
  await expect(row).toContainText('Deactivated');
  await look(page, 'staff-team');
  await grace.getByRole('link', { name: 'Leads' }).click();
  await expect(grace.getByText('You were signed out.').first()).toBeVisible();
  await grace.getByLabel('Email').fill('grace@peakpro.io');
  await grace.getByLabel('Password').fill(password);
  await grace.getByRole('button', { name: 'Sign in' }).click();
  await expect(grace.getByRole('alert')).toContainText('The email or the password is wrong.');
  await row.getByRole('button', { name: 'Reactivate' }).click();
  await expect(row).toContainText('Viewer');

  await page.getByRole('link', { name: 'Audit log' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Reactivated' })).toContainText('grace@peakpro.io');
  const failed = page.getByRole('row').filter({ hasText: 'Sign-ins that failed in an hour: 1' });
  await expect(failed.filter({ hasText: 'grace@peakpro.io' })).toHaveCount(1);
  await page.getByLabel('What').selectOption('Changed a role');
  await expect(page).toHaveURL(/action=role_changed/);
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByLabel('Who').selectOption('Viola');
  await expect(page.getByText('Nothing like that has happened.')).toBeVisible();
  await page.getByLabel('What').selectOption('Everything');
  await expect(page.getByRole('row').filter({ hasText: 'Joined' })).toHaveCount(1);
  await page.getByLabel('Who').selectOption('Everybody');
  await look(page, 'staff-audit');
  await page.goBack();

  const own = page.getByRole('row').filter({ hasText: 'admin@peakpro.io' });
  await own.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('Your organization needs an admin.');
  await page.keyboard.press('Escape');
  await graces.close();
  await violas.close();
});

test('an invitation whose mail does not go out shows its link; it is sent again, and withdrawn', async ({
  page,
  deployed: { url, mailbox },
}) => {
  await signIn(page, url, '/staff/team');
  mailbox.mailbox.faults.push('error_before');
  await inviteAs(page, 'lost@peakpro.io', 'staff', 1);
  await expect(page.getByText('The mail to lost@peakpro.io did not go out.')).toBeVisible();
  await expect(page.getByText(/\/staff\/invitation#token=/)).toBeVisible();
  await look(page, 'staff-team-unsent');
  const row = page.getByRole('row').filter({ hasText: 'lost@peakpro.io' });
  await row.getByRole('button', { name: 'Send again' }).click();
  await expect(page.getByText('did not go out')).toHaveCount(0);
  await row.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('button', { name: 'Withdraw it' }).click();
  await expect(row).toHaveCount(0);
});

test('a forgotten password is set again by a mail, once', async ({
  page,
  browser,
  deployed: { url, mailbox },
}) => {
  await signIn(page, url, '/staff/team');
  await inviteAs(page, 'forgetful@peakpro.io', 'staff');
  const context = await browser.newContext();
  const tab = await context.newPage();
  await join(tab, await linkTo(mailbox.url, 'forgetful@peakpro.io'), 'Fergus');
  await tab.getByRole('button', { name: 'Sign out', exact: true }).click();
  await tab.getByRole('link', { name: 'Forgot your password?' }).click();
  await tab.getByLabel('Email').fill('nobody@peakpro.io');
  await look(tab, 'staff-forgot');
  await tab.getByRole('button', { name: 'Mail me a link' }).click();
  await expect(tab.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
  await look(tab, 'staff-forgot-asked');
  const before = mailbox.mailbox.messages.length;
  await tab.goto(`${url}/staff/forgot`);
  await tab.getByLabel('Email').fill('Forgetful@peakpro.io ');
  await tab.getByRole('button', { name: 'Mail me a link' }).dblclick();
  await expect.poll(() => mailbox.mailbox.messages.length).toBe(before + 1);
  const link = await linkTo(mailbox.url, 'forgetful@peakpro.io');
  await tab.goto(link);
  await tab.getByRole('heading', { name: 'Set another password' }).waitFor();
  await look(tab, 'staff-reset');
  await tab.getByLabel('New password').fill('another horse battery staple');
  await tab.getByRole('button', { name: 'Set password' }).click();
  await tab.getByRole('heading', { name: 'Proposals' }).waitFor();
  await tab.goto(link);
  await tab.getByLabel('New password').fill('a third horse battery staple');
  await tab.getByRole('button', { name: 'Set password' }).click();
  await expect(tab.getByRole('heading', { name: 'This link does not work any more' })).toBeVisible();
  await context.close();
});
