import type { Page } from '@playwright/test';
import { seedEmail, seedPassword } from '../../../local/seed.ts';

/** Signs in where the portal asks for it, and then is at `path`. */
export async function signIn(
  page: Page,
  url: string,
  path = '/staff/proposals',
  email = seedEmail,
): Promise<void> {
  await page.goto(url + path);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(seedPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
}
