import { expect, sessionOf, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import type { Sent } from './support/office.ts';
import { signIn } from './support/staff-page.ts';

// The whole of the money in a browser: a schedule, a balance, refunds, money beside Stripe, and offers that are over.

const name = 'Ada Lovelace';

test('hours, a discount line and a fixed deposit: approved, paid, refunded, paid again, and the balance by the same link', async ({
  page,
  context,
  deployed: { url, office, stripe },
}) => {
  test.slow(); // it is a long way
  const staff = await context.newPage();
  await signIn(staff, url, '/staff/proposals/new');
  await staff.getByRole('textbox', { name: 'Title' }).fill('Garden');
  await staff.getByLabel('Customer’s name').fill(name);
  await staff.getByLabel('Customer’s email').fill('ada@example.com');
  await staff.getByLabel('Description of line 1').fill('Hours');
  await staff.getByLabel('Quantity of line 1').fill('2.5');
  await staff.getByLabel('Price of one in line 1').fill('80');
  await staff.getByRole('button', { name: 'Add a line' }).click();
  await staff.getByLabel('Description of line 2').fill('Goodwill');
  await staff.getByLabel('Price of one in line 2').fill('-50');
  await staff.getByLabel('Description of line 2').click();
  await expect(staff.locator('.editor .total')).toContainText('$150.00');
  await staff.getByLabel('How much of payment 1').selectOption('Amount');
  await staff.getByLabel('Amount of payment 1').fill('40');
  await staff.getByLabel('Name of payment 1').click();
  await expect(staff.locator('.part output')).toHaveText(['$40.00', '$110.00']);
  await staff.getByRole('button', { name: 'Create draft' }).click();
  await staff.getByRole('heading', { name: 'Garden' }).waitFor();
  const id = Number(staff.url().split('/').at(-1));
  const { portal_url: link } = await office.call<{ portal_url: string }>('POST', `/proposals/${id}/send`);
  const sent: Sent = { id, link, token: link.split('#token=')[1] ?? '' };

  const payOn = async (amount: string) => {
    await page.getByRole('button', { name: `Pay ${amount}` }).click();
    await page.getByRole('link', { name: 'Go back' }).click();
  };
  await page.goto(link);
  await page.getByLabel('Your full name').fill(name);
  await page.getByRole('button', { name: 'Approve & pay deposit $40.00' }).click();
  await payOn('$40.00');
  await expect(page.getByRole('heading', { name: 'Thank you, your deposit is paid' })).toBeVisible();
  await expect(page.getByText('Balance due later')).toBeVisible();

  await staff.reload();
  await staff.getByRole('button', { name: 'Refund' }).click();
  await look(staff, 'staff-refund');
  await staff.getByLabel('Reason').fill('Moved to spring');
  await staff.getByRole('alertdialog').getByRole('button', { name: 'Refund' }).click();
  await expect(staff.locator('.timeline')).toContainText('$40.00 refunded');
  await expect(staff.locator('.status')).toHaveText('Approved');

  await page.goto(link);
  await page.getByRole('button', { name: 'Pay deposit $40.00' }).click();
  await payOn('$40.00');
  await expect(page.getByRole('heading', { name: 'Thank you, your deposit is paid' })).toBeVisible();

  await staff.reload();
  await staff.getByRole('button', { name: 'Ask for $110.00' }).click();
  await staff.getByRole('alertdialog').getByRole('button', { name: 'Ask for it' }).click();
  await expect(staff.locator('.timeline')).toContainText('$110.00 asked for');
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'Pay the balance' })).toBeVisible();
  await look(page, 'balance-due');
  await page.getByRole('button', { name: 'Pay balance $110.00' }).click();
  await payOn('$110.00');
  await expect(page.getByRole('heading', { name: 'Thank you, all of it is paid' })).toBeVisible();
  await expect(page.locator('.stamp')).toHaveText('PAID');
  await look(page, 'paid-in-full');
  expect(sessionOf(stripe, sent).amount_total).toBe(11_000);
  expect(await office.count(id, 'payment_anomaly')).toBe(0);
});

test('staff record a transfer and take it back; the page says the same', async ({
  page,
  deployed: { url, office },
}) => {
  const { id, link } = await office.send({ title: 'Transfer' });
  await office.call('POST', `/proposals/${id}/approve`, { name, version: 1 });
  await signIn(page, url, `/staff/proposals/${id}`);
  await page.getByRole('button', { name: 'Record a payment' }).click();
  await expect(page.getByLabel('Amount (USD)')).toHaveValue('$4,725.00');
  await look(page, 'staff-record-payment');
  const more = page.getByLabel('It is more than what remains');
  await expect(more).toHaveCount(0);
  await page.getByLabel('Amount (USD)').fill('15,750.01');
  await expect(more).toBeVisible();
  await page.getByLabel('Amount (USD)').fill('4,725.00');
  await expect(more).toHaveCount(0);
  await page.getByLabel('Reference (optional)').fill('RF18 5390 0754');
  await page.getByRole('button', { name: 'Record it' }).dblclick();
  await expect(page.locator('.payments')).toContainText('$4,725.00 by bank transfer');
  expect(await office.count(id, 'payment_recorded')).toBe(1);
  await look(page, 'staff-money');
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByLabel('Reason').fill('It was for somebody else');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take back' }).click();
  await expect(page.locator('.payments')).toContainText('(taken back)');
  await page.goto(link);
  await expect(page.getByRole('button', { name: 'Pay deposit $4,725.00' })).toBeVisible();
});

test('a customer declines with a reason, and staff see it; a duplicate is a new draft', async ({
  page,
  deployed: { url, office },
}) => {
  const { id, link } = await office.send({ title: 'Declined' });
  await page.goto(link);
  await page.getByText('Not for you? Decline it').click();
  await look(page, 'declining');
  await page.getByLabel('It costs too much').check();
  await page.getByLabel('Anything you would like to add').fill('Half of it would do.');
  await page.getByRole('button', { name: 'Decline this proposal' }).dblclick();
  await expect(page.getByText('This proposal was declined')).toBeVisible();
  await look(page, 'declined');
  expect(await office.count(id, 'declined')).toBe(1);
  await signIn(page, url, `/staff/proposals/${id}`);
  await expect(page.locator('.status')).toHaveText('Declined');
  await expect(page.locator('.timeline')).toContainText('Declined: too expensive');
  await expect(page.locator('.timeline q')).toHaveText('Half of it would do.');
  await page.getByRole('button', { name: 'Duplicate' }).dblclick();
  await expect(page.getByRole('heading', { name: 'Edit “Declined”' })).toBeVisible();
});

test('staff approve for a customer on the phone', async ({ page, deployed: { url, office } }) => {
  const { id } = await office.send({ title: 'Phoned' });
  await signIn(page, url, `/staff/proposals/${id}`);
  await page.getByRole('button', { name: 'Approve for the customer' }).click();
  await look(page, 'staff-approve');
  await page.getByLabel('Reference').fill('Call of 26 November');
  await page.getByRole('button', { name: 'Record the approval' }).click();
  await expect(page.locator('.status')).toHaveText('Approved');
});

test('an offer with discounts, taxes, a schedule and terms, and the same when it has run out', async ({
  page,
  deployed: { url, office },
}) => {
  test.slow(); // four pages of pictures
  const { id, link } = await office.send({
    title: 'A house with everything',
    line_items: [
      {
        description: 'Work, per hour',
        quantity: 2.5,
        unit_price_cents: 800_000,
        discount_percent: 10,
        tax_percent: 19,
      } as never,
      {
        description: 'Material',
        quantity: 1,
        unit_price_cents: 500_000,
        tax_percent: 7,
        tax_inclusive: true,
      } as never,
      { description: 'Voucher', quantity: 1, unit_price_cents: -5_000 },
    ],
    ...{ discount_percent: 5, terms: 'Payable within 14 days.\nGoods remain ours until then.' },
    schedule: [
      { label: 'To begin with', percent: 20, due: 'approval' },
      { label: 'When the walls stand', percent: 30, due: { days_after_approval: 30 } },
      { label: 'At the end', rest: true, due: 'request' },
    ],
    valid_until: '2999-12-31',
  });
  await page.goto(link);
  await expect(page.getByText('Due 30 days after approval')).toBeVisible();
  await look(page, 'offer-with-everything');
  const cents = await page.locator('.schedule strong').allTextContents();
  const total = await page.locator('.offer .total dd').textContent();
  const toCents = (text: string | null) => Math.round(Number((text ?? '').replace(/[^\d.]/g, '')) * 100);
  expect(cents.reduce((sum, text) => sum + toCents(text), 0)).toBe(toCents(total));

  await page.route(`**/proposals/${id}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), expired: true, due_cents: 0 } });
  });
  await page.reload();
  await page.goto(link);
  await expect(page.getByText('This offer has run out')).toBeVisible();
  await expect(page.locator('.stamp')).toHaveText('EXPIRED');
  await expect(page.getByRole('button', { name: /approve|pay/i })).toHaveCount(0);
  await look(page, 'expired');
  await page.unrouteAll();
  await signIn(page, url, `/staff/proposals/${id}/edit`);
  await page.getByLabel('Name of payment 3').waitFor();
  await look(page, 'staff-edit-everything');
});
