import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the demo runs where the home folder cannot be written', { timeout: 120_000 }, () => {
  const env = { ...process.env, HOME: '/dev/null', XDG_CONFIG_HOME: undefined };
  const { status, stderr } = spawnSync('npm', ['run', 'demo'], { env, encoding: 'utf8' });
  // The Worker's log lines are JSON: they tell of the reply that the demo loses.
  const complaints = stderr.split('\n').filter((line) => !line.startsWith('{'));
  expect(complaints.join('\n')).not.toContain('Error');
  expect(status).toBe(0);
});
