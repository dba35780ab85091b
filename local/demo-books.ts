import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBooks } from './connect-books.ts';
import { print, step, untilLogged } from './demo-client.ts';
import { newOffer, type Scene } from './demo-scene.ts';
import type { IntuitCompany } from './intuit/company.ts';
import type { IntuitServer } from './intuit/server.ts';
import { withClient } from './postgres.ts';
import { reconcile } from './reconcile.ts';

/** The story's money, and some more, in QuickBooks. */
export async function keepBooks(
  { url, call, stripe, staff }: Scene,
  server: IntuitServer,
  postgresUrl: string,
): Promise<void> {
  const { intuit } = server;
  step('An admin connects a company of QuickBooks, and chooses how to book: all of today');
  const company = await connectBooks(url, staff, server);
  const { id, link } = await newOffer(call, staff, 'A greenhouse', { deposit: { percent: 30 } });
  const approval = { name: 'Edsger Dijkstra', version: 1 };
  await call('POST', `/proposals/${id}/approve`, { token: link, json: approval });
  const pay = async () => {
    const { body } = await call('POST', `/payments/checkout_session?proposal_id=${id}`, { token: link });
    stripe.account.pay(body.session_id);
    return body.session_id as string;
  };
  const untilBooked = async () => {
    const giveUpAt = Date.now() + 60_000;
    const open = `select count(*)::int as open from outbox where channel = 'books' and ended_at is null`;
    const read = () => withClient(postgresUrl, async (client) => (await client.query(open)).rows[0].open);
    for (let left = await read(); left > 0; left = await read()) {
      assert.ok(Date.now() < giveUpAt, `${left} are not booked.`);
      await sleep(200);
    }
  };
  await untilBooked();

  step('A deposit is paid. QuickBooks makes the invoice, and its reply is lost');
  intuit.planned.set('POST invoice', 'reply_lost');
  const before = company.forms.Invoice.size;
  await pay();
  const giveUpAt = Date.now() + 20_000;
  while (intuit.planned.size > 0) {
    assert.ok(Date.now() < giveUpAt, 'No invoice was made.');
    await sleep(100);
  }
  await sleep(500);
  assert.equal(company.forms.Invoice.size, before + 1);

  step('Minutes later it is looked for, found, and paid: there is one invoice');
  await withClient(postgresUrl, (client) =>
    client.query("update outbox set try_at = now() where channel = 'books' and ended_at is null"),
  );
  await reconcile(url);
  await untilBooked();
  assert.equal(company.forms.Invoice.size, before + 1);

  step('The balance is paid: the final invoice earns it all. Then $100.00 is refunded');
  await call('POST', `/proposals/${id}/requests`, { token: staff, json: { key: 'balance' } });
  const sessionId = await pay();
  await untilLogged(url, staff, id, ['booked by books', 'payment_success by stripe']);
  const json = { session_id: sessionId, amount_cents: 10_000, reason: 'One pane less' };
  await call('POST', `/proposals/${id}/refunds`, { token: staff, json, key: 'demo-books' });
  await untilLogged(url, staff, id, ['booked by books', 'payment_refunded by stripe']);
  await untilBooked();
  await compareBooks(company, postgresUrl);
}

/** Both ledgers: what the log implies, and QuickBooks' accounts by their own double entry. */
async function compareBooks(company: IntuitCompany, postgresUrl: string): Promise<void> {
  step('What QuickBooks’ accounts hold equals what the log implies, to the cent');
  const { rows } = await withClient(postgresUrl, (client) =>
    client.query(`
      with money as (select proposal_id, (meta->>'amount_cents')::int as cents, event,
          (meta->>'completes')::boolean as completes
        from portal_activity_log where org_id = 1
          and event in ('payment_success', 'payment_recorded', 'payment_refunded')),
        held as (select proposal_id, bool_or(completes) as is_complete,
          sum(case when event = 'payment_recorded' then 0 when event = 'payment_refunded' then -cents else cents end)::int as stripe,
          sum(case when event = 'payment_recorded' then cents else 0 end)::int as other
        from money group by proposal_id)
      select sum(stripe)::int as clearing, sum(other)::int as undeposited,
        -sum(case when is_complete then 0 else stripe + other end)::int as deposits,
        -sum(case when is_complete then stripe + other else 0 end)::int as income
      from held`),
  );
  const [implied] = rows;
  const balances = company.balances();
  const table = [
    ['Stripe clearing', implied.clearing],
    ['Undeposited Funds', implied.undeposited],
    ['Customer deposits', implied.deposits],
    ['Proposal income', implied.income],
    ['Accounts Receivable (A/R)', 0],
  ] as const;
  const line = (cells: readonly unknown[]) => print(cells.map((cell) => String(cell).padStart(26)).join(''));
  print('');
  line(['account, in cents', 'the log', 'QuickBooks']);
  for (const [account, cents] of table) {
    line([account, cents, balances.get(account)]);
    assert.equal(balances.get(account), cents);
  }
}
