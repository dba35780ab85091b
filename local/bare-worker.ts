import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimPort } from './worker.ts';

/** What the storage of each class is kept under, for ever. */
const uniqueKeys: Readonly<Record<string, string>> = { LogShard: 'log', Courier: 'courier' };

/** The binary itself: the command of that name is a script, which would survive our signals. */
const workerd: string = createRequire(import.meta.url)('workerd').default;

export type BareWorker = {
  readonly url: string;
  /** The seconds of processor time that it has used. */
  cpuSeconds(): number;
  /** The bytes of memory that it has now, and the most it had since it started. */
  memory(): { readonly now: number; readonly peak: number };
  stop(): Promise<void>;
  /** Kills it, like a power cut, and starts it again on the state it left on disk. */
  crash(): Promise<void>;
};

/**
 * Builds the minified bundle of `entry`, from this checkout or another one, and serves it with workerd alone: the proxy of
 * `wrangler dev` would cost more than the work that is measured. State lives in `folder`.
 */
export async function startBareWorker(
  entry: string,
  folder: string,
  bindings: Record<string, string>,
  checkout = '.',
): Promise<BareWorker> {
  const objects = join(folder, 'objects');
  await mkdir(objects, { recursive: true });
  execFileSync('wrangler', ['deploy', entry, '--dry-run', '--outdir', folder], {
    cwd: checkout,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    stdio: 'pipe',
  });
  const bundle = entry.replace(/^.*\//, '').replace(/\.ts$/, '.js');
  const port = await claimPort();
  const text = Object.entries(bindings).map(
    ([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`,
  );
  // A version before may have fewer.
  const toml = readFileSync(join(checkout, 'wrangler.toml'), 'utf8');
  const objectClasses = [...toml.matchAll(/^name = "(\w+)"\nclass_name = "(\w+)"$/gm)].map(
    ([, name = '', className = '']) => [name, className] as const,
  );
  const config = join(folder, 'config.capnp');
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "objects", disk = (path = "${objects}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "${bundle}")],
  compatibilityDate = "2026-08-01",
  compatibilityFlags = ["nodejs_compat"],
  durableObjectNamespaces = [
    ${objectClasses.map(([, className]) => `(className = "${className}", uniqueKey = "${uniqueKeys[className]}", enableSql = true)`).join(', ')}
  ],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [
    ${[...objectClasses.map(([name, className]) => `(name = "${name}", durableObjectNamespace = "${className}")`), ...text].join(', ')}
  ],
  globalOutbound = "internet"
);
`,
  );
  const url = `http://127.0.0.1:${port}`;
  let child = await serve(config, url);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    url,
    cpuSeconds() {
      const [, fields = ''] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ');
      const [user = 0, system = 0] = fields.split(' ').slice(11).map(Number);
      return (user + system) / 100; // Linux counts in hundredths
    },
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const bytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
      return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
    },
    stop: () => end('SIGTERM'),
    async crash() {
      await end('SIGKILL');
      child = await serve(config, url);
    },
  };
}

async function serve(config: string, url: string): Promise<ChildProcess> {
  const child = spawn(workerd, ['serve', config, '--experimental'], { stdio: ['ignore', 'ignore', 'pipe'] });
  process.once('exit', () => child.kill('SIGKILL'));
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint = String(chunk);
  });
  while (!(await fetch(`${url}/healthz`).catch(() => null))) {
    if (child.exitCode !== null) throw new Error(`workerd did not start: ${complaint}`);
    await sleep(50);
  }
  return child;
}
