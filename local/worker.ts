import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Names that wrangler.toml lists as required secrets; here they may be empty. */
const secretNames = [
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'JWT_SECRET',
  'DATABASE_URL',
  'METRICS_TOKEN',
];

const startTimeoutMs = 60_000;

export type Worker = { readonly url: string; readonly exited: Promise<void>; stop(): Promise<void> };

/** Starts the Worker in `wrangler dev` and waits until it answers. Its state lives in `folder`. */
export async function startWorker(options: {
  port: number;
  folder: string;
  bindings: Record<string, string>;
  quiet: boolean;
}): Promise<Worker> {
  const { port, folder, bindings, quiet } = options;
  // Wrangler would read .dev.vars by itself; what the Worker gets is decided here alone.
  const noFile = join(folder, 'empty.vars');
  await writeFile(noFile, '');
  const secrets = Object.fromEntries(secretNames.map((name) => [name, bindings[name] ?? '']));
  const vars = Object.entries(bindings).filter(([name]) => !secretNames.includes(name));
  const child = spawn(
    'wrangler',
    [
      ...['dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0', '--no-minify'],
      ...[
        '--persist-to',
        join(folder, 'state'),
        '--env-file',
        noFile,
        '--log-level',
        quiet ? 'error' : 'log',
      ],
      ...['--show-interactive-dev-session', 'false'],
      ...vars.flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, which is stopped as one
      env: {
        ...process.env,
        ...secrets,
        WRANGLER_SEND_METRICS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      },
    },
  );
  if (!quiet) child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);
  child.stdout.resume();
  // Not 'exit': the processes that wrangler started hold its pipes until they end too.
  const exited = once(child, 'close').then(() => {});
  const killGroup = () => {
    if (child.pid) tryKill(-child.pid);
  };
  // However this process or wrangler's first one ends, nothing of it goes on.
  process.once('exit', killGroup);
  child.once('exit', killGroup);
  const url = `http://localhost:${port}`;
  const stop = async () => {
    killGroup();
    await exited;
    process.off('exit', killGroup);
  };

  const giveUpAt = Date.now() + startTimeoutMs;
  while (!(await isHealthy(url))) {
    if (child.exitCode !== null) throw new Error('The Worker did not start; see above.');
    if (Date.now() > giveUpAt) {
      await stop();
      throw new Error(`The Worker did not answer within ${startTimeoutMs / 1000} s.`);
    }
    await sleep(100);
  }
  return { url, exited, stop };
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

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended already.
  }
}

async function isHealthy(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}
