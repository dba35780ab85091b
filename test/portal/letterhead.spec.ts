import { expect, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import { signIn } from './support/staff-page.ts';

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="40" height="40" rx="8" fill="#7a1f4f"/>
  <path d="M12 28V12l16 16V12" fill="none" stroke="#fff" stroke-width="4"/><text x="50" y="28" font-size="20">Peak</text></svg>`;

test('an admin sets how the organization looks, sees it at once, and customers see it on the page and on paper', async ({
  page,
  deployed: { url, office },
}) => {
  const sent = await office.send();
  await signIn(page, url, '/staff/settings');
  const save = page.getByRole('button', { name: 'Save', exact: true });
  const preview = page.locator('.preview');
  await page.getByLabel('Postal address (optional)').fill('1200 Summit Street\nDenver, CO 80202');
  await page.getByLabel('Phone (optional)').fill('+1 303 555 0100');
  await page.getByLabel('Website (optional)').fill('peakpro.example');
  await page.getByLabel('Tax ID (optional)').fill('12-3456789');
  await expect(preview.locator('address')).toContainText('Denver, CO 80202');

  // What is no picture, or too large, is said before anything is sent, and what was shown stays.
  const file = page.getByLabel('Logo (optional)');
  const text = { name: 'a.png', mimeType: 'image/png' };
  await file.setInputFiles({ ...text, buffer: Buffer.from('not a picture') });
  await expect(page.getByText('This is not a PNG, JPEG or SVG')).toBeVisible();
  await file.setInputFiles({ ...text, buffer: Buffer.alloc(200 * 1024 + 1) });
  await expect(page.getByText('This picture is larger than 200 KB')).toBeVisible();
  await expect(preview.locator('img')).toHaveCount(0);
  // What the browser shows and the API refuses is said there too.
  const svg = { name: 'logo.svg', mimeType: 'image/svg+xml' };
  await file.setInputFiles({ ...svg, buffer: Buffer.from(logo.replace('<rect', '<script>1</script><rect')) });
  await expect(preview.locator('img')).toBeVisible();
  await save.click();
  await expect(page.getByRole('alert')).toContainText('Logo: This picture holds more than shapes');
  await expect(file).toBeFocused();
  await file.setInputFiles({ ...svg, buffer: Buffer.from(logo) });
  await expect(page.locator('.logo-field .error')).toHaveCount(0);

  await page.getByLabel('Buttons and links have a colour of our own').check();
  const colour = page.getByLabel('Colour', { exact: true });
  await colour.fill('#ffd400');
  await expect(page.getByText('White letters could not be read on this colour').first()).toBeVisible();
  await save.click();
  await expect(page.getByText('Saved', { exact: true })).toHaveCount(0);
  await colour.fill('#7a1f4f');
  await page.getByLabel('Dates and money').selectOption('en-GB');
  await expect(preview.getByText('US$4,000.00').first()).toBeVisible();
  await page.getByLabel('Paper').selectOption('US Letter');
  await look(page, 'staff-settings-letterhead', 1600);
  await save.click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(save).toBeDisabled();

  await page.goto(sent.link);
  const offer = page.locator('.offer');
  await expect(offer.locator('address')).toContainText('Tax ID: 12-3456789');
  await expect(offer.getByRole('link', { name: 'peakpro.example' })).toHaveAttribute(
    'href',
    'https://peakpro.example',
  );
  await expect(offer.getByText('US$15,750.00').first()).toBeVisible();
  const picture = offer.locator('img');
  await expect(picture).toHaveAttribute('src', /^\/logos\/[\w-]{43}\.svg$/);
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  const button = page.getByRole('button', { name: /^Approve & pay/ });
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(button).toHaveCSS('background-color', 'rgb(122, 31, 79)');
  await look(page, 'customer-letterhead');

  // US Letter, in points, with what customers keep of whom it is from.
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(mediaBox(await page.pdf({ preferCSSPageSize: true }))).toEqual([612, 792]);
  await page.emulateMedia({ media: 'print' });
  await expect(offer.locator('address')).toBeVisible();
  await page.emulateMedia({ media: null });

  await page.goto(`${url}/staff/settings`);
  await page.getByLabel('Paper').selectOption('A4');
  await page.getByRole('button', { name: 'Remove the logo' }).click();
  await save.click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await page.goto(sent.link);
  await expect(offer.locator('address')).toBeVisible();
  await expect(offer.locator('img')).toHaveCount(0);
  const [width = 0, height = 0] = mediaBox(await page.pdf({ preferCSSPageSize: true }));
  expect([Math.round(width), Math.round(height)]).toEqual([595, 842]);

  // As it was, for other tests.
  const nothing = { address: null, phone: null, web: null, tax_id: null, colour: null, locale: null };
  await office.call('PATCH', '/org', { ...nothing, paper_size: null });
});

/** The size of a PDF's first page. */
function mediaBox(pdf: Buffer): number[] {
  const [, box = ''] = /\/MediaBox \[0 0 ([\d. ]+)\]/.exec(pdf.toString('latin1')) ?? [];
  return box.split(' ').map(Number);
}
