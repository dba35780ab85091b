import type { Page } from '@playwright/test';
import { approveAndPay, blockWebhook, expect, paidHeading, test } from './support/fixtures.ts';

// The page in browsers and on networks that are not as we would like them.

test.afterEach(({ deployed: { stripe } }) => blockWebhook(stripe, false));

test('something is seen before the script has come, and nothing moves when it has', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/assets/*.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(sent.link, { waitUntil: 'commit' });
  await expect(page.locator('.offer.skeleton')).toBeVisible();
  const before = await page.locator('.offer').boundingBox();
  letGo();
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  const after = await page.locator('.offer').boundingBox();
  expect([after?.x, after?.y, after?.width]).toEqual([before?.x, before?.y, before?.width]);
});

test('on 3G something is seen at once, nothing moves, and it can be approved and paid', async ({
  page,
  deployed: { url, office },
}) => {
  const sent = await office.send();
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const bytesPerSecond = 400_000 / 8;
  await network.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 400 },
    ...{ downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond },
  });
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.sum += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(sent.link, { waitUntil: 'commit' });
  await expect(page.locator('.offer.skeleton')).toBeVisible();
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  const moved = await page.evaluate(() => (globalThis as unknown as { shifts: { sum: number } }).shifts.sum);
  expect(moved).toBeLessThanOrEqual(0.02);
  await page.getByLabel('Your full name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Approve & pay' }).click();
  await page.waitForURL((address) => address.origin !== url);
});

test('files with a hash in their name are kept for a year; one that is missing is never kept', async ({
  page,
  request,
  deployed: { url },
}) => {
  await page.goto(url);
  const script = await page.locator('script[src]').first().getAttribute('src');
  const found = await request.get(url + script);
  expect(found.headers()['cache-control']).toBe('public, max-age=31536000, immutable');
  const missing = await request.get(`${url}/assets/portal-00000000.js`);
  expect(missing.status()).toBe(404);
  expect(missing.headers()['cache-control'] ?? '').not.toMatch(/immutable|max-age=[1-9]/);
});

test('an unknown address says so in words to a person, and in a problem to a program', async ({
  page,
  request,
  deployed: { url },
}) => {
  const response = await page.goto(`${url}/propsal/7`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  const problem = await request.get(`${url}/propsal/7`, { headers: { accept: 'application/json' } });
  expect(problem.status()).toBe(404);
  expect(await problem.json()).toMatchObject({ code: 'route_not_found' });
});

/** What Google's translator does to a page: each text becomes one in elements of its own. */
const translate = (page: Page) =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      if (!text.data.trim() || text.parentElement?.closest('[translate="no"], script')) continue;
      const font = document.createElement('font');
      font.textContent = text.data.toUpperCase();
      text.replaceWith(font);
    }
  });

test('a page that the browser has translated survives a change, and approves what stands there', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  await translate(page);
  await expect(page.getByText('YOUR FULL NAME')).toBeVisible();
  await office.revise(sent.id, {
    line_items: [{ description: 'Cabinets, oak, fitted', quantity: 1, unit_price_cents: 1_000_000 }],
  });
  await page.evaluate(() => dispatchEvent(new Event('visibilitychange')));
  await page.getByRole('button', { name: 'I have seen the changes' }).click();
  await expect(page.locator('.offer .total')).toContainText('$10,000.00');
  await expect(page.getByText('for $10,000.00 in all')).toBeVisible();
  await translate(page);
  await page.getByRole('textbox').first().fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Approve & pay deposit $3,000.00' }).click();
  await expect(page.getByText('A stand-in for Stripe')).toBeVisible();
});

test('who paid and then cancels, or goes back, is not told that nothing was charged', async ({
  page,
  deployed: { office, stripe },
}) => {
  blockWebhook(stripe);
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByText('A stand-in for Stripe').waitFor();
  const session = [...stripe.account.sessions.values()].find(
    ({ client_reference_id: id }) => id === String(sent.id),
  );
  stripe.account.pay(session?.id ?? '');
  await page.goto(`${new URL(sent.link).origin}/proposal/${sent.id}?cancelled=true`);
  await expect(paidHeading(page)).toBeVisible();
  await expect(page.getByText('Nothing was charged')).toHaveCount(0);
});

test('in another language’s browser, sentences are in the page’s own', async ({
  browser,
  deployed: { office },
}) => {
  const sent = await office.send();
  const context = await browser.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  await page.goto(sent.link);
  await expect(page.getByRole('button', { name: 'Approve & pay deposit $4,725.00' })).toBeVisible();
  await context.close();
});

test('at 400 % zoom the keyboard reaches the button, and nothing covers it', async ({
  page,
  deployed: { office },
}) => {
  await page.setViewportSize({ width: 320, height: 256 });
  await page.goto((await office.send()).link);
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.textContent?.startsWith('Approve & pay'))) break;
  }
  const isOnTop = () =>
    page.evaluate(() => {
      const { left, top, width, height } = document.activeElement?.getBoundingClientRect() ?? new DOMRect();
      const seen = document.elementFromPoint(left + width / 2, top + height / 2);
      return document.activeElement?.contains(seen) ?? false;
    });
  await expect.poll(isOnTop).toBe(true);
});

test('with forced colours every control has an edge, and with reduced motion nothing moves', async ({
  page,
  deployed: { office },
}) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  for (const control of await page.locator('button:visible, input:visible').all()) {
    const width = await control.evaluate((element) => parseFloat(getComputedStyle(element).borderTopWidth));
    expect(width).toBeGreaterThan(0);
  }
  const moving = await page.evaluate(() => document.getAnimations().length);
  expect(moving).toBe(0);
});
