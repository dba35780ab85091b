import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// Debian's Chromium where there is one, else the one that `npx playwright install chromium` brings.
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

export default defineConfig({
  testMatch: '*.spec.ts',
  outputDir: '../../.wrangler/portal-tests',
  workers: 2, // by file, so that only one starts development.spec.ts, which has fixed ports
  forbidOnly: Boolean(process.env.CI),
  timeout: process.env.PICTURES ? 480_000 : 240_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    locale: 'en-US',
    timezoneId: 'UTC',
    trace: process.env.CI ? 'off' : 'retain-on-failure', // it costs much, and CI keeps no files
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
