import { globSync, readFileSync } from 'node:fs';
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
