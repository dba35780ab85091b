import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

let parent: string;
let folder: string;

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'portal-claim-'));
  folder = join(parent, 'data');
});
afterAll(() => rmSync(parent, { recursive: true }));

/** Claims the folder in a process of its own, holds it for a while, and prints how that went. */
async function claim(holdMs: number): Promise<string> {
  const module = JSON.stringify(resolve('local/claim-folder.ts'));
  const script = `
    const { claimFolder } = await import(${module});
    try { claimFolder(${JSON.stringify(folder)}); console.log('claimed'); } catch (error) { console.log(error.message); }
    setTimeout(() => {}, ${holdMs});`;
  const { stdout } = await promisify(execFile)('node', ['--input-type=module', '-e', script]);
  return stdout.trim();
}

test('of processes that want one folder at once, one has it and the others say so', async () => {
  const answers = await Promise.all(Array.from({ length: 4 }, () => claim(3_000)));
  expect(answers.filter((answer) => answer === 'claimed')).toHaveLength(1);
  for (const answer of answers.filter((one) => one !== 'claimed')) {
    expect(answer).toMatch(/data is (in use by process \d+|being claimed by another process)\. /);
  }
  expect(existsSync(`${folder}.pid`)).toBe(false);
});

test('the claim of a process that was killed is taken over', async () => {
  writeFileSync(`${folder}.pid`, '2147483646');
  expect(await claim(0)).toBe('claimed');
});
