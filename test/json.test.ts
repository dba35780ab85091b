import { expect, test } from 'vitest';
import { depthOf } from '../src/json.ts';

test.each([
  ['1', 0],
  ['[]', 1],
  ['{"a":[{"b":1}],"c":[]}', 3],
  ['"[[[["', 0],
  [String.raw`{"a":"\\"[","b":"\\\\","c":[1]}`, 2],
  ['['.repeat(50_000) + ']'.repeat(50_000), 50_000],
])('%.40s is nested %d deep', (json, depth) => {
  expect(depthOf(json)).toBe(depth);
});
