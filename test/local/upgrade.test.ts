import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BareWorker, startBareWorker } from '../../local/bare-worker.ts';
import { connectBooks } from '../../local/connect-books.ts';
import type { IntuitCompany } from '../../local/intuit/company.ts';
import { type IntuitServer, startIntuit } from '../../local/intuit/server.ts';
import { signed } from '../../local/mailbox/reports.ts';
import { type MailboxServer, startMailbox } from '../../local/mailbox/server.ts';
import { type NeonHttp, startNeonHttp } from '../../local/neon-http.ts';
import { embeddedConnections, migrate, startEmbeddedPostgres, withClient } from '../../local/postgres.ts';
import { seed, seedEmail, seedPassword } from '../../local/seed.ts';
import { type Play, type StripeServer, startStripe } from '../../local/stripe/server.ts';
import { Tokens } from '../../src/jwt/tokens.ts';
import { fetchChecked } from '../support/check-answer.ts';
import { sign } from '../support/signature.ts';
import { unpack } from '../support/version.ts';

// The deployed version and this one take turns on one database and one storage of the shards, as they do when a deploy is
// rolled back. Both are the built Worker in workerd; only Stripe is a stand-in.

const before = process.env.UPGRADE_FROM;
if (!before)
  console.error('Skipped: the upgrade. UPGRADE_FROM asks for it, with the commit that is deployed.');

const jwtSecret = randomBytes(32).toString('hex');
const mailSecret = `whsec_${Buffer.from('only-for-tests-only-for-tests').toString('base64')}`;
const secretKey = `sk_test_${randomBytes(16).toString('hex')}`;
const webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;

/** Only this version's answers are held against the reference: it has what the other may lack. */
type Running = BareWorker & { readonly fetch: typeof fetchChecked };

type Link = { readonly id: number; readonly token: string };

describe.runIf(before)('before, after, before and after again', { timeout: 400_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'portal-upgrade-'));
  let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  let neon: NeonHttp;
  let stripe: StripeServer;
  let account: Play;
  let mailbox: MailboxServer;
  let intuit: IntuitServer;
  let start: (version: string) => Promise<Running>;

  beforeAll(async () => {
    postgres = await startEmbeddedPostgres();
    await migrate(postgres.url);
    await seed(postgres.url);
    neon = await startNeonHttp({ postgresUrl: postgres.url, connections: embeddedConnections });
    stripe = await startStripe();
    account = stripe.of(secretKey);
    mailbox = await startMailbox();
    intuit = await startIntuit();
    const checkouts: Record<string, string> = { before: unpack(before ?? '', folder), after: '.' };
    start = async (version) => {
      const worker = await startBareWorker(
        'src/index.ts',
        join(folder, 'state'),
        {
          ENVIRONMENT: 'development',
          DATABASE_URL: neon.databaseUrl,
          JWT_SECRET: jwtSecret,
          STRIPE_SECRET_KEY: secretKey,
          STRIPE_WEBHOOK_SECRET: webhookSecret,
          STRIPE_API_BASE: stripe.url,
          RESEND_API_BASE: mailbox.url,
          RESEND_WEBHOOK_SECRET: mailSecret,
          INTUIT_API_BASE: intuit.url,
          PORTAL_PUBLIC_URL: 'http://localhost:5173',
          DEPOSIT_PERCENT: '30',
        },
        checkouts[version],
      );
      return { ...worker, fetch: version === 'after' ? fetchChecked : fetch };
    };
  }, 120_000);

  afterAll(async () => {
    await stripe.stop();
    await mailbox.stop();
    await intuit.stop();
    await neon.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('no sum is wrong at any step, and none is lost', async () => {
    const admin = { kind: 'staff', userId: 1, orgId: 1, email: seedEmail, role: 'admin' } as const;
    const staff = await new Tokens(jwtSecret).signStaff(admin, new Date());
    const unpaid: string[] = [];
    const knowsStanding = existsSync(join(folder, before ?? '', 'src/domain/standing.ts'));
    let ignored = 0;
    let link: Link | undefined;
    const statuses: number[] = [];
    let session: Session | undefined;
    let letterhead: unknown;
    let books: IntuitCompany | undefined;
    let asked: { readonly id: number; readonly sessionId: string } | undefined;
    for (const version of ['before', 'after', 'before', 'after']) {
      const worker = await start(version);
      try {
        // What the other version left, before this one appends anything, and with it.
        await expectSums(worker, `${version}, at the start`);
        const paid = await begin(worker, staff, 'Paid');
        await pay(worker, paid.sessionId);
        await refund(worker, paid.sessionId);
        unpaid.push((await begin(worker, staff, 'Open')).sessionId);
        await deliver(worker, { id: `evt_${unpaid.length}`, type: 'payment_intent.created' });
        ignored += 1;
        // A link of the version before opens its proposal, until this one withdraws it. The version before does not know
        // that, and reads and writes the proposal all the same.
        link ??= await send(worker, staff);
        statuses.push(await open(worker, link));
        // A session that this version began works on the version before, as a token for programs does, and goes on afterwards.
        if (session) expect(await ask(worker, session), version).toBe(200);
        if (version === 'after') session = await (session ? refresh(worker, session) : signIn(worker));
        if (version === 'after') await post(worker, `/proposals/${link.id}/links/revoke`, staff, {});
        // What this version sets of the org's letterhead, the version before leaves alone.
        if (version === 'after') letterhead = await expectLetterhead(worker, staff, letterhead);
        // A balance that this version asked for is paid while the version before runs: it is no anomaly, there or here.
        if (asked && (knowsStanding || version === 'after')) {
          await pay(worker, asked.sessionId);
          expect(await standing(worker, staff, asked.id)).toMatchObject({ status: 'paid' });
          expect(await anomaliesOf(asked.id)).toBe(0);
          asked = undefined;
        }
        if (version === 'after') asked = await askForBalance(worker, staff);
        await post(worker, `/proposals/${link.id}/approve`, staff, { name: 'Ada', version: 1 });
        await expectSums(worker, `${version}, at the end`);
        if (version === 'after') {
          await expectMails();
          books ??= await connectBooks(worker.url, staff, intuit);
          await expectBooks(books);
          await bounce(worker);
        }
        await expect
          .poll(() => sample(worker, 'crm_portal_webhook_events_total{type="other",outcome="ignored"}'), {
            timeout: 5_000,
          })
          .toBe(ignored); // it is in no log, so it must survive by itself
      } finally {
        await worker.stop();
      }
      const stillOpen = asked ? [...unpaid, asked.sessionId] : unpaid;
      expect(openCheckouts(join(folder, 'state', 'objects')), version).toEqual([...stillOpen].sort());
    }
    // The version before knows whether it was withdrawn, or does not.
    const isKnown = existsSync(join(folder, before ?? '', 'src/domain/revocation.ts'));
    expect(statuses).toEqual([200, 200, isKnown ? 401 : 200, 401]);
  });

  /** Sets the letterhead, or finds it as it was set. */
  async function expectLetterhead(worker: Running, staff: string, asSet: unknown): Promise<unknown> {
    const headers = { authorization: `Bearer ${staff}`, 'content-type': 'application/json' };
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>').toString('base64');
    const body = JSON.stringify({ logo: svg, colour: '#7a1f4f', address: '1 Mill Lane', locale: 'en-GB' });
    const change = asSet ? {} : { method: 'PATCH', body };
    const found = await (await worker.fetch(`${worker.url}/org`, { headers, ...change })).json();
    if (asSet) expect(found).toEqual(asSet);
    const { logo } = found as { logo: string };
    expect((await worker.fetch(`${worker.url}${logo}`)).status).toBe(200);
    return found;
  }

  /** What this version's payments owe is delivered, each once; it leaves alone what the version before appended. */
  async function expectMails(): Promise<void> {
    const read = async () => {
      const sql = `select id, kind, state from outbox where channel = 'mail' and state <> 'expanded' and due_at <= now()`;
      return (await withClient(postgres.url, (client) => client.query(sql))).rows;
    };
    const isOver = ({ state }: { state: string }) => state === 'sent' || state === 'stale';
    await expect.poll(async () => (await read()).every(isOver), { timeout: 10_000 }).toBe(true);
    const sent = mailbox.mailbox.messages.map(
      ({ idempotency_key: key, kind }) => `${kind} ${key?.split(':')[0]}`,
    );
    const rows = (await read()).filter(({ state }) => state === 'sent');
    expect(sent.sort()).toEqual(rows.map(({ id, kind }) => `${kind} ${id}`).sort());
    const kinds = rows.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['receipt', 'notice', 'refund']));
  }

  /** What either version appended since the books were connected is in them, once. */
  async function expectBooks(company: IntuitCompany): Promise<void> {
    const sql = `select sum((meta->>'amount_cents')::int * case event when 'payment_success' then 1 else -1 end)::int as cents,
        count(*)::int as count from portal_activity_log where event in ('payment_success', 'payment_refunded')`;
    const { rows } = await withClient(postgres.url, (client) => client.query(sql));
    const documents = () => company.forms.Invoice.size + company.forms.RefundReceipt.size;
    await expect.poll(documents, { timeout: 90_000 }).toBe(rows[0].count);
    await expect
      .poll(() => company.balances().get('Stripe clearing'), { timeout: 10_000 })
      .toBe(rows[0].cents);
    expect(company.balances().get('Accounts Receivable (A/R)')).toBe(0);
  }

  /** A mail of this version comes back: an entry that the version before counts, and otherwise ignores. */
  async function bounce(worker: Running): Promise<void> {
    const mail = mailbox.mailbox.messages.findLast(({ kind }) => kind === 'receipt');
    const owed = await withClient(postgres.url, (client) =>
      client.query('select id from outbox where vendor_id = $1', [mail?.id]),
    );
    const data = {
      email_id: mail?.id,
      to: [mail?.to],
      tags: { mail_id: owed.rows[0]?.id },
    };
    const body = JSON.stringify({ type: 'email.bounced', data });
    const headers = signed('msg_1', new Date(), body, mailSecret);
    expect((await fetch(`${worker.url}/mail/webhook`, { method: 'POST', headers, body })).status).toBe(200);
    const sql = `select count(*)::int from portal_activity_log where event = 'mail_bounced'`;
    const { rows } = await withClient(postgres.url, (client) => client.query(sql));
    expect(rows[0].count).toBeGreaterThan(0);
    // All customers of this test share the address.
    await withClient(postgres.url, (client) => client.query('delete from suppressions'));
  }

  /** Every count and amount of the scrape that the log can be asked for. */
  async function expectSums(worker: Running, step: string): Promise<void> {
    const { rows } = await withClient(postgres.url, (client) =>
      client.query(`select event, count(*)::int, count(meta->>'approved_at')::int as dated, coalesce(sum((meta->>'amount_cents')::bigint), 0)::int as cents
        from portal_activity_log where org_id = 1 group by event`),
    );
    const logged = (event: string) =>
      rows.find((row) => row.event === event) ?? { count: 0, cents: 0, dated: 0 };
    const expected = {
      crm_portal_approvals_total: logged('approve').count,
      crm_portal_checkout_sessions_total: logged('checkout_created').count,
      crm_portal_payments_total: logged('payment_success').count,
      crm_portal_payment_amount_cents_sum: logged('payment_success').cents,
      crm_portal_approval_to_payment_seconds_count: logged('payment_success').dated, // first payments
      crm_portal_refunds_total: logged('payment_refunded').count,
      crm_portal_refund_amount_cents_sum: logged('payment_refunded').cents,
    };
    const seen: Record<string, number> = {};
    for (const name of Object.keys(expected)) seen[name] = await sample(worker, `${name}{org_id="1"}`);
    expect(seen, step).toEqual(expected);
  }

  /** A proposal with a fixed deposit, which is paid; its balance is asked for and its checkout begun. */
  async function askForBalance(worker: Running, staff: string) {
    const { id } = await draft(worker, staff, 'Balanced', { deposit: { amount_cents: 40_000 } });
    await post(worker, `/proposals/${id}/approve`, staff, { name: 'Ada', version: 1 });
    const checkout = () => post(worker, '/payments/checkout_session', staff, { proposal_id: id });
    await pay(worker, String((await checkout()).session_id));
    await post(worker, `/proposals/${id}/requests`, staff, { key: 'balance' });
    const { session_id, amount_cents } = await checkout();
    expect(amount_cents).toBe(60_000);
    return { id, sessionId: String(session_id) };
  }

  async function anomaliesOf(proposalId: number): Promise<number> {
    const { rows } = await withClient(postgres.url, (client) =>
      client.query("select 1 from portal_activity_log where event = 'payment_anomaly' and proposal_id = $1", [
        proposalId,
      ]),
    );
    return rows.length;
  }

  async function begin(worker: Running, staff: string, title: string) {
    const { id } = await draft(worker, staff, title);
    await post(worker, `/proposals/${id}/approve`, staff, { name: 'Ada', version: 1 });
    const { session_id } = await post(worker, '/payments/checkout_session', staff, { proposal_id: id });
    return { sessionId: String(session_id) };
  }

  async function send(worker: Running, staff: string): Promise<Link> {
    const { id } = await draft(worker, staff, 'Linked');
    const { portal_url } = await post(worker, `/proposals/${id}/send`, staff, {});
    return { id, token: String(portal_url).split('#token=')[1] ?? '' };
  }

  async function pay(worker: Running, sessionId: string): Promise<void> {
    account.account.pay(sessionId);
    await deliver(worker, account.account.events.at(-1) ?? {});
  }

  async function refund(worker: Running, sessionId: string): Promise<void> {
    account.account.refund(account.account.session(sessionId).payment_intent ?? '', 1_000);
    await deliver(worker, account.account.events.at(-1) ?? {});
  }
});

type Session = { readonly token: string; readonly cookie: string };

async function begun(response: Response): Promise<Session> {
  expect(response.status).toBe(200);
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  return { cookie, token: ((await response.json()) as { access_token: string }).access_token };
}

const origin = 'http://localhost:5173';

async function signIn(worker: Running): Promise<Session> {
  const headers = { origin, 'content-type': 'application/json' };
  const body = JSON.stringify({ email: seedEmail, password: seedPassword });
  return begun(await worker.fetch(`${worker.url}/auth/sessions`, { method: 'POST', headers, body }));
}

async function refresh(worker: Running, { cookie }: Session): Promise<Session> {
  const headers = { origin, cookie };
  return begun(await worker.fetch(`${worker.url}/auth/refresh`, { method: 'POST', headers }));
}

async function ask(worker: Running, { token }: Session): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await worker.fetch(`${worker.url}/auth/me`, { headers })).status;
}

async function post(worker: Running, path: string, token: string, json: object) {
  const response = await worker.fetch(worker.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(json),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

async function standing(worker: Running, staff: string, id: number): Promise<object> {
  const headers = { authorization: `Bearer ${staff}` };
  return (await worker.fetch(`${worker.url}/proposals/${id}`, { headers })).json() as Promise<object>;
}

async function draft(
  worker: Running,
  staff: string,
  title: string,
  terms = {},
): Promise<{ readonly id: number }> {
  const line_items = [{ description: title, quantity: 1, unit_price_cents: 100_000 }];
  const customer = { customer_name: 'Ada', customer_email: 'delivered+ada@resend.dev' };
  const { id } = await post(worker, '/proposals', staff, { title, ...customer, line_items, ...terms });
  return { id: Number(id) };
}

/** The status with which a link opens its proposal. */
async function open(worker: Running, { id, token }: Link): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await worker.fetch(`${worker.url}/proposals/${id}`, { headers })).status;
}

async function deliver(worker: Running, event: object): Promise<void> {
  const body = JSON.stringify(event);
  const headers = { 'content-type': 'application/json', 'stripe-signature': await sign(body, webhookSecret) };
  const response = await worker.fetch(`${worker.url}/payments/webhook`, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
}

async function sample(worker: Running, series: string): Promise<number> {
  const response = await worker.fetch(`${worker.url}/metrics`);
  const line = (await response.text()).split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line ? Number(line.slice(series.length + 1)) : 0;
}

/** The sessions that the shards hold as open, read from their storage on disk. */
function openCheckouts(objects: string): string[] {
  const files = readdirSync(objects, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.sqlite'),
  );
  return files
    .flatMap((name) => {
      const storage = new DatabaseSync(join(objects, name), { readOnly: true });
      const tables = storage.prepare("select 1 from sqlite_master where name = 'open_checkouts'").all();
      const rows = tables.length > 0 ? storage.prepare('select session_id from open_checkouts').all() : [];
      storage.close();
      return rows.map(({ session_id }) => String(session_id));
    })
    .sort();
}
