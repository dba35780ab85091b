import { inflateSync } from 'node:zlib';
import {
  approveAndPay,
  blockWebhook,
  expect,
  paidHeading,
  payAndComeBack,
  sessionOf,
  sessionsOf,
  test,
} from './support/fixtures.ts';
import { look } from './support/look.ts';

// The portal as it is deployed, against the stand-in for Stripe.

test.afterEach(({ deployed: { stripe } }) => blockWebhook(stripe, false));

test("a customer approves, pays on Stripe's page and returns to a receipt, and no address held the token", async ({
  page,
  deployed: { office, stripe },
}) => {
  const sent = await office.send();
  const addresses: string[] = [];
  const bearers: (string | undefined)[] = [];
  page.on('request', (request) => {
    const { referer, authorization } = request.headers();
    addresses.push(request.url(), referer ?? '');
    if (authorization) bearers.push(authorization);
  });
  await page.goto(sent.link);
  await expect(page.getByRole('heading', { name: 'Kitchen renovation' })).toBeVisible();
  expect(page.url()).not.toContain('#');
  await page.getByLabel('Your full name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Approve & pay deposit $4,725.00' }).click();
  await payAndComeBack(page);
  await expect(page.locator('.receipt')).toContainText('$11,025.00'); // what remains

  // Only the page's own address had it, in the fragment, which is never sent.
  expect(addresses.filter((address) => address.includes(sent.token) && address !== sent.link)).toEqual([]);
  expect(new Set(bearers)).toEqual(new Set([`Bearer ${sent.token}`]));
  expect(await page.evaluate(() => JSON.stringify(localStorage) + document.cookie)).toBe('{}');
  expect(sessionsOf(stripe, sent)).toHaveLength(1);
});

test('a return without any webhook still records the payment', async ({
  page,
  deployed: { office, stripe },
}) => {
  blockWebhook(stripe);
  const sent = await office.send();
  await approveAndPay(page, sent);
  await payAndComeBack(page);
  expect(await office.count(sent.id, 'payment_success')).toBe(1);
});

test('after a payment without webhook or return, a new attempt to pay shows the receipt', async ({
  page,
  context,
  deployed: { office, stripe },
}) => {
  blockWebhook(stripe);
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay $4,725.00' }).click();
  await page.getByText('Paid. Thank you.').waitFor();
  await page.close();

  const another = await context.newPage();
  await another.goto(sent.link);
  await another.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await expect(paidHeading(another)).toBeVisible();
  expect(await office.count(sent.id, 'payment_success')).toBe(1);
});

test('after closing the tab before paying, the link still shows what is due', async ({
  page,
  context,
  deployed: { office },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay $4,725.00' }).waitFor();
  await page.close();
  const another = await context.newPage();
  await another.goto(sent.link);
  await expect(another.getByText('Approved by Ada Lovelace')).toBeVisible();
  await expect(another.getByRole('button', { name: 'Pay deposit $4,725.00' })).toBeVisible();
});

test('a tab without a token asks for the link', async ({ page, deployed: { url, office } }) => {
  const { id } = await office.send();
  await page.goto(`${url}/proposal/${id}`);
  await expect(page.getByRole('heading', { name: 'Please open your link again' })).toBeVisible();
});

test('a program that opens the link and runs its script is no customer; a person who moves the mouse is', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  await page.waitForTimeout(500);
  expect(await office.count(sent.id, 'view')).toBe(0);
  await page.mouse.move(100, 100);
  await page.mouse.move(200, 200);
  await expect.poll(() => office.count(sent.id, 'view')).toBe(1);
});

test('a double click approves once and makes one session', async ({ page, deployed: { office, stripe } }) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByLabel('Your full name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Approve & pay deposit $4,725.00' }).dblclick();
  await page.getByRole('button', { name: 'Pay $4,725.00' }).waitFor();
  expect(await office.count(sent.id, 'approve')).toBe(1);
  expect(sessionsOf(stripe, sent)).toHaveLength(1);
});

test('of two tabs, one pays and the other finds it paid', async ({
  page,
  context,
  deployed: { office, stripe },
}) => {
  const sent = await office.send();
  const other = await context.newPage();
  await other.goto(sent.link);
  await other.getByLabel('Your full name').fill('Ada Lovelace');
  await approveAndPay(page, sent);
  await payAndComeBack(page);

  const button = other.getByRole('button', { name: /pay deposit \$4,725\.00/i });
  if (await button.isVisible()) await button.click({ timeout: 2_000 }).catch(() => null); // the page may have refreshed by itself
  await expect(paidHeading(other)).toBeVisible();
  expect(sessionsOf(stripe, sent)).toHaveLength(1);
});

test("a card is declined on Stripe's page, and the next one pays", async ({ page, deployed: { office } }) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay with a card that is declined' }).click();
  await expect(page.getByText('Your card was declined.')).toBeVisible();
  await payAndComeBack(page);
});

test('after canceling, the customer learns that nothing was charged and pays in the same session', async ({
  page,
  deployed: { office, stripe },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('link', { name: 'Cancel and go back' }).click();
  await expect(page.getByText('You left the payment page')).toBeVisible();
  await page.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await payAndComeBack(page);
  expect(sessionsOf(stripe, sent)).toHaveLength(1);
});

test("after the browser's back button, the pay button works again", async ({
  page,
  deployed: { office },
}) => {
  await approveAndPay(page, await office.send());
  await page.getByRole('button', { name: 'Pay $4,725.00' }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await expect(page.getByText('A stand-in for Stripe')).toBeVisible();
});

test('after a return from the back-forward cache or a failed navigation, the pay button works again', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await page.route('**/c/pay/**', (route) => route.fulfill({ status: 204 })); // the navigation to Stripe never happens
  await approveAndPay(page, sent);
  await expect(page.getByRole('button', { name: 'One moment…' })).toBeVisible();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  const button = page.getByRole('button', { name: 'Pay deposit $4,725.00' });
  await expect(button).toBeVisible({ timeout: 2_000 });
  await button.click();
  await expect(page.getByRole('button', { name: 'One moment…' })).toBeVisible();
  await expect(button).toBeVisible(); // after a while
});

test('when the deposit has changed since the page was opened, the button that names the old one charges nothing', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await office.call('POST', `/proposals/${sent.id}/approve`, { name: 'Ada', version: 1 });
  await page.route(
    `**/proposals/${sent.id}`,
    async (route) => {
      const response = await route.fetch();
      const json = { ...(await response.json()), due_cents: 500_000, deposit_cents: 500_000 };
      await route.fulfill({ response, json });
    },
    { times: 1 },
  );
  await page.goto(sent.link);
  await page.getByRole('button', { name: 'Pay deposit $5,000.00' }).click();
  await expect(page.getByRole('alert')).toContainText('The amount has changed.');
  await page.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await expect(page.getByRole('button', { name: 'Pay $4,725.00' })).toBeVisible();
});

test("when a second attempt is paid while the page still shows the first one's failure, no second payment is offered", async ({
  page,
  deployed: { office, stripe },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay later, by bank debit' }).click();
  const session = sessionOf(stripe, sent);
  stripe.account.settleLater(session.id, 'failed');
  await expect.poll(() => office.count(sent.id, 'payment_failed')).toBe(1);
  await page.goto(sent.link);
  await page.getByText('Your payment did not go through').waitFor();
  await page.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await page.getByRole('button', { name: 'Pay $4,725.00' }).click();

  // Serves the earlier proposal for a while.
  const before = await office.call<object>('GET', `/proposals/${sent.id}`);
  const old = {
    ...{ ...before, deposit_status: 'failed', last_payment_failed: true, status: 'approved' },
    ...{ paid_cents: 0, paid_at: null, held_cents: 0, due_cents: 472_500, payments: [] },
  };
  let isStale = true;
  await page.route(`**/proposals/${sent.id}`, (route) =>
    isStale ? route.fulfill({ json: old }) : route.continue(),
  );
  await page.getByRole('link', { name: 'Go back' }).click();
  await expect(page.getByRole('heading', { name: 'Confirming your payment…' })).toBeVisible();
  await page.waitForResponse('**/payments/sessions/*');
  await page.waitForResponse('**/payments/sessions/*');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /pay deposit/i })).toHaveCount(0);
  isStale = false;
  await expect(paidHeading(page)).toBeVisible();
});

test('after a session expires, the customer starts another', async ({
  page,
  deployed: { office, stripe, url },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay $4,725.00' }).waitFor();
  const session = sessionOf(stripe, sent);
  stripe.account.expireSession(session.id);
  await page.goto(`${url}/proposal/${sent.id}?session_id=${session.id}`);
  await expect(page.getByText('The payment page has expired')).toBeVisible();
  await page.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await payAndComeBack(page);
});

test('a delayed payment is pending, then fails, then another is paid', async ({
  page,
  deployed: { office, stripe },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay later, by bank debit' }).click();
  await page.getByRole('link', { name: 'Go back' }).click();
  await expect(page.getByText('Your payment is on its way')).toBeVisible();
  await expect(page.getByRole('button', { name: /pay deposit/i })).toHaveCount(0);
  const session = sessionOf(stripe, sent);

  stripe.account.settleLater(session.id, 'failed');
  await expect.poll(() => office.count(sent.id, 'payment_failed')).toBe(1);
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('Your payment did not go through');
  await page.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await payAndComeBack(page);
});

test('a return without a payment shows no receipt', async ({ page, deployed: { office, stripe, url } }) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay $4,725.00' }).waitFor();
  const session = sessionOf(stripe, sent);
  await page.clock.install();
  await page.goto(`${url}/proposal/${sent.id}?session_id=${session.id}`);
  await expect(page.getByRole('heading', { name: 'Confirming your payment…' })).toBeVisible();
  await page.clock.fastForward('00:25');
  await expect(page.getByText('Still confirming your payment')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pay deposit $4,725.00' })).toBeVisible();
  stripe.account.pay(session.id);
  await page.clock.fastForward('00:10'); // the next, slower poll
  await expect(paidHeading(page)).toBeVisible();
});

test('a return while the API is down offers no second payment, and recovers by itself', async ({
  page,
  deployed: { office, stripe },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  // The webhook is slow, so the page has no other source.
  blockWebhook(stripe);
  await page.getByRole('button', { name: 'Pay $4,725.00' }).click();
  let isDown = true;
  await page.route('**/payments/sessions/*', (route) => (isDown ? route.abort() : route.continue()));
  await page.getByRole('link', { name: 'Go back' }).click();
  await expect(page.getByRole('heading', { name: 'Confirming your payment…' })).toBeVisible();
  await page.waitForRequest('**/payments/sessions/*');
  await page.waitForRequest('**/payments/sessions/*');
  await expect(page.getByRole('button', { name: /pay deposit/i })).toHaveCount(0);
  isDown = false;
  await expect(paidHeading(page)).toBeVisible({ timeout: 20_000 });
  await expect(paidHeading(page)).toBeFocused();
});

test('the layout does not shift while a proposal loads', async ({ page, deployed: { office } }) => {
  const sent = await office.send();
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const viewport of [
    { width: 320, height: 640 },
    { width: 1440, height: 900 },
  ]) {
    await page.setViewportSize(viewport);
    await page.goto('about:blank');
    await page.goto(sent.link);
    await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
    await page.evaluate(
      () => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted, 200))),
    );
    const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    // Good, by https://web.dev/articles/cls.
    expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.1);
  }
});

test("another customer's session reveals nothing", async ({ page, deployed: { office, url } }) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.goto(`${url}/proposal/${sent.id}?session_id=cs_test_of_another`);
  await expect(page.getByRole('button', { name: 'Approve & pay deposit $4,725.00' })).toBeVisible();
});

test('who opens a link again sees first what changed since they last looked', async ({
  page,
  context,
  deployed: { office },
}) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  await page.mouse.move(100, 100);
  await page.mouse.move(200, 200);
  await expect.poll(() => office.count(sent.id, 'view')).toBe(1);
  await page.close();
  await office.revise(sent.id, { title: 'Kitchen, larger' });
  await office.revise(sent.id, {
    line_items: [{ description: 'Cabinets, oak, fitted', quantity: 2, unit_price_cents: 980_000 }],
  });

  const later = await context.newPage();
  await later.goto(sent.link);
  const changes = later.getByRole('region', { name: 'PeakPro changed this proposal' });
  await expect(changes).toContainText('Kitchen renovation Kitchen, larger');
  await expect(changes).toContainText('Total');
  await expect(later.getByLabel('Your full name')).toBeHidden();
  await look(later, 'changed-since');
  await changes.getByRole('button', { name: 'I have seen the changes' }).click();
  await later.getByLabel('Your full name').fill('Ada Lovelace');
  await later.getByRole('button', { name: /Approve & pay deposit/ }).click();
  await expect.poll(() => office.count(sent.id, 'approve')).toBe(1);
});

test('when the proposal is revised, the customer sees what changed before approving', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByLabel('Your full name').fill('Ada Lovelace');
  await office.revise(sent.id, {
    title: 'Kitchen, larger',
    line_items: [
      { description: 'Cabinets, oak, fitted', quantity: 2, unit_price_cents: 980_000 },
      { description: 'Installation, per day', quantity: 5, unit_price_cents: 45_000 },
      { description: 'Lamps', quantity: 3, unit_price_cents: 10_000 },
    ],
  });
  await page.getByRole('button', { name: 'Approve & pay deposit $4,725.00' }).click();
  const changes = page.getByRole('region', { name: 'PeakPro changed this proposal' });
  await expect(changes).toContainText('Kitchen renovation Kitchen, larger');
  await expect(changes).toContainText('1 × $9,800.00 2 × $9,800.00');
  await expect(changes).toContainText('New: 3 × $100.00');
  await expect(changes).toContainText('5 × $740.00 Removed.');
  await expect(changes).toContainText('$15,750.00 $22,150.00');
  expect(await office.count(sent.id, 'approve')).toBe(0);

  await page.getByRole('button', { name: 'I have seen the changes' }).click();
  await expect(page.getByRole('complementary', { name: 'Payment' })).toBeFocused();
  await expect(page.getByLabel('Your full name')).toHaveValue('Ada Lovelace'); // still what was typed
  await page.getByRole('button', { name: 'Approve & pay deposit $6,645.00' }).click();
  await expect(page.getByRole('button', { name: 'Pay $6,645.00' })).toBeVisible();
  const approval = (await office.story(sent.id)).find(({ event }) => event === 'approve');
  expect(approval?.meta.version).toBe(2);
});

test('when the proposal is voided, the open page says so', async ({ page, deployed: { office } }) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByLabel('Your full name').fill('Ada Lovelace');
  await office.void(sent.id);
  await page.getByRole('button', { name: /Approve & pay/ }).click();
  await expect(page.getByText('This proposal was withdrawn')).toBeVisible();
  await expect(page.getByText('ask PeakPro')).toBeVisible();
  await expect(page.getByRole('button', { name: /pay deposit/i })).toHaveCount(0);
});

test("an expired link names the org to ask; a broken one and another proposal's open nothing", async ({
  page,
  deployed: { office, tokens, url },
}) => {
  const [own, other] = [await office.send(), await office.send({ title: 'A secret garden' })];
  const past = new Date(Date.now() - 1_000);
  const expired = await tokens.signPortal(
    { kind: 'customer', proposalId: own.id, orgId: 1 },
    'PeakPro',
    past,
  );
  await page.goto(`${url}/proposal/${own.id}#token=${expired}`);
  await expect(page.getByText('This link has expired. Ask PeakPro for a new one.')).toBeVisible();

  for (const link of [
    `${url}/proposal/${own.id}#token=nonsense`,
    `${url}/proposal/${other.id}#token=${own.token}`,
  ]) {
    await page.goto(link);
    await expect(page.getByRole('heading', { name: 'This link does not open a proposal' })).toBeVisible();
    await expect(page.getByText('A secret garden')).toHaveCount(0);
  }
});

test('a link that a mail program mangled opens its proposal, and leaves no token in the address', async ({
  context,
  deployed: { office, url },
}) => {
  const { id, token } = await office.send();
  const broken = `${token.slice(0, 40)}%0D%0A ${token.slice(40)}`;
  for (const end of [`%23token=${token}`, `%2523token=${token}`, `#token=${token}).`, `#token=${broken}`]) {
    const tab = await context.newPage(); // without what another tab was given
    await tab.goto(`${url}/proposal/${id}${end}`);
    await expect(tab.getByRole('heading', { name: 'Kitchen renovation' }), end).toBeVisible();
    expect(tab.url(), end).toBe(`${url}/proposal/${id}`);
    await tab.close();
  }
});

test('a newer link pasted into the same tab replaces the first', async ({
  page,
  deployed: { office, url },
}) => {
  const sent = await office.send();
  await page.goto(`${url}/proposal/${sent.id}#token=nonsense`);
  await page.getByRole('heading', { name: 'This link does not open a proposal' }).waitFor();
  await page.goto(sent.link);
  await expect(page.getByRole('heading', { name: 'Kitchen renovation' })).toBeVisible();
  expect(page.url()).not.toContain('#');
});

test('offline, a click says so and charges nothing; online again, it works', async ({
  page,
  context,
  deployed: { office },
}) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByLabel('Your full name').fill('Ada Lovelace');
  await context.setOffline(true);
  const button = page.getByRole('button', { name: 'Approve & pay deposit $4,725.00' });
  await button.click();
  await expect(page.getByRole('alert')).toContainText('We cannot be reached.');
  await context.setOffline(false);
  await button.click();
  await expect(page.getByText('A stand-in for Stripe')).toBeVisible();
});

test('when the API is down as the link is opened, the page offers a retry', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await page.route(`**/proposals/${sent.id}`, (route) => route.abort());
  await page.goto(sent.link);
  await expect(page.getByRole('heading', { name: 'We cannot show your proposal right now' })).toBeVisible();
  await page.unroute(`**/proposals/${sent.id}`);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Kitchen renovation' })).toBeVisible();
});

test('when Stripe is down, the approval stands and the page offers a retry', async ({
  page,
  deployed: { office, stripe },
}) => {
  const sent = await office.send();
  stripe.api.faults.push({ on: 'POST /v1/checkout/sessions', kind: 'limit', times: 1 });
  await approveAndPay(page, sent);
  await expect(page.getByRole('alert')).toContainText('Nothing was charged.');
  await page.getByRole('button', { name: 'Pay deposit $4,725.00' }).click();
  await expect(page.getByText('A stand-in for Stripe')).toBeVisible();
  expect(await office.count(sent.id, 'approve')).toBe(1);
});

test("the keyboard alone leads from the link to Stripe's page", async ({ page, deployed: { office } }) => {
  await page.goto((await office.send()).link);
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  const focused = () =>
    page.evaluate(() => document.activeElement?.textContent || document.activeElement?.tagName);
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('admin@peakpro.io'); // whom to ask
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Print or save as PDF');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // without a name
  await expect(page.getByText('Please type your name to approve.')).toBeVisible();
  await page.keyboard.type('Ada Lovelace');
  await page.keyboard.press('Enter');
  await expect(page.getByText('A stand-in for Stripe')).toBeVisible();
});

test('the printed PDF has the text of every script, and numbered pages', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send({ title: 'Küche für Łukasz – Ελληνικά, кухня' });
  await page.goto(sent.link);
  await page.getByRole('heading', { name: /Küche/ }).waitFor();
  const file = await page.pdf({ preferCSSPageSize: true });
  // Its fonts map glyphs to letters (PDF 32000-1, 9.10.3), in compressed streams.
  const streams = [...file.toString('latin1').matchAll(/stream\r?\n(.*?)\r?\nendstream/gs)].map(
    ([, stream = '']) => inflate(Buffer.from(stream, 'latin1')),
  );
  const letters = streams.flatMap((stream) => [
    ...[...stream.matchAll(/^<\w{4}> <(\w{4})>$/gm)].map(([, code = '']) => parseInt(code, 16)),
    ...[...stream.matchAll(/^<(\w{4})> <(\w{4})> <(\w{4})>$/gm)].flatMap(([, ...range]) => {
      const [first = 0, last = 0, code = 0] = range.map((hex) => parseInt(hex, 16));
      return Array.from({ length: last - first + 1 }, (_, index) => code + index);
    }),
  ]);
  for (const letter of 'üŁλк/') expect(letters).toContain(letter.charCodeAt(0));
});

test('a production build has no simulated payment', async ({ page, deployed: { office, url } }) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.goto(`${url}/proposal/${sent.id}?mock_payment=true`);
  await expect(page.getByRole('button', { name: 'Approve & pay deposit $4,725.00' })).toBeVisible();
  await expect(page.getByText('Simulated')).toHaveCount(0);
});

test('no other site can frame the page, and only its own scripts run', async ({
  page,
  complaints,
  deployed: { url },
}) => {
  const response = await page.goto(`${url}/proposal/1`);
  const policy = response?.headers()['content-security-policy'] ?? '';
  for (const part of [
    "default-src 'none'",
    "script-src 'self';",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]) {
    expect(policy).toContain(part);
  }
  expect(response?.headers()['referrer-policy']).toBe('no-referrer');
  const inline = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return 'ran' in window;
  });
  expect(inline).toBe(false);
  expect(complaints.splice(0).join()).toContain('Content Security Policy');
});

/** The inflated stream; empty if it was not deflated. */
function inflate(bytes: Buffer): string {
  try {
    return inflateSync(bytes).toString('latin1');
  } catch {
    return '';
  }
}
