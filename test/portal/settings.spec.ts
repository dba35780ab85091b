import { expect, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import { signIn } from './support/staff-page.ts';

test('an admin sets the organization up, and new proposals begin with that', async ({
  page,
  deployed: { url },
}) => {
  await signIn(page, url, '/staff/team');
  await page.getByRole('link', { name: 'Settings' }).click();
  const save = page.getByRole('button', { name: 'Save', exact: true });
  await expect(save).toBeDisabled();
  await look(page, 'staff-settings');

  await page.getByRole('textbox', { name: 'Name' }).fill(' ');
  await save.click();
  await expect(page.getByText('Please fill this in.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill('PeakPro');
  await page.getByLabel('Email (optional)').fill('office@peakpro.io');
  await page.getByLabel(/^Deposit/).selectOption('A fixed amount');
  await page.getByRole('textbox', { name: 'A fixed amount' }).fill('0');
  await save.click();
  await expect(page.getByRole('textbox', { name: 'A fixed amount' })).toBeFocused();
  await page.getByRole('textbox', { name: 'A fixed amount' }).fill('750');
  await page.getByLabel('Offers run out').check();
  await page.getByLabel('Reminders, in days').fill('5, 2');
  await save.click();
  await expect(page.getByRole('alert')).toContainText('Reminders');
  await look(page, 'staff-settings-refused');
  await page.getByLabel('Reminders, in days').fill('2, 5');
  await page.getByLabel(/^First look at a proposal/).selectOption('No one');
  await save.dblclick();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(save).toBeDisabled();

  await page.reload();
  await expect(page.getByRole('textbox', { name: 'A fixed amount' })).toHaveValue('$750.00');
  await expect(page.getByLabel('Reminders, in days')).toHaveValue('2, 5');
  await expect(page.getByLabel(/^First look at a proposal/)).toHaveValue('none');
  await page.goto(`${url}/staff/proposals/new`);
  await expect(page.getByText('$750.00').first()).toBeVisible();

  // What is discarded is not shown any more.
  await page.goto(`${url}/staff/settings`);
  await page.getByRole('textbox', { name: 'A fixed amount' }).fill('900');
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await expect(page.getByRole('textbox', { name: 'A fixed amount' })).toHaveValue('$750.00');
  await expect(save).toBeDisabled();

  // As it was, for other tests.
  await page.getByLabel(/^Deposit/).selectOption('A percentage of the total');
  await page.getByLabel('Offers run out').uncheck();
  await page.getByLabel('Reminders, in days').fill('1, 3, 7');
  await page.getByLabel(/^First look at a proposal/).selectOption('Everyone');
  await page.getByLabel('Email (optional)').fill('admin@peakpro.io');
  await save.click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
});
