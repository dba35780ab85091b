import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';

// The portal's budgets, counted in what `npm run build` makes. Sizes are gzipped, as they travel.

type Chunk = Rolldown.OutputChunk;

const kilobyte = 1024;
let files: (Chunk | Rolldown.OutputAsset)[];

beforeAll(async () => {
  const options = { configFile: 'portal/vite.config.ts', logLevel: 'error' as const };
  // Vitest's own, under which React would be built for development.
  process.env.NODE_ENV = 'production';
  const built = (await build({
    ...options,
    mode: 'production',
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  files = built.output;
});

const chunks = () => files.filter((file) => file.type === 'chunk');
const sizeOf = (text: string | Uint8Array) => gzipSync(text).length / kilobyte;

/** A chunk and all its static imports. */
function withImports(chunk: Chunk): Chunk[] {
  const found = new Set([chunk]);
  for (const one of found) {
    for (const name of one.imports) found.add(chunks().find(({ fileName }) => fileName === name) as Chunk);
  }
  return [...found];
}

const entry = () => chunks().filter(({ isEntry, name }) => isEntry && name === 'portal');
const firstLoad = () => entry().flatMap(withImports);
/** The lazily loaded chunk that begins with this file. */
const lazily = (file: string) => {
  const chunk = chunks().find(({ facadeModuleId }) => facadeModuleId?.endsWith(file));
  if (!chunk) throw new Error(`${file} is not a chunk of its own.`);
  return [chunk];
};
const size = (some: readonly Chunk[]) => some.reduce((sum, { code }) => sum + sizeOf(code), 0);

/** The packages in some chunks. */
function packagesIn(some: readonly Chunk[]): Set<string> {
  const names = some
    .flatMap(({ modules }) => Object.keys(modules))
    .flatMap((id) => {
      const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
      return name ? [name] : [];
    });
  return new Set(names);
}

describe('the first load', () => {
  test('is under 110 KB of script and 4 KB of style', () => {
    expect(size(firstLoad())).toBeLessThan(110);
    const [style] = files.filter(({ fileName }) => /portal.*\.css$/.test(fileName));
    expect(style?.type === 'asset' ? sizeOf(style.source) : Number.POSITIVE_INFINITY).toBeLessThan(4);
  });

  test('is four requests: page, script, style and icon', () => {
    const html = files.find(({ fileName }) => fileName === 'index.html');
    const text = html?.type === 'asset' ? String(html.source) : '';
    expect(text.match(/(?:src|href)="[^"]+"/g)).toHaveLength(3);
    expect(firstLoad()).toHaveLength(1);
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|https?:/);
  });

  test('holds only these packages', () => {
    expect([...packagesIn(firstLoad())].sort()).toEqual([
      '@base-ui/react',
      '@base-ui/utils',
      '@floating-ui/utils',
      '@tanstack/query-core',
      '@tanstack/react-query',
      'hono',
      'react',
      'react-dom',
      'regexparam',
      'scheduler',
      'use-sync-external-store',
      'wouter',
    ]);
  });
});

test('the staff pages are under 68 KB more, without their charts', () => {
  expect(size(lazily('staff/StaffApp.tsx'))).toBeLessThan(68);
});

test('the charts are loaded only where they are used', () => {
  expect(size(lazily('staff/Charts.tsx'))).toBeLessThan(125);
  const holding = (name: string) => chunks().filter((chunk) => packagesIn([chunk]).has(name));
  expect(holding('recharts')).toEqual(lazily('staff/Charts.tsx'));
});

test('what only development needs is in no production build', () => {
  const all = chunks()
    .map(({ code }) => code)
    .join();
  expect(all).not.toMatch(/simulated/i);
  expect(
    chunks().some(({ modules }) =>
      Object.keys(modules).some((id) => /(Simulation|ComponentsPage)\.tsx$/.test(id)),
    ),
  ).toBe(false);
});
