import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the demo runs where the home folder cannot be written', { timeout: 120_000 }, () => {
  const env = { ...process.env, HOME: '/dev/null', XDG_CONFIG_HOME: undefined };
  const { status, stderr } = spawnSync('npm', ['run', 'demo'], { env, encoding: 'utf8' });
  expect(stderr).not.toContain('Error');
  expect(status).toBe(0);
});
