import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import { signIn } from './support/staff-page.ts';

// What staff do all day: read lists, type numbers, leave and come back.

const price = (page: Page) => page.getByLabel('Price of one in line 1');

test('what is typed into a price is saved exactly, or refused at the field as it was typed', async ({
  page,
  deployed: { url },
}) => {
  await signIn(page, url, '/staff/proposals/new');
  await page.getByRole('textbox', { name: 'Title' }).fill('Exact');
  await page.getByLabel('Customer’s name').fill('Mary Shelley');
  await page.getByLabel('Customer’s email').fill("mary.o'brien@bücher.example");
  await page.getByLabel('Description of line 1').fill('Advice');
  await price(page).click();
  await page.keyboard.type('8000');
  await expect(price(page)).toHaveValue('8000'); // and not behind the $0.00
  await price(page).fill('5O');
  await price(page).press('Enter');
  await expect(page.getByText('Please type a number like $1,250.00.')).toBeVisible();
  await expect(price(page)).toHaveValue('5O');
  await expect(price(page)).toBeFocused();
  await expect(page.locator('.editor .total')).toContainText('–');
  await price(page).fill('1250,50');
  await price(page).press('Tab');
  await expect(price(page)).toHaveValue('$1,250.50');
  await page.getByLabel('Quantity of line 1').fill('');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByText('Please type a number.')).toBeVisible();
  await page.getByLabel('Quantity of line 1').fill('2.5');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('heading', { name: 'Exact' })).toBeVisible();
  await expect(page.locator('.offer .total')).toContainText('$3,126.25');
});

test('what the API refuses is said at its field, and is forgotten once it is mended', async ({
  page,
  deployed: { url },
}) => {
  await signIn(page, url, '/staff/proposals/new');
  await page.getByRole('textbox', { name: 'Title' }).fill('Mended');
  await page.getByLabel('Customer’s name').fill('Mary Shelley');
  await page.getByLabel('Customer’s email').fill('mary@example.com');
  await page.getByLabel('Description of line 1').fill('Advice');
  await price(page).fill('100');
  await page.getByLabel('Valid until (optional)').fill('2020-01-01');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByLabel('Valid until (optional)')).toBeFocused();
  await expect(page.locator('.field', { hasText: 'Valid until' })).toContainText('This date is in the past.');
  await page.getByLabel('Valid until (optional)').fill('2999-01-01');
  await expect(page.getByText('This date is in the past.')).toHaveCount(1); // in the list beside the button
  await page.getByText('Discount and tax of line 1').click();
  const tax = page.getByLabel('Tax, percent of line 1');
  await tax.fill('20');
  await page.getByLabel('The price includes it in line 1').check();
  await tax.press('ControlOrMeta+a');
  await tax.press('Delete');
  await tax.pressSequentially('0.5');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('heading', { name: 'Mended' })).toBeVisible();
  await expect(page.locator('.offer')).toContainText('Includes 0.5% tax');
});

test('a half-written proposal is still there after a detour, until it is cancelled', async ({
  page,
  deployed: { url },
}) => {
  await signIn(page, url, '/staff/proposals/new');
  await page.getByRole('textbox', { name: 'Title' }).fill('Half-written');
  await page.getByRole('button', { name: 'Add a line' }).click();
  await expect(page.getByLabel('Description of line 2')).toBeFocused();
  await page.getByRole('link', { name: 'Numbers' }).click();
  await page.getByRole('heading', { name: 'Numbers' }).waitFor();
  await page.keyboard.press('n');
  await expect(page.getByText('This is what you had typed and not saved.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Half-written');
  const asked = page.waitForEvent('dialog');
  const reloaded = page.reload().catch(() => null);
  await (await asked).accept();
  await reloaded;
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Half-written');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Half-written');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'Proposals' }).waitFor();
  await page.keyboard.press('n');
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('');
});

test('the list is sorted and searched from the keyboard, rows are links, and the way back keeps all that', async ({
  page,
  deployed: { url, office },
}) => {
  const line = (unit_price_cents: number) => [{ description: 'Work', quantity: 1, unit_price_cents }];
  await office.send({ title: 'Orchard small', customer_name: 'José', line_items: line(10_000) });
  await office.send({ title: 'Orchard large', customer_name: 'José', line_items: line(90_000) });
  await signIn(page, url);
  await page.keyboard.press('/');
  await expect(page.getByLabel('Search')).toBeFocused();
  await page.keyboard.type('jose orch');
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Total' }).click();
  await expect(page.getByRole('columnheader', { name: 'Total' })).toHaveAttribute('aria-sort', 'descending');
  await expect(page.getByRole('row').nth(1)).toContainText('Orchard large');
  await page.getByRole('button', { name: 'Total' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText('Orchard small');
  await page.getByRole('row').nth(1).click(); // anywhere in it
  await expect(page.getByRole('heading', { name: 'Orchard small' })).toBeVisible();
  await page.getByRole('link', { name: 'All proposals' }).click();
  await expect(page.getByLabel('Search')).toHaveValue('jose orch');
  await expect(page.getByRole('row').nth(1)).toContainText('Orchard small');
});

test('a lead is noted once, and a proposal is made of it', async ({ page, deployed: { url } }) => {
  await signIn(page, url, '/staff/leads');
  await page.getByRole('button', { name: 'New lead' }).click();
  await page.getByRole('button', { name: 'Create lead' }).click();
  await expect(page.getByText('Please fill this in.')).toBeVisible();
  await page.getByLabel('Name').fill('Grace Hopper');
  await page.getByLabel('Email (optional)').fill('grace@example.com');
  await page.getByRole('button', { name: 'Create lead' }).dblclick();
  await expect(page.getByRole('row').filter({ hasText: 'Grace Hopper' })).toHaveCount(1);
  await page.getByRole('link', { name: 'Make a proposal for Grace Hopper' }).click();
  await expect(page.getByLabel('Customer’s name')).toHaveValue('Grace Hopper');
  await expect(page.getByLabel('Customer’s email')).toHaveValue('grace@example.com');
});

test('a browser that does not know its time zone shows the numbers all the same', async ({
  page,
  deployed: { url },
}) => {
  await page.addInitScript(() => {
    const { resolvedOptions } = Intl.DateTimeFormat.prototype;
    Intl.DateTimeFormat.prototype.resolvedOptions = function () {
      return { ...resolvedOptions.call(this), timeZone: 'Etc/Unknown' };
    };
  });
  await signIn(page, url, '/staff/numbers');
  await expect(page.getByText('Median time to pay')).toBeVisible();
});

test('a proposal that does not exist offers the way back', async ({ page, deployed: { url } }) => {
  await signIn(page, url, '/staff/proposals/987654321');
  await expect(page.getByRole('heading', { name: 'There is no such proposal' })).toBeVisible();
  await page.getByRole('link', { name: 'All proposals' }).click();
  await expect(page.getByRole('heading', { name: 'Proposals' })).toBeVisible();
});

test('a few letters lead to any page and any proposal', async ({ page, deployed: { url, office } }) => {
  const { id } = await office.send({ title: 'Observatory dome' });
  await signIn(page, url);
  await page.getByRole('heading', { name: 'Proposals' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('numb');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Numbers' })).toBeVisible();
  await page.keyboard.press('Control+k');
  const menu = page.getByRole('dialog');
  await page.keyboard.type('dome obs');
  await expect(menu.getByRole('option', { name: `#${id}` })).toHaveAttribute('aria-selected', 'true');
  await look(page, 'staff-commands');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Observatory dome' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('qqqq');
  await expect(menu).toContainText('Nothing matches.');
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
});

test('the command menu takes the keys from the moment it is opened', async ({ page, deployed: { url } }) => {
  await signIn(page, url);
  await page.getByRole('heading', { name: 'Proposals' }).waitFor();
  const focused = await page.evaluate(async () => {
    dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true }));
    await Promise.resolve();
    return document.activeElement?.role;
  });
  expect(focused).toBe('combobox');
});
