import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';

/** Names that wrangler.toml lists as required secrets; here they may be empty. */
const secretNames = [
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'JWT_SECRET',
  'DATABASE_URL',
  'METRICS_TOKEN',
];

export type Worker = {
  readonly url: string;
  /** Goes on with what `src` says now. Rejects, and goes on as before, where that cannot be built. */
  rebuild(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts what wrangler.toml says in Cloudflare's local runtime, and waits until it answers. Its state lives in `folder`.
 * Not by `wrangler dev`: its proxy ends all of it when a browser breaks off a request
 * (https://github.com/cloudflare/workers-sdk/issues/15203).
 */
export async function startWorker(options: {
  port: number;
  folder: string;
  bindings: Record<string, string>;
  quiet: boolean;
}): Promise<Worker> {
  const { port, folder, bindings, quiet } = options;
  const bundle = join(folder, 'bundle');
  await build(bundle);
  const secrets = Object.fromEntries(secretNames.map((name) => [name, '']));
  process.env.WRANGLER_LOG ??= 'error'; // or it warns of the secrets, which are set below
  const { workerOptions } = unstable_getMiniflareWorkerOptions('wrangler.toml');
  const { modulesRules: _, ...configured } = workerOptions; // the bundle is one module
  // Made anew for each bundle, which it holds.
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
      cf: false, // nothing is asked of Cloudflare
      unsafeTriggerHandlers: true, // the cron trigger, by hand
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

/** Bundles the Worker as `wrangler deploy` does. Rejects with what esbuild says. */
async function build(outdir: string): Promise<void> {
  await promisify(execFile)('wrangler', ['deploy', '--dry-run', '--no-minify', '--outdir', outdir], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  });
}

/** A port that is free now; or the one asked for, if it is free. */
export async function claimPort(port = 0): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening').catch(() => {
    throw new Error(`Port ${port} is in use. Stop what listens there, then try again.`);
  });
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : port;
}
