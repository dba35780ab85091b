import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { contracts } from '../../src/contracts.ts';

test('the bundle that is deployed is at most 240 KB gzipped, and holds nothing local and no contract', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    execFileSync('wrangler', ['deploy', '--dry-run', '--outdir', folder], {
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
      stdio: 'pipe',
    });
    const bundle = readFileSync(join(folder, 'index.js'));
    expect(gzipSync(bundle).length / 1024).toBeLessThanOrEqual(240); // KiB, as wrangler counts
    expect(bundle.toString()).not.toMatch(/pglite/i);
    const summaries = Object.values(contracts).map(({ summary }) => summary);
    expect(summaries.filter((summary) => bundle.includes(summary))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
