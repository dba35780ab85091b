import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

test('the bundle that is deployed is at most 160 KB gzipped, and holds nothing local', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    execFileSync('wrangler', ['deploy', '--dry-run', '--outdir', folder], {
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
      stdio: 'pipe',
    });
    const bundle = readFileSync(join(folder, 'index.js'));
    expect(gzipSync(bundle).length / 1024).toBeLessThanOrEqual(160); // KiB, as wrangler counts
    expect(bundle.toString()).not.toMatch(/pglite|PGlite/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
