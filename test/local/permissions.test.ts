import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asksForProof, holdersOf, type Permission, permissions } from '../../src/domain/permissions.ts';

const holders = ['admin', 'staff', 'viewer', 'customer'] as const;

const row = (permission: Permission) =>
  `| \`${permission}\`${asksForProof(permission) ? ' *' : ''} | ${holders.map((holder) => (holdersOf(permission).includes(holder) ? '✓' : '')).join(' | ')} |`;

test('the README has the table of permissions that the code has', () => {
  const readme = readFileSync('README.md', 'utf8');
  const [, table] = /<!-- permissions -->\n([\s\S]*)\n<!-- \/permissions -->/.exec(readme) ?? [];
  const head = [`| | ${holders.join(' | ')} |`, `|---|${holders.map(() => ':-:|').join('')}`];
  expect(table?.split('\n')).toEqual([...head, ...permissions.map(row)]);
});
