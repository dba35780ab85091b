import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BareWorker, startBareWorker } from '../local/bare-worker.ts';
import { withClient } from '../local/postgres.ts';
import { hashPassword } from '../src/auth/password.ts';
import { Tokens } from '../src/jwt/tokens.ts';
import { fillHistories, fillLog } from './fill.ts';
import { median, post, prepare, print, scrape, sign } from './load.ts';

// `npm run stress`: strangers and staff do their worst for a minute, three times, while shards start empty over a million
// entries and webhooks come in. It fails unless every webhook is answered 200 within 6 s, the median within 1 s, metrics are
// back within twice the undisturbed time, workerd has less than 600 MB, and the log holds every payment once. The runtime alone
// has no rate limits, so what is bounded here is bounded by our own code.

const seconds = Number(process.env.STRESS_SECONDS ?? 60);
const turns = 3;
const rows = Number(process.env.STRESS_ROWS ?? 1_000_000);
/** A connection for each webhook: the runtime closes kept ones while it is busy, and a reset is no answer. */
const agent = new Agent({ keepAlive: false });

const [orgs, history, email] = [999, 2_000_000, 'admin@bench.example'];

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, name, bindings } = await prepare(cleanup);
const jwtSecret = randomBytes(32).toString('hex');
await fillLog(postgresUrl, rows, orgs);
await fillHistories(postgresUrl, { entries: 20_000, firstId: history, proposals: 1 });
const sid = crypto.randomUUID();
const tokens = new Tokens(jwtSecret);
const staff = await withClient(postgresUrl, async (client) => {
  const passwordHash = await hashPassword('right');
  const sql = `insert into users (org_id, email, password_hash, role) values (1, $1, $2, 'admin') returning id`;
  const { rows: users } = await client.query<{ id: string }>(sql, [email, passwordHash]);
  const actor = { kind: 'staff', userId: Number(users[0]?.id), orgId: 1, email, role: 'admin' } as const;
  const session = `insert into sessions (id, user_id, token_generation, expires_at) values ($1, $2, 0, now() + interval '1 day')`;
  await client.query(session, [sid, actor.userId]);
  return { ...actor, token: await tokens.signStaff(actor, new Date()) };
});
const inAnHour = new Date(Date.now() + 3_600_000);
const refresh = await tokens.signRefresh({ userId: staff.userId, orgId: 1, sid, turn: 0 }, inAnHour);

// By turns, since the machine may be slower in one minute than in the next.
const [calm, wild] = [[], []] as [Played[], Played[]];
for (let turn = 1; turn <= turns; turn += 1) {
  calm.push(await play(`undisturbed-${turn}`, 0, async () => {}));
  wild.push(await play(`disturbed-${turn}`, seconds, doTheirWorst));
}
const webhooks = wild.flatMap(({ times }) => times);
const [slowest, middle] = [Math.max(...webhooks), median(webhooks)];
const peak = Math.max(...wild.map((played) => played.peak));
const back = (played: readonly Played[]) => played.map(({ metricsSeconds }) => metricsSeconds);
const ratio = median(back(wild)) / median(back(calm));
const list = (times: readonly number[]) => times.map((time) => time.toFixed(1)).join(', ');
print(
  `${name}, ${rows} entries, 4 empty shards, ${turns} turns of ${seconds} s: ${webhooks.length} webhooks, all answered 200, the slowest in ${slowest.toFixed(0)} ms, the median in ${middle.toFixed(0)} ms; metrics after ${list(back(wild))} s, in the median ${ratio.toFixed(2)} of the undisturbed time (${list(back(calm))} s); workerd had at most ${(peak / 1e6).toFixed(0)} MB`,
);
for (const { statuses } of wild) print(`what became of the rest, by status: ${JSON.stringify(statuses)}`);
const broken = [
  slowest <= 6_000 || 'a webhook took longer than 6 s',
  middle <= 1_000 || 'the median webhook took longer than 1 s',
  ratio <= 2 || 'metrics took more than twice the undisturbed time',
  peak < 600e6 || 'workerd had 600 MB or more',
].filter((outcome) => outcome !== true);
if (broken.length > 0) throw new Error(broken.join('; '));

type Played = {
  /** After how many seconds a scrape was answered. */
  readonly metricsSeconds: number;
  /** What each webhook took, in milliseconds. */
  readonly times: readonly number[];
  /** The most memory, in bytes. */
  readonly peak: number;
  readonly statuses: Playing['statuses'];
};

type Playing = {
  readonly isOver: () => boolean;
  readonly tryToScrape: () => Promise<void>;
  readonly statuses: Record<string, number>;
};

/** A Worker with empty shards, which webhooks reach until metrics are back, at least for so long. */
async function play(
  title: string,
  leastSeconds: number,
  disturb: (worker: BareWorker, playing: Playing) => Promise<void>,
): Promise<Played> {
  const worker = await startBareWorker('src/index.ts', join(folder, title), {
    ...bindings,
    JWT_SECRET: jwtSecret,
  });
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let metricsSeconds: number | undefined;
  const isOver = () => metricsSeconds !== undefined && elapsed() >= leastSeconds;
  const times: number[] = [];
  const statuses: Playing['statuses'] = {};
  // Metrics are back when any scrape is answered.
  const tryToScrape = () =>
    scrape(worker.url).then(
      () => {
        metricsSeconds ??= elapsed();
      },
      () => {},
    );
  const sending = (async () => {
    for (let n = 1; !isOver(); n += 1) {
      const sentAt = performance.now();
      await post(worker.url, agent, sign(n * orgs, 'checkout.session.completed'));
      times.push(performance.now() - sentAt);
      await sleep(100);
    }
  })();
  const scraping = (async () => {
    while (metricsSeconds === undefined) {
      await tryToScrape();
      await sleep(50);
    }
    return metricsSeconds;
  })();
  await Promise.all([sending, scraping, disturb(worker, { isOver, tryToScrape, statuses })]);
  const { peak } = worker.memory();
  await checkCounts(worker);
  await worker.stop();
  await withClient(postgresUrl, (client) => client.query('delete from proposal_snapshots'));
  return { metricsSeconds: await scraping, times, peak, statuses };
}

/** Forty sign in at once, again and again, for a token or a session; tabs refresh one; people are invited, passwords forgotten, proofs
 * tried, logos asked for; probes, impatient scrapes, year-long reports, and a proposal that is changed. */
async function doTheirWorst({ url }: BareWorker, { isOver, tryToScrape, statuses }: Playing): Promise<void> {
  const bearer = { authorization: `Bearer ${staff.token}`, 'content-type': 'application/json' };
  const ask = async (what: string, path: string, init: RequestInit = {}) => {
    const status = await fetch(url + path, { ...init, signal: AbortSignal.timeout(25_000) })
      .then(async (response) => {
        await response.arrayBuffer();
        return response.status;
      })
      .catch(() => 'no answer');
    const key = `${what} ${status}`;
    statuses[key] = (statuses[key] ?? 0) + 1;
  };
  const repeat = async (everyMs: number, work: () => unknown) => {
    while (!isOver()) {
      void work();
      await sleep(everyMs);
    }
  };
  const ofPage = { origin: url, cookie: `__Host-refresh=${refresh}` };
  const login = (host: number) => {
    const from = { 'content-type': 'application/json', 'cf-connecting-ip': `2001:db8::${host.toString(16)}` };
    const body = JSON.stringify({ email, password: 'wrong' });
    return host % 2
      ? ask('login', '/auth/login', { method: 'POST', headers: from, body })
      : ask('sign-in', '/auth/sessions', { method: 'POST', headers: { ...from, ...ofPage }, body });
  };
  const json = (body: object, headers: object = bearer) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  let invited = 0;
  const invite = () => {
    invited += 1;
    return ask('invite', '/team/invitations', json({ email: `p${invited}@example.com`, role: 'staff' }));
  };
  const report = async () => {
    // At a pace of their own, so that a fast refusal does not take the processor of what is measured.
    while (!isOver()) {
      await ask('report', '/reports/numbers?days=366', { headers: bearer });
      await sleep(50);
    }
  };
  const change = async () => {
    for (let n = 1; !isOver(); n += 1) {
      const body = JSON.stringify({ title: `Changed ${n}` });
      await ask('change', `/proposals/${history}`, { method: 'PATCH', headers: bearer, body });
      await ask('send', `/proposals/${history}/send`, { method: 'POST', headers: bearer });
    }
  };
  await Promise.all([
    repeat(10_000, () => Promise.all(Array.from({ length: 40 }, (_, host) => login(host + 1)))),
    repeat(50, () => ask('readyz', '/readyz')),
    repeat(50, () => ask('refresh', '/auth/refresh', { method: 'POST', headers: ofPage })),
    // As often as the limits of wrangler.toml let through.
    repeat(1_000, invite),
    repeat(3_000, () => ask('forgot', '/auth/password/forgot', json({ email }, {}))),
    repeat(3_000, () => ask('proof', '/auth/proof', json({ password: 'wrong' }))),
    repeat(250, () => ask('logo', `/logos/${'a'.repeat(43)}.png`)),
    repeat(50, tryToScrape),
    ...Array.from({ length: 12 }, report),
    change(),
  ]);
}

/** The log's payments and the sums must be the same. */
async function checkCounts({ url }: BareWorker): Promise<void> {
  let text: string | undefined;
  // The impatient scrapes of before may still be in line.
  for (let tries = 0; text === undefined && tries < 50; tries += 1) {
    text = await scrape(url).then(
      (answer) => answer.text,
      () => undefined,
    );
    if (text === undefined) await sleep(200);
  }
  if (text === undefined) throw new Error('There is no scrape any more.');
  const sql = `select count(*)::int as payments from portal_activity_log where event = 'payment_success'`;
  const [row] = await withClient(postgresUrl, async (client) => (await client.query(sql)).rows);
  const counted = [...text.matchAll(/^crm_portal_payments_total{.*} (.*)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
  if (counted !== row?.payments)
    throw new Error(`The log has ${row?.payments} payments, /metrics ${counted}.`);
}
