import { expect, type Page } from '@playwright/test';
import { approveAndPay, payAndComeBack, startDeployed, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import { Office } from './support/office.ts';
import { signIn } from './support/staff-page.ts';

// The books in a browser: connected, chosen, booked, blocked, mended, equal. On a stack of its own: all of today is booked.

/** What the ledger's page shows of an account, `debit` or `credit`. */
async function balanceOf(ledger: Page, account: string): Promise<string> {
  await ledger.reload();
  const company = ledger.getByRole('region', { name: 'PeakPro LLC' });
  const row = company
    .getByRole('row')
    .filter({ has: ledger.getByRole('rowheader', { name: account, exact: true }) });
  const [debit = '', credit = ''] = await row.getByRole('cell').allTextContents();
  return debit ? `debit ${debit}` : credit ? `credit ${credit}` : '0';
}

test('an admin connects QuickBooks, a deposit is booked, another is blocked and mended, and the books equal the log', async ({
  page,
  context,
}) => {
  test.slow(); // couriers begin a second later, and keep a pace
  const stack = await startDeployed();
  const { url, intuit } = stack;
  try {
    await playBooks();
  } finally {
    await stack.stop();
  }

  async function playBooks(): Promise<void> {
    const office = await Office.open(url);
    await signIn(page, url, '/staff/settings');
    await page.getByRole('link', { name: 'QuickBooks' }).click();
    await expect(page.getByRole('heading', { name: 'QuickBooks' })).toBeVisible();
    await look(page, 'staff-books-off');

    // Changed their mind over there.
    await page.getByRole('button', { name: 'Connect QuickBooks' }).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expect(page.getByRole('alert')).toContainText('the request was declined at Intuit');

    // A company with another currency.
    await page.getByRole('button', { name: 'Connect QuickBooks' }).click();
    await page.getByRole('link', { name: 'Bergblick GmbH' }).click();
    await expect(page.getByRole('alert')).toContainText('another currency');
    await look(page, 'staff-books-refused');

    await page.getByRole('button', { name: 'Connect QuickBooks' }).dblclick();
    await page.getByRole('link', { name: 'PeakPro LLC' }).click();
    await expect(page.getByText('PeakPro LLC is connected')).toBeVisible();
    await page.getByRole('button', { name: 'Make “Deposit” in QuickBooks' }).click();
    await expect(page.getByLabel('Item for deposits, on a liability account')).toContainText('Deposit');
    await page.getByRole('button', { name: 'Make “Proposal” in QuickBooks' }).dblclick();
    await expect(page.getByLabel('Item for income')).toContainText('Proposal');
    await page.getByRole('button', { name: 'Make “Stripe clearing” in QuickBooks' }).click();
    await expect(page.getByRole('button', { name: /^Make/ })).toHaveCount(0);
    await look(page, 'staff-books-choosing');
    await page.getByRole('button', { name: 'Confirm and begin to book' }).dblclick();
    await expect(page.getByText('Booked since')).toBeVisible();

    // A deposit is paid, and booked.
    const sent = await office.send();
    const customer = await context.newPage();
    await approveAndPay(customer, sent);
    await payAndComeBack(customer);
    await page.goto(`${url}/staff/proposals/${sent.id}`);
    await expect(page.locator('.timeline')).toContainText(/Booked: Invoice PD\d+-\d+, \$4,725\.00/, {
      timeout: 90_000,
    });
    const ledger = await context.newPage();
    await ledger.goto(intuit.url);
    expect(await balanceOf(ledger, 'Stripe clearing')).toBe('debit 4,725.00');
    expect(await balanceOf(ledger, 'Customer deposits')).toBe('credit 4,725.00');
    await look(page, 'staff-booked');
    await look(ledger, 'intuit-ledger');

    // The books are closed; the balance comes by cheque.
    await ledger
      .getByRole('region', { name: 'PeakPro LLC' })
      .getByRole('button', { name: 'Close the books' })
      .click();
    await office.call('POST', `/proposals/${sent.id}/payments`, {
      ...{ method: 'cheque', amount_cents: 1_102_500, received_on: new Date().toISOString().slice(0, 10) },
    });
    await page.goto(`${url}/staff/attention`);
    const waiting = page.getByRole('region', { name: 'Not in your books yet' });
    const blocked = async () =>
      (await office.call<{ bookings: unknown[] }>('GET', '/reports/attention')).bookings.length;
    await expect.poll(blocked, { timeout: 90_000 }).toBe(1);
    await page.reload();
    await expect(waiting).toContainText('the books are closed for that day');
    await look(page, 'staff-books-blocked');
    await page.goto(`${url}/staff/books`);
    await expect(page.getByText('1 need attention')).toBeVisible();

    // Mended over there, and tried again here.
    await ledger.getByRole('button', { name: 'Open the books' }).click();
    await page.getByRole('link', { name: '1 need attention' }).click();
    await waiting.getByRole('button', { name: 'Try again' }).dblclick();
    const unbooked = async () => (await office.call<{ waiting: number }>('GET', '/quickbooks')).waiting;
    await expect.poll(unbooked, { timeout: 90_000 }).toBe(0);
    await page.reload();
    await expect(waiting).toHaveCount(0);
    expect(await balanceOf(ledger, 'Customer deposits')).toBe('0');
    expect(await balanceOf(ledger, 'Proposal income')).toBe('credit 15,750.00');
    expect(await balanceOf(ledger, 'Undeposited Funds')).toBe('debit 11,025.00');
    expect(await balanceOf(ledger, 'Accounts Receivable (A/R)')).toBe('0');
    await page.goto(`${url}/staff/books`);
    await expect(page.getByText('Nothing', { exact: true })).toBeVisible();
    await expect(page.getByText('None: what is booked equals what was paid')).toBeVisible({
      timeout: 90_000,
    });
    await look(page, 'staff-books');

    // And let go.
    await page.getByRole('button', { name: 'Disconnect QuickBooks' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Connect QuickBooks' })).toBeVisible();
  }
});
