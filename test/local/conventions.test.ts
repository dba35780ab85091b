import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';

// What no type says and every verb keeps to.

const features = 'src/{auth,leads,operations,payments,proposals,reports}/*.ts';
const verbs = globSync(features).flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  // An exported function that takes dependencies and the actor who asks, and the first line of its body.
  const found = text.matchAll(
    /^export async function (\w+)\(([^{]*?|[^)]*?)\bactor: \w+[\s\S]*?\{\n {2}(.*)$/gm,
  );
  return [...found].map(([, name = '', , first = '']) => ({ name, first }));
});

/** Only called by another verb, after that one's check. */
const parts = ['recordCheckout'];

test('the verbs are found', () => {
  const names = verbs.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['approveProposal', 'beginCheckout', 'createLead', 'getNumbers']),
  );
  expect(names.length).toBeGreaterThanOrEqual(14);
});

test.each(verbs.filter(({ name }) => !parts.includes(name)))(
  '$name says first which permission it needs',
  ({ first }) => {
    expect(first).toMatch(/^authorize\(actor, '[a-z]+:[a-z]+'/);
  },
);

test('a text for people outside its catalogue is found by lint', () => {
  const planted = {
    'portal/src/staff/Constant.tsx': "export const planted = 'Planted here';",
    'portal/src/customer/Element.tsx': 'export const Planted = () => <p>Planted here</p>;',
    'portal/src/ui/Attribute.tsx': 'export const Planted = () => <nav aria-label="Main" />;',
    'portal/src/fields/Choice.tsx': "export const planted = (is: boolean) => (is ? 'planted here' : null);",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    'src/mail/template.ts': 'export const planted = (name: string) => `${name} paid it`;',
  };
  const folder = mkdtempSync(`${tmpdir()}/texts-`);
  try {
    cpSync('biome.json', `${folder}/biome.json`);
    cpSync('local/texts.grit', `${folder}/local/texts.grit`);
    for (const [file, source] of Object.entries(planted)) {
      mkdirSync(dirname(`${folder}/${file}`), { recursive: true });
      writeFileSync(`${folder}/${file}`, `${source}\n`);
    }
    const biome = resolve('node_modules/.bin/biome');
    const { stderr } = spawnSync(biome, ['lint', '--vcs-enabled=false', '--colors=off'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const found = stderr.matchAll(/^(\S+?):\d+:\d+ plugin/gm);
    expect([...new Set([...found].map(([, file]) => file))].sort()).toEqual(Object.keys(planted).sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
