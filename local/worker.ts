import './wrangler-home.ts';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';

/** The secrets. Here they may be empty. */
const secretNames = [
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'JWT_SECRET',
  'DATABASE_URL',
  'METRICS_TOKEN',
  'OPERATOR_TOKEN',
  'RESEND_API_KEY',
  'RESEND_WEBHOOK_SECRET',
];

export type Worker = {
  readonly url: string;
  /** Builds `src` again and runs the result. If the build fails, it rejects and the old version runs on. */
  rebuild(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts the Worker of wrangler.toml in Cloudflare's local runtime, and waits until it is ready. Its state lives in
 * `folder`. It does not use `wrangler dev`, whose proxy shuts everything down when a browser aborts a request
 * (https://github.com/cloudflare/workers-sdk/issues/15203).
 */
export async function startWorker(options: {
  port: number;
  folder: string;
  bindings: Record<string, string>;
  quiet: boolean;
  /** How often one address may try to sign in within a minute, instead of what wrangler.toml says. */
  loginLimit?: number | undefined;
}): Promise<Worker> {
  const { port, folder, bindings, quiet, loginLimit } = options;
  const bundle = join(folder, 'bundle');
  await build(bundle);
  const secrets = Object.fromEntries(secretNames.map((name) => [name, '']));
  process.env.WRANGLER_LOG ??= 'error'; // otherwise it warns about the secrets, which are set below
  const { workerOptions } = unstable_getMiniflareWorkerOptions('wrangler.toml');
  const { modulesRules: _, ...configured } = workerOptions; // the bundle is one module
  // Sound: wrangler.toml has it.
  const limits = configured.ratelimits as { LOGIN_RATE_LIMIT: { simple: { limit: number } } };
  if (loginLimit) limits.LOGIN_RATE_LIMIT.simple.limit = loginLimit;
  // Made again for each bundle, since they hold it.
  const settings = () =>
    convertV4MiniflareOptions({
      ...configured,
      modules: true,
      modulesRoot: bundle,
      scriptPath: join(bundle, 'index.js'),
      bindings: { ...(configured.bindings as Record<string, string>), ...secrets, ...bindings },
      durableObjectsPersist: join(folder, 'state'),
      host: '127.0.0.1',
      port,
      cf: false, // sends no request to Cloudflare
      unsafeTriggerHandlers: true, // lets us run the cron trigger by hand
      log: new Log(quiet ? LogLevel.ERROR : LogLevel.INFO),
      handleStructuredLogs({ level, message }) {
        if (level === 'error' || level === 'warn') process.stderr.write(`${message}\n`);
        else if (!quiet) process.stdout.write(`${message}\n`);
      },
    });
  const miniflare = new Miniflare(settings());
  await miniflare.ready;
  return {
    url: `http://localhost:${port}`,
    async rebuild() {
      await build(bundle);
      await miniflare.setOptions(settings());
    },
    stop: () => miniflare.dispose(),
  };
}

/** Bundles the Worker as `wrangler deploy` does. Rejects with esbuild's message. */
async function build(outdir: string): Promise<void> {
  await promisify(execFile)('wrangler', ['deploy', '--dry-run', '--no-minify', '--outdir', outdir], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  });
}

/**
 * Returns a port that is free now: the wanted one, or a random one. Random ports are below those of outgoing connections
 * (from 32768 on Linux), one of which could take the port while a server is killed and started again.
 */
export async function claimPort(wanted?: number): Promise<number> {
  for (;;) {
    const port = wanted ?? randomInt(20_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree && wanted === undefined) continue;
    if (!isFree) throw new Error(`Port ${port} is in use. Stop what listens there, then try again.`);
    server.close();
    await once(server, 'close');
    return port;
  }
}
