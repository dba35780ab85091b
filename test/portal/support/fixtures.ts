import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { test as base, expect, type Page, type Response } from '@playwright/test';
import type { IntuitServer } from '../../../local/intuit/server.ts';
import type { MailboxServer } from '../../../local/mailbox/server.ts';
import { startStack } from '../../../local/stack.ts';
import type { Play } from '../../../local/stripe/server.ts';
import { claimPort } from '../../../local/worker.ts';
import { Tokens } from '../../../src/jwt/tokens.ts';
import { violations } from '../../support/check-answer.ts';
import { Office, type Sent } from './office.ts';

/** What `npm run dev` starts: the portal on 5173, the API on 8089, no Stripe. */
export type Development = { readonly office: Office; readonly printed: () => string };

/**
 * The portal as it is deployed: a production build that the Worker serves itself, in production, in live mode against the
 * stand-in for Stripe, which delivers webhooks.
 */
export type Deployed = {
  readonly url: string;
  readonly office: Office;
  readonly stripe: Play;
  readonly tokens: Tokens;
  readonly mailbox: MailboxServer;
  readonly intuit: IntuitServer;
  readonly postgresUrl: string;
};

const jwtSecret = 'only-for-tests-only-for-tests-only-for-tests';
const webhookSecret = 'whsec_only_for_tests_only_for_tests';

/** Starts it; `isEmpty` is a database without the seed. */
export async function startDeployed(options: { isEmpty?: true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'portal-test-'));
  const port = await claimPort();
  const url = `http://localhost:${port}`;
  const { stripe, mailbox, intuit, postgres, stop } = await startStack({
    ...options,
    folder,
    port,
    quiet: true,
    loginLimit: 1_000, // many people, and all of them at one address
    bindings: {
      ENVIRONMENT: 'production',
      PORTAL_PUBLIC_URL: url,
      JWT_SECRET: jwtSecret,
      METRICS_TOKEN: 'only-for-tests-only-for-tests',
      RESEND_API_KEY: 're_only_for_tests_only_for_tests',
      MAIL_FROM: 'portal@mail.example',
      INTUIT_CLIENT_ID: 'only-for-tests-only-for-tests',
      INTUIT_CLIENT_SECRET: 'only-for-tests-only-for-tests',
      INTUIT_SANDBOX: 'true',
      BOOKS_TOKEN_KEYS: randomBytes(32).toString('base64'),
    },
    stripe: { port: 0, secretKey: 'sk_test_only_for_tests_only_for_tests', webhookSecret },
  });
  if (!stripe) throw new Error('There is no stand-in for Stripe.');
  const end = async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, stripe, mailbox, intuit, postgresUrl: postgres.url, stop: end };
}

export const test = base.extend<{ complaints: string[] }, { development: Development; deployed: Deployed }>({
  development: [
    // biome-ignore lint/correctness/noEmptyPattern: how Playwright knows that it needs no other fixture
    async ({}, use) => {
      const child = spawn('npm', ['run', 'dev'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      try {
        await expect.poll(() => output, { timeout: 120_000 }).toContain('Ctrl-C stops everything');
        await use({
          office: await Office.open('http://localhost:8089'),
          printed: () => stripVTControlCharacters(output),
        });
      } finally {
        // Also where it did not start in time: it has ports and a folder that the next one needs.
        const exit = once(child, 'exit');
        if (child.exitCode === null && child.pid) {
          process.kill(-child.pid, 'SIGINT');
          await exit;
        }
      }
    },
    { scope: 'worker', timeout: 180_000 },
  ],

  deployed: [
    // biome-ignore lint/correctness/noEmptyPattern: how Playwright knows that it needs no other fixture
    async ({}, use) => {
      const stack = await startDeployed();
      const [office, tokens] = [await Office.open(stack.url), new Tokens(jwtSecret)];
      await use({ ...stack, office, tokens });
      await stack.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  /** Console errors, such as violations of the Content-Security-Policy. None are expected at the end. */
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on('console', (message) => {
        // The console lists refusals by the API too; the tests check those themselves.
        const isOurs = !message.text().startsWith('Failed to load resource');
        if (isOurs && ['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      const checks: Promise<void>[] = [];
      context.on('response', (response) => {
        if (response.request().resourceType() === 'fetch') checks.push(check(response, complaints));
      });
      context.on('weberror', (error) => complaints.push(String(error.error())));
      await use(complaints);
      await Promise.all(checks);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** Holds an answer to the page against the reference. A body that a navigation cut off cannot be checked. */
async function check(response: Response, complaints: string[]): Promise<void> {
  const method = response.request().method();
  const { pathname } = new URL(response.url());
  const text = await response.text().catch(() => null);
  if (method === 'OPTIONS' || text === null || pathname === '/openapi.json') return;
  const answer = { status: response.status(), contentType: response.headers()['content-type'] ?? null, text };
  complaints.push(
    ...violations(method, pathname, answer).map((violation) => `${method} ${pathname}: ${violation}`),
  );
}

/** Opens a customer's link, types the name and clicks the one button. */
export async function approveAndPay(page: Page, { link }: Sent): Promise<void> {
  await page.goto(link);
  const viewed = page.waitForResponse((response) => response.url().endsWith('/view'));
  await page.getByLabel('Your full name').click();
  await viewed; // it stands before the approval in the log
  await page.getByLabel('Your full name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Approve & pay deposit $4,725.00' }).click();
}

/** On Stripe's page: pays the deposit, comes back, and finds it paid. */
export async function payAndComeBack(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Pay $4,725.00' }).click();
  await page.getByRole('link', { name: 'Go back' }).click();
  await expect(paidHeading(page)).toBeVisible();
}

/** The Checkout Sessions that Stripe was asked for. */
export function sessionsOf({ account }: Play, { id }: Sent) {
  return [...account.sessions.values()].filter((session) => session.client_reference_id === String(id));
}

/** The newest of them. */
export function sessionOf(stripe: Play, sent: Sent) {
  const session = sessionsOf(stripe, sent).at(-1);
  if (!session) throw new Error('Stripe was not asked for a session.');
  return session;
}

/** Whether Stripe's webhooks come through. */
export function blockWebhook({ deliveries }: Play, blocked = true): void {
  if (deliveries.endpoint) deliveries.endpoint = { ...deliveries.endpoint, blocked };
}

export const paidHeading = (page: Page) =>
  page.getByRole('heading', { name: 'Thank you, your deposit is paid' });

export { expect };
