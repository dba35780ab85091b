import AxeBuilder from '@axe-core/playwright';
import openapi from '../../portal/public/openapi.json' with { type: 'json' };
import { expect, test } from './support/fixtures.ts';

// The reference as it is deployed, within its Content-Security-Policy.

/** The whole document is drawn at once, which takes a while on a busy machine. */
const drawn = { timeout: 120_000 };

test('the reference shows every route with its answers, its errors and a curl command', async ({
  page,
  deployed: { url },
  complaints,
}) => {
  test.setTimeout(240_000); // axe looks at all of a long document
  await page.goto(`${url}/docs`);
  await expect(page.getByRole('heading', { name: 'Portal payments API', level: 1 })).toBeVisible(drawn);
  const operations = Object.values(openapi.paths).flatMap((methods) =>
    Object.values<{ summary: string }>(methods),
  );
  for (const { summary } of operations) {
    await expect(page.locator('h2', { hasText: summary }).first()).toBeVisible();
  }
  await expect(page.getByRole('tab', { name: 'curl' })).toHaveCount(operations.length);
  await expect(page.getByText('amount_dollars').first()).toBeVisible();
  await expect(page.getByText('already_paid').first()).toBeVisible();

  // By the rules of WCAG 2.2 A and AA. The renderer skips a level of headings, which is a best practice only.
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join()}`),
  ).toEqual([]);

  expectNoOtherComplaint(complaints);
});

test('the keyboard alone finds a route in the reference', async ({ page, deployed: { url }, complaints }) => {
  await page.goto(`${url}/docs`);
  const entry = page.getByRole('menuitem', { name: 'Proposals' });
  await expect(entry).toBeVisible(drawn);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await entry.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('h2', { hasText: /^Proposals$/ })).toBeInViewport();
  expectNoOtherComplaint(complaints);
});

test('on a phone, nothing of the reference sticks out', async ({ page, deployed: { url }, complaints }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(`${url}/docs`);
  await expect(page.getByRole('heading', { name: 'Portal payments API', level: 1 })).toBeVisible(drawn);
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overhang).toBeLessThanOrEqual(0);
  expectNoOtherComplaint(complaints);
});

test('while the renderer cannot be loaded, the page links to the document', async ({
  page,
  deployed: { url },
}) => {
  await page.route('**/assets/redoc*', (route) => route.abort());
  await page.goto(`${url}/docs`);
  await page.getByRole('link', { name: 'openapi.json' }).click();
  await expect(page).toHaveURL(`${url}/openapi.json`);
});

/** The policy keeps the renderer from loading its vendor's logo. It refuses nothing else. */
function expectNoOtherComplaint(complaints: string[]): void {
  for (const complaint of complaints.splice(0))
    expect(complaint).toContain('cdn.redoc.ly/redoc/logo-mini.svg');
}
