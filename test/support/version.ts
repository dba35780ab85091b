import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Another version of this project, unpacked in `folder`: a commit of its history, built with the packages that are
 * installed here, which must be the ones that the commit asks for.
 */
export function unpack(commit: string, folder: string): string {
  const changed = execFileSync('git', ['diff', '--stat', commit, '--', 'package-lock.json'], {
    encoding: 'utf8',
  });
  if (changed !== '') throw new Error(`${commit} needs other packages than package-lock.json asks for now.`);
  const path = join(folder, commit);
  mkdirSync(join(path, 'dist/portal'), { recursive: true }); // wrangler wants it, though the portal is not built
  const archive = execFileSync('git', ['archive', commit], { maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', path], { input: archive });
  symlinkSync(resolve('node_modules'), join(path, 'node_modules'));
  return path;
}
