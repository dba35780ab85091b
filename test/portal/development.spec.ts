import { seedEmail, seedPassword } from '../../local/seed.ts';
import { approveAndPay, expect, paidHeading, test } from './support/fixtures.ts';
import { look } from './support/look.ts';

// What `npm run dev` starts: a page of localhost:5173 that asks an API on localhost:8089, and a simulated payment.

test('both links that npm run dev prints can be followed', async ({ page, development }) => {
  const [link] = /http:\S+#token=\S+/.exec(development.printed()) ?? [];
  await page.goto(link ?? '');
  await expect(page.getByRole('heading', { name: 'Bathroom renovation' })).toBeVisible();
  expect(page.url()).toBe('http://localhost:5173/proposal/8');

  const [staff] = /http:\S+\/staff/.exec(development.printed()) ?? [];
  await page.goto(staff ?? '');
  await page.getByLabel('Email').fill(seedEmail);
  await page.getByLabel('Password').fill(seedPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('link', { name: 'Bathroom renovation' })).toBeVisible();
});

test('a customer approves and pays once, and finds it paid on every return', async ({
  page,
  context,
  development: { office },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await expect(page.getByRole('heading', { name: 'Simulated payment' })).toBeVisible();
  await page.getByRole('button', { name: 'Pay $4,725.00' }).click();
  await expect(paidHeading(page)).toBeVisible();
  await page.reload();
  await expect(paidHeading(page)).toBeVisible();

  await page.close();
  const another = await context.newPage();
  await another.goto(sent.link);
  await expect(paidHeading(another)).toBeVisible();
  expect((await office.story(sent.id)).map(({ event }) => event)).toEqual([
    'sent',
    'view',
    'approve',
    'checkout_created',
    'payment_success',
  ]);
});

test('a declined card can be followed by another that pays', async ({ page, development: { office } }) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay with a card that is declined' }).click();
  await expect(page.getByRole('alert')).toContainText('Your card was declined');
  expect(await office.count(sent.id, 'payment_success')).toBe(0);
  await page.getByRole('button', { name: 'Pay $4,725.00' }).click();
  await expect(paidHeading(page)).toBeVisible();
});

test('a bank debit is pending, fails, and a second one succeeds', async ({
  page,
  development: { office },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay later, by bank debit' }).click();
  await expect(page.getByText('Your payment is on its way')).toBeVisible();
  await page.getByRole('button', { name: 'The bank declines' }).click();
  await expect(page.getByRole('alert')).toContainText('Your payment did not go through');

  await page.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await page.getByRole('button', { name: 'Pay later, by bank debit' }).click();
  await page.getByRole('button', { name: 'The bank pays' }).click();
  await expect(paidHeading(page)).toBeVisible();
});

test('after canceling, the page says that nothing was charged and what is due', async ({
  page,
  development: { office },
}) => {
  await approveAndPay(page, await office.send());
  await page.getByRole('link', { name: 'Cancel and go back' }).click();
  await expect(page.getByText('You left the payment page')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pay deposit $4,725.00' })).toBeVisible();
});

test('the page and the API share an origin, so no preflight is made', async ({
  page,
  development: { office, printed },
}) => {
  const sent = await office.send();
  await page.goto(sent.link);
  for (let time = 0; time < 3; time += 1) {
    await expect(page.getByRole('heading', { name: 'Kitchen renovation' })).toBeVisible(); // else it has not asked yet
    await page.reload();
  }
  const asked = (method: string) => printed().split(`${method} /proposals/${sent.id} `).length - 1;
  await expect.poll(() => asked('GET')).toBeGreaterThanOrEqual(3);
  expect(asked('OPTIONS')).toBe(0);
});

test('a page of another origin cannot read what the API answers, whatever token it has', async ({
  page,
  complaints,
  development: { office },
}) => {
  const { id, token } = await office.send();
  await page.goto('http://127.0.0.1:5173/robots.txt'); // another origin than localhost:5173
  const read = await page.evaluate(
    ([url, bearer]) =>
      fetch(`${url}`, { headers: { authorization: `Bearer ${bearer}` } }).then(
        (response) => response.text(),
        (error) => String(error),
      ),
    [`http://localhost:8089/proposals/${id}`, token],
  );
  expect(read).toBe('TypeError: Failed to fetch');
  expect(complaints.splice(0).join()).toContain('blocked by CORS policy');
});

test('a developer sees the simulated payment', async ({ page, development: { office } }) => {
  await approveAndPay(page, await office.send());
  await page.getByRole('heading', { name: 'Simulated payment' }).waitFor();
  await look(page, 'simulation');
  await page.getByRole('button', { name: 'Pay later, by bank debit' }).click();
  await page.getByRole('button', { name: 'The bank pays' }).waitFor();
  await look(page, 'simulation-pending');
});

test('every component is shown in each of its states', async ({ page, development }) => {
  const [staff] = /http:\S+\/staff/.exec(development.printed()) ?? [];
  await page.goto(`${staff}/components`);
  await page.getByLabel('Email').fill(seedEmail);
  await page.getByLabel('Password').fill(seedPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Components' })).toBeVisible();
  await look(page, 'components');
  await page.getByRole('button', { name: 'Toast with Undo' }).click();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(page.getByText('Put back')).toBeVisible();
});
