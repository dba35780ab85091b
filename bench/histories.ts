import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startBareWorker } from '../local/bare-worker.ts';
import { withClient } from '../local/postgres.ts';
import { Tokens } from '../src/jwt/tokens.ts';
import { median, post, prepare, print, sign } from './load.ts';

// A proposal with 20,000 entries beside one with 20: the time to read, approve and pay it. The first read of a long history
// folds all of it and leaves a snapshot; it stands apart.

const proposals = 10;

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, name, bindings } = await prepare(cleanup);
const jwtSecret = randomBytes(32).toString('hex');
const worker = await startBareWorker('src/index.ts', join(folder, 'worker'), {
  ...bindings,
  JWT_SECRET: jwtSecret,
});
cleanup.defer(() => worker.stop());
const tokens = new Tokens(jwtSecret);

print(`${name}, medians of ${proposals} proposals`);
await measure(20, 1_000); // the runtime compiles
const [short, long] = [await measure(20, 2_000), await measure(20_000, 3_000)];
for (const step of ['firstRead', 'read', 'approve', 'pay'] as const) {
  print(
    `${step}: ${long[step].toFixed(1)} ms with 20,000 entries, ${(long[step] / short[step]).toFixed(2)} times the ${short[step].toFixed(1)} ms with 20`,
  );
}

async function measure(entries: number, firstId: number) {
  const times = {
    firstRead: [] as number[],
    read: [] as number[],
    approve: [] as number[],
    pay: [] as number[],
  };
  await fill(entries, firstId);
  for (let id = firstId; id < firstId + proposals; id += 1) {
    const customer = { kind: 'customer', proposalId: id, orgId: 1 } as const;
    const token = await tokens.signPortal(customer, 'Bench', new Date(Date.now() + 3_600_000));
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const read = () => expectOk(`${worker.url}/proposals/${id}`, { headers });
    times.firstRead.push(await timed(read));
    await read(); // now the view of this hour is recorded
    times.read.push(await timed(read));
    const body = JSON.stringify({ name: 'Ada', version: 1 });
    const approve = { method: 'POST', headers, body };
    times.approve.push(await timed(() => expectOk(`${worker.url}/proposals/${id}/approve`, approve)));
    times.pay.push(await timed(() => post(worker.url, undefined, sign(id))));
  }
  return {
    firstRead: median(times.firstRead),
    read: median(times.read),
    approve: median(times.approve),
    pay: median(times.pay),
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function expectOk(url: string, init: RequestInit): Promise<void> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${text}`);
}

/** Makes proposals whose links were sent again and again, and whose checkouts expired. */
function fill(entries: number, firstId: number): Promise<void> {
  return withClient(postgresUrl, async (client) => {
    await client.query(
      `insert into orgs (id, name, currency) values (1, 'Bench', 'usd') on conflict do nothing`,
    );
    await client.query(
      `insert into proposals (id, org_id, title, customer_name, customer_email, line_items, currency, total_cents, content_hash, status)
       select id, 1, 'Bench', 'Bench', 'bench@example.com', '[]', 'usd', 1575000, '', 'sent'
       from generate_series($1::int, $1::int + $2::int - 1) as id`,
      [firstId, proposals],
    );
    await client.query(
      `insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key, created_at)
       select 1, id, seq, (array['sent', 'view', 'checkout_created', 'checkout_expired'])[1 + seq % 4], 'staff',
         json_build_object('session_id', 'cs_' || id || '_' || seq / 4, 'version', 1, 'expires_at', '2030-01-01T00:00:00Z',
           'user_id', 1, 'deposit_cents', 472500, 'total_cents', 1575000, 'currency', 'usd', 'dev_mode', false,
           'url', 'https://checkout.stripe.com/c/pay/' || repeat('x', 300)),
         'bench:' || id || ':' || seq, now() - interval '1 year'
       from generate_series($1::int, $1::int + $2::int - 1) as id, generate_series(1, $3::int) as seq`,
      [firstId, proposals, entries],
    );
    await client.query('analyze');
  });
}
