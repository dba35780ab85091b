import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';

// How people join an org: an admin invites them, and they open the mail.

export const password = 'correct horse battery staple';

/** The newest mail to an address, and where its button leads. */
export async function linkTo(mailboxUrl: string, email: string): Promise<string> {
  let link = '';
  await expect(async () => {
    const mails = (await (await fetch(`${mailboxUrl}/messages`)).json()) as { to: string; text: string }[];
    const mail = mails.find(({ to }) => to === email);
    link = /https?:\S+#token=\S+/.exec(mail?.text ?? '')?.[0] ?? '';
    expect(link).not.toBe('');
  }).toPass({ timeout: 10_000 });
  return link;
}

export async function inviteAs(page: Page, email: string, role: string, clicks = 2): Promise<void> {
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Email').fill(email);
  await dialog.getByLabel('Role').selectOption(role);
  await dialog.getByRole('button', { name: 'Send invitation' }).click({ clickCount: clicks });
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('row').filter({ hasText: email })).toHaveCount(1);
}

export async function join(page: Page, link: string, name: string, org = 'PeakPro'): Promise<void> {
  await page.goto(link);
  await expect(page.getByRole('heading', { name: `Join ${org}` })).toBeVisible();
  expect(page.url()).not.toContain('token');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Choose a password').fill(password);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
}
