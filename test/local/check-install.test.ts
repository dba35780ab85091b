import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const check = (cwd: string) =>
  spawnSync(process.execPath, [resolve('local/check-install.mjs')], { cwd, encoding: 'utf8' });

test('an install without its scripts gets one line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portal-install-'));
  const { status, stderr, stdout } = check(folder);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^What npm’s install scripts make is missing.*\n$/);
  rmSync(folder, { recursive: true });
});

test('a whole install passes without a word', () => {
  const { status, stderr, stdout } = check('.');
  expect([status, stderr, stdout]).toEqual([0, '', '']);
});
