import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

// Otherwise Wrangler warns about missing secrets, which the bindings below set.
process.env.WRANGLER_LOG ??= 'error';

// These change which shards write, which the tests that count round trips would notice; or have a courier at work, which any
// other test's cron would wake. They have a database of their own.
const alone = [
  'test/log/generations.test.ts',
  'test/log/append.test.ts',
  'test/log/lock.test.ts',
  'test/couriers/*.test.ts',
  'test/recipients/*.test.ts',
  'test/books/*.test.ts',
];

/**
 * In workerd, against a real Postgres behind Neon's protocol; only Stripe is a stand-in. Each has its own database, and plays
 * one file at a time, however many cores there are: "changes nothing" is proved by counting all rows.
 */
function inWorkerd(name: string, files: { include: string[]; exclude?: string[] }): TestProjectConfiguration {
  return {
    logLevel: 'error', // otherwise a page of warnings about the source maps of dependencies
    plugins: [
      cloudflareTest(({ inject }) => ({
        wrangler: { configPath: './wrangler.toml' },
        miniflare: {
          bindings: {
            ENVIRONMENT: 'development',
            DATABASE_URL: inject('databaseUrl'),
            JWT_SECRET: 'only-for-tests-only-for-tests-only-for-tests',
            STRIPE_SECRET_KEY: '',
            STRIPE_WEBHOOK_SECRET: '',
            METRICS_TOKEN: '',
            STRIPE_API_BASE: inject('stripeApiBase'),
            RESEND_WEBHOOK_SECRET: `whsec_${Buffer.from('only-for-tests-only-for-tests').toString('base64')}`,
            RESEND_API_BASE: 'http://mail.test', // where `test/support/mail.ts` puts a mailbox
            INTUIT_API_BASE: 'http://intuit.test', // where `test/support/books.ts` puts a stand-in
          },
        },
      })),
    ],
    test: {
      name,
      ...files,
      fileParallelism: false,
      globalSetup: ['test/support/database.ts', 'test/support/stripe-server.ts', 'test/support/how-much.ts'],
      setupFiles: ['test/support/hanging-mail.ts'],
      testTimeout: 20_000,
    },
  };
}

export default defineConfig({
  test: {
    silent: 'passed-only',
    projects: [
      inWorkerd('worker', {
        include: ['test/**/*.test.ts'],
        exclude: ['test/local/**', 'test/schedules/in-node.test.ts', ...alone],
      }),
      inWorkerd('alone', { include: alone }),
      // In Node, with Cloudflare simulated, which is fast enough for thousands of schedules.
      {
        resolve: {
          alias: { 'cloudflare:workers': `${import.meta.dirname}/test/schedules/cloudflare-workers.ts` },
        },
        test: {
          name: 'schedules',
          include: ['test/schedules/in-node.test.ts'],
          globalSetup: ['test/support/database.ts', 'test/support/how-much.ts'],
        },
      },
      // In Node, where the local programs run.
      {
        test: {
          name: 'local',
          include: ['test/local/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
