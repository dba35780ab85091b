import { approveAndPay, expect, payAndComeBack, test } from './support/fixtures.ts';

// What customers keep: the page as it is printed.

test('a void proposal is printed with VOID across it, and offers nothing', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await office.void(sent.id);
  await page.goto(sent.link);
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.stamp')).toHaveText('VOID');
  await expect(page.getByRole('button')).toHaveCount(0);
});

test('the printed receipt stands below what was agreed, with the time zone, and speaks of no page', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await payAndComeBack(page);
  await page.emulateMedia({ media: 'print' });
  const offer = await page.locator('.offer').boundingBox();
  const receipt = await page.locator('.receipt').boundingBox();
  expect((offer?.y ?? 0) + (offer?.height ?? 0)).toBeLessThanOrEqual(receipt?.y ?? 0);
  await expect(page.locator('.receipt')).toContainText('UTC');
  await expect(page.getByText('close this page')).toHaveCount(0);
});

test('who has paid twice reads what they have paid, and not that it was the deposit', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await office.call('POST', `/proposals/${sent.id}/approve`, { name: 'Ada', version: 1 });
  for (const reference of ['first', 'second']) {
    await office.call('POST', `/proposals/${sent.id}/payments`, {
      method: 'cash',
      amount_cents: 472_500,
      received_on: new Date().toISOString().slice(0, 10),
      reference,
    });
  }
  await page.goto(sent.link);
  await expect(page.getByRole('heading', { name: 'What you have paid' })).toBeVisible();
  await expect(page.locator('.receipt .amount')).toHaveText('$9,450.00');
  await expect(page.locator('.receipt')).toContainText('$6,300.00');
});
