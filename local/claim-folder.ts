import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Claims a folder for as long as this process runs, by a file beside it that holds the process's id. Throws if a running
 * process has it: two databases in one folder would ruin it.
 */
export function claimFolder(folder: string): void {
  const file = `${folder}.pid`;
  mkdirSync(dirname(file), { recursive: true });
  if (!tryWrite(file)) {
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner === 0) throw new Error(`${folder} is being claimed by another process. Try again.`);
    if (isRunning(owner)) throw new Error(`${folder} is in use by process ${owner}. Stop that one first.`);
    rmSync(file); // of a process that was killed
    if (!tryWrite(file)) throw new Error(`${folder} is being claimed by another process. Try again.`);
  }
  process.once('exit', () => rmSync(file, { force: true }));
}

function tryWrite(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it runs, as another user
  }
}
