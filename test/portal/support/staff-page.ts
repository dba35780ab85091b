import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { seedEmail, seedPassword } from '../../../local/seed.ts';

/** The API lets one address try 20 times in a minute, and some tests sign in by themselves. */
const mostInAMinute = 12;

/** When tests of this process, which all use one stack, signed in. */
const signIns: number[] = [];

async function waitForTurn(): Promise<void> {
  const earlier = signIns.at(-mostInAMinute) ?? 0;
  await sleep(Math.max(0, earlier + 61_000 - Date.now()));
  signIns.push(Date.now());
}

/** Signs in where the portal asks for it, as soon as its limit allows, and then is at `path`. */
export async function signIn(
  page: Page,
  url: string,
  path = '/staff/proposals',
  email = seedEmail,
): Promise<void> {
  await waitForTurn();
  await page.goto(url + path);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(seedPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
}
