import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, globSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from '../../local/postgres.ts';
import { claimPort } from '../../local/worker.ts';

/** A PostgreSQL of a test's own, which may be killed and stopped in its tracks. */
export type PostgresServer = {
  readonly url: string;
  /** As a power cut would: no process of it is left. Start it again with `start`. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It takes connections and answers nothing, until it goes on. */
  freeze(): void;
  thaw(): void;
};

/** Makes a cluster in `folder` and starts it. Needs PostgreSQL's own programs, which refuse to be run by root. */
export async function startPostgresServer(folder: string): Promise<PostgresServer> {
  const [bin] = globSync('/usr/lib/postgresql/*/bin').sort().reverse();
  if (!bin) throw new Error('There is no PostgreSQL in /usr/lib/postgresql: apt-get install postgresql');
  const asUser =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : [];
  const run = (...command: string[]): [string, string[]] => {
    const [program = '', ...args] = [...asUser, ...command];
    return [program, args];
  };
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  if (asUser.length > 0) execFileSync('chown', ['postgres:postgres', folder]);
  execFileSync(...run(`${bin}/initdb`, '-D', folder, '-U', 'postgres', '-A', 'trust', '--no-sync'), {
    cwd: folder,
  });

  const port = await claimPort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child = launch();
  process.once('exit', () => signalAll('KILL'));
  await untilReady();

  function launch() {
    // No fsync: the machine stays up, only its processes die.
    const options = [
      '-D',
      folder,
      '-p',
      String(port),
      '-k',
      folder,
      '-c',
      'listen_addresses=127.0.0.1',
      '-F',
    ];
    const log = openSync(join(folder, 'log'), 'a');
    try {
      return spawn(...run(`${bin}/postgres`, ...options), { cwd: folder, stdio: ['ignore', log, log] });
    } finally {
      closeSync(log);
    }
  }

  const hasExited = () => child.exitCode !== null || child.signalCode !== null;

  function signalAll(signal: 'KILL' | 'STOP' | 'CONT'): void {
    const { pid } = child;
    if (pid === undefined || hasExited()) return;
    if (signal !== 'CONT') stop(pid);
    spawnQuietly('pkill', [`-${signal}`, '-P', String(pid)]);
    spawnQuietly('kill', [`-${signal}`, String(pid)]);
  }

  /**
   * Stops the postmaster itself, so that it starts no other process. One that it started between the signals would wait
   * for ever for a lock of one that was killed, and keep the cluster's memory in use.
   */
  function stop(pid: number): void {
    spawnQuietly('kill', ['-STOP', String(pid)]);
    while (!/\) [TZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  }

  function endOfLog(): string {
    return readFileSync(join(folder, 'log'), 'utf8').split('\n').slice(-20).join('\n');
  }

  async function untilReady(): Promise<void> {
    const giveUpAt = Date.now() + 20_000;
    while (!(await withClient(url, async () => true).catch(() => false))) {
      if (Date.now() > giveUpAt) throw new Error(`PostgreSQL did not start:\n${endOfLog()}`);
      if (child.exitCode !== null) child = launch(); // the memory of the one before was still in use
      await sleep(100);
    }
  }

  return {
    url,
    async kill() {
      if (hasExited()) return;
      const exited = once(child, 'exit');
      signalAll('KILL');
      await exited;
    },
    async start() {
      child = launch();
      await untilReady();
    },
    freeze: () => signalAll('STOP'),
    thaw: () => signalAll('CONT'),
  };
}

function spawnQuietly(program: string, args: string[]): void {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
  } catch {
    // There was none to signal.
  }
}
