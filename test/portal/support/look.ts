import { mkdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Where the pictures go that `look` takes. */
const folder = `${import.meta.dirname}/../../../.wrangler/portal-pictures`;

/** Those that axe leaves out unless it is asked for them. */
const experimentalRules = [
  'css-orientation-lock',
  'focus-order-semantics',
  'label-content-name-mismatch',
  'p-as-heading',
  'table-fake-caption',
  'td-has-header',
];

/**
 * Looks at a page on a phone, a tablet and a desk, light and dark: nothing sticks out to the side, and axe finds nothing (on a
 * phone in the dark, on a desk in the light). With PICTURES=1 it takes a picture of each, for people to look at.
 */
export async function look(page: Page, name: string, large = 1440): Promise<void> {
  const before = page.viewportSize();
  for (const width of [320, 768, large]) {
    await page.setViewportSize({ width, height: width === 320 ? 640 : 900 });
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overhang, `${name} at ${width} px sticks out`).toBeLessThanOrEqual(0);
    if (process.env.PICTURES) await takePictures(page, `${name}-${width}`);
    if (width === 320) await expectNoViolations(page, 'dark', `${name} at ${width} px`);
    if (width === large) await expectNoViolations(page, 'light', `${name} at ${width} px`);
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}

async function expectNoViolations(page: Page, colorScheme: 'light' | 'dark', where: string): Promise<void> {
  await page.emulateMedia({ colorScheme });
  const rules = Object.fromEntries(experimentalRules.map((rule) => [rule, { enabled: true }]));
  const { violations } = await new AxeBuilder({ page }).options({ rules }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`);
  expect(found, `${where}, ${colorScheme}`).toEqual([]);
}

async function takePictures(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
  }
}
