import { mkdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Where the pictures go that `look` takes. */
const folder = `${import.meta.dirname}/../../../.wrangler/portal-pictures`;

const schemes = ['light', 'dark'] as const;

/**
 * Looks at a page, small and large, light and dark: nothing sticks out to the side, axe finds nothing (small and dark, large
 * and light), and a picture is taken, for people to look at.
 */
export async function look(page: Page, name: string, large = 1440): Promise<void> {
  const sizes = [
    { width: 320, height: 640 },
    { width: large, height: 900 },
  ];
  mkdirSync(folder, { recursive: true });
  const before = page.viewportSize();
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}/${name}-${size.width}-${colorScheme}.png`, fullPage: true });
      if ((colorScheme === 'dark') !== (size === sizes[0])) continue; // each size and each scheme once is enough
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`,
      );
      expect(found, `${name} at ${size.width} px, ${colorScheme}`).toEqual([]);
    }
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overhang, `${name} at ${size.width} px sticks out`).toBeLessThanOrEqual(0);
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
