import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

type Lock = { packages: Record<string, { version?: string; dev?: boolean }> };

/**
 * Another version of this project, unpacked in `folder`: a commit of its history, built with the packages that are
 * installed here. All that its Worker is made of must be among them, in the same version; its pages are not built.
 */
export function unpack(commit: string, folder: string): string {
  const committed = execFileSync('git', ['show', `${commit}:package-lock.json`], { encoding: 'utf8' });
  const asked: Lock = JSON.parse(committed);
  const installed: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const other = Object.entries(asked.packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .filter(([path, { version }]) => installed.packages[path]?.version !== version)
    .map(([path, { version }]) => `${path} ${version}`);
  if (other.length > 0) throw new Error(`${commit} needs what is not installed: ${other.join(', ')}`);
  const path = join(folder, commit);
  mkdirSync(join(path, 'dist/portal'), { recursive: true }); // wrangler wants it, though the portal is not built
  const archive = execFileSync('git', ['archive', commit], { maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', path], { input: archive });
  symlinkSync(resolve('node_modules'), join(path, 'node_modules'));
  return path;
}
