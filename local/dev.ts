import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { createServer, type ViteDevServer } from 'vite';
import { Tokens } from '../src/jwt/tokens.ts';
import { claimFolder } from './claim-folder.ts';
import { exitWith } from './command-line.ts';
import { ports } from './ports.ts';
import { seedEmail, seedPassword } from './seed.ts';
import { startStack } from './stack.ts';
import { claimPort } from './worker.ts';

// `npm run dev`: serves the API and the portal on this machine until Ctrl-C. `-- --reset` deletes all data first;
// `-- --stripe` uses live mode against a stand-in for Stripe.

const portalUrl = `http://localhost:${ports.portal}`;
const folder = '.wrangler/local';

async function dev(): Promise<void> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { reset: flag, stripe: flag } });
  claimFolder(folder);
  await claimPort(ports.api);
  await claimPort(ports.portal);
  await claimPort(ports.mailbox);
  await claimPort(ports.intuit);
  if (values.stripe) await claimPort(ports.stripe);
  if (values.reset) rmSync(folder, { recursive: true, force: true });

  const vars = existsSync('.dev.vars') ? parseEnv(readFileSync('.dev.vars', 'utf8')) : {};
  const jwtSecret = vars.JWT_SECRET || randomBytes(32).toString('hex');
  const bindings = { ...(vars as Record<string, string>), JWT_SECRET: jwtSecret };
  const stripe = {
    port: ports.stripe,
    secretKey: `sk_test_${randomBytes(16).toString('hex')}`,
    webhookSecret: `whsec_${randomBytes(16).toString('hex')}`,
  };
  const stack = await startStack({
    folder,
    port: ports.api,
    mailboxPort: ports.mailbox,
    intuitPort: ports.intuit,
    bindings,
    quiet: false,
    ...(values.stripe ? { stripe } : {}),
  });
  const portal = await createServer({
    configFile: 'portal/vite.config.ts',
    clearScreen: false,
    logLevel: 'warn',
  });
  await portal.listen();
  onChange(portal.watcher, resolve('src'), stack.worker.rebuild);

  const inAnHour = new Date(Date.now() + 3_600_000);
  const customer = { kind: 'customer', proposalId: 8, orgId: 1 } as const;
  const token = await new Tokens(jwtSecret).signPortal(customer, 'PeakPro', inAnHour);
  process.stdout.write(`
  Customer    ${portalUrl}/proposal/8#token=${token}
  Staff       ${portalUrl}/staff, as ${seedEmail} with "${seedPassword}"
  API         ${stack.worker.url}
  Mailbox     http://localhost:${ports.mailbox}: what the API mails, and nothing of it leaves this machine
  QuickBooks  http://localhost:${ports.intuit}: the books of a stand-in for Intuit; connect it on ${portalUrl}/staff/books
  Database    psql '${stack.postgres.url}'${
    values.stripe
      ? `
  Stripe      a stand-in on http://127.0.0.1:${ports.stripe}: open a checkout_url in your browser and pay there`
      : ''
  }

  Open proposal 8 as its customer:
  curl ${stack.worker.url}/proposals/8 -H 'Authorization: Bearer ${token}'

  Ctrl-C stops everything; npm run dev -- --reset starts afresh.

`);
}

/** Changes often come together: a commit changes several files, and some editors write twice. */
const settleMs = 200;

/** Runs `work` when a file in the folder has changed, never twice at the same time. */
function onChange(watcher: ViteDevServer['watcher'], folder: string, work: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  watcher.add(folder).on('change', (file) => {
    if (!file.startsWith(folder)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(work).catch((error) => console.error(error.stderr ?? error));
    }, settleMs);
  });
}

await dev().catch(exitWith);
