import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual, styleText } from 'node:util';
import { unpack } from './version.ts';

// `npm run demo:compare -- COMMIT`: plays the demo of that commit and of this checkout, and compares what both leave: every
// row of the activity log and all of /metrics. Only what these rules name is masked, as it differs between any two runs.

const masks: Record<string, [pattern: RegExp, replacement: string]> = {
  time: [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00)?/g, 'TIME'],
  'session id': [/cs_test_\w+/g, 'SESSION'],
  port: [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  'an id that two shards draw at the same time': [
    /"id":"\d+"(?=[^{]*"actor":"reconciler")/g,
    '"id":"EITHER"',
  ],
  'random id': [/\b(pi|re|du|evt)_\w+/g, '$1_RANDOM'],
  'a gauge that is a time': [/^(\w+_timestamp_seconds) .*$/gm, '$1 TIME'],
  'a sum of durations': [/^(crm_portal_approval_to_payment_seconds_sum\{[^}]*\}) .*$/gm, '$1 SECONDS'],
};

const mask = (text: string) =>
  Object.values(masks).reduce((masked, [pattern, to]) => masked.replace(pattern, to), text);

type Left = { readonly log: string[]; readonly metrics: string[] };

/** Plays the demo of a checkout. Before it ends, it writes down what its log and its metrics are. */
function play(checkout: string, folder: string): Left {
  const file = join(folder, 'left.json');
  const last = '    await compareSums(scene, postgres.url);\n';
  const demo = readFileSync(join(checkout, 'local/demo.ts'), 'utf8');
  if (!demo.includes(last)) throw new Error(`${checkout}/local/demo.ts does not end as this script expects.`);
  // An isolate hands on its counts of refused and irrelevant events within a second.
  const keep = `    await new Promise((done) => setTimeout(done, 2_500));
    const log = await withClient(postgres.url, (client) =>
      client.query('select * from portal_activity_log order by proposal_id, seq'));
    const metrics = (await call('GET', '/metrics')).text;
    (await import('node:fs')).writeFileSync(${JSON.stringify(file)}, JSON.stringify({ log: log.rows, metrics }));\n`;
  const kept = join(checkout, 'local/demo-kept.ts');
  writeFileSync(kept, demo.replace(last, last + keep));
  try {
    execFileSync('node', [kept], { cwd: checkout, stdio: 'pipe' });
  } finally {
    rmSync(kept);
  }
  const { log, metrics } = JSON.parse(readFileSync(file, 'utf8')) as { log: object[]; metrics: string };
  return { log: log.map((row) => mask(JSON.stringify(row))), metrics: mask(metrics).split('\n') };
}

const [commit] = process.argv.slice(2);
if (!commit) throw new Error('Which commit? npm run demo:compare -- COMMIT');
const folder = mkdtempSync(join(tmpdir(), 'portal-compare-'));
try {
  const before = play(unpack(commit, folder), folder);
  const after = play(resolve('.'), folder);
  for (const part of ['log', 'metrics'] as const) {
    const isEqual = isDeepStrictEqual(before[part], after[part]);
    process.stdout.write(`${part}: ${after[part].length} lines, ${isEqual ? 'equal' : 'DIFFERENT'}\n`);
    if (isEqual) continue;
    process.exitCode = 1;
    for (const line of before[part].filter((one) => !after[part].includes(one)))
      process.stdout.write(`${styleText('red', `- ${line}`)}\n`);
    for (const line of after[part].filter((one) => !before[part].includes(one)))
      process.stdout.write(`${styleText('green', `+ ${line}`)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
