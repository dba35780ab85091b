import { withClient } from '../local/postgres.ts';

// Logs for the benchmarks, written straight into the table.

/** A log of proposals, each viewed, approved, offered a checkout and paid. */
export function fillLog(postgresUrl: string, rows: number, orgs: number): Promise<void> {
  return withClient(postgresUrl, async (client) => {
    await client.query(
      `insert into orgs (id, name, currency) select n, 'Org', 'usd' from generate_series(1, $1::int) as n`,
      [orgs],
    );
    await client.query(
      `insert into proposals (id, org_id, title, customer_name, customer_email, line_items, currency, total_cents, content_hash, status)
       select n, 1 + n % $2, 'Bench', 'Bench', 'bench@example.com', '[]', 'usd', 1575000, '', 'deposit_paid'
       from generate_series(1, $1::int) as n`,
      [rows / 4, orgs],
    );
    await client.query(
      `insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key)
       select 1 + n % $2, n, e.seq, e.event, 'stripe', e.meta::jsonb, e.event || ':' || n
       from generate_series(1, $1::int) as n, (values
         (1, 'view', '{}'), (2, 'approve', '{"version":1}'),
         (3, 'checkout_created', '{"currency":"usd","dev_mode":true}'),
         (4, 'payment_success', '{"amount_cents":472500,"approved_at":"2026-11-23T00:00:00Z","stripe_session_id":"x"}')) as e (seq, event, meta)`,
      [rows / 4, orgs],
    );
    await client.query('analyze');
  });
}

/** Makes proposals whose links were sent again and again, and whose checkouts expired. */
export function fillHistories(
  postgresUrl: string,
  { entries, firstId, proposals }: { entries: number; firstId: number; proposals: number },
): Promise<void> {
  return withClient(postgresUrl, async (client) => {
    await client.query(
      `insert into orgs (id, name, currency) values (1, 'Bench', 'usd') on conflict do nothing`,
    );
    await client.query(
      `insert into proposals (id, org_id, title, customer_name, customer_email, line_items, currency, total_cents, content_hash, status)
       select id, 1, 'Bench', 'Bench', 'bench@example.com',
         '[{"description":"Bench","quantity":1,"unit_price_cents":1575000}]', 'usd', 1575000, '', 'sent'
       from generate_series($1::int, $1::int + $2::int - 1) as id`,
      [firstId, proposals],
    );
    await client.query(
      `insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key, created_at)
       select 1, id, seq, (array['sent', 'view', 'checkout_created', 'checkout_expired'])[1 + seq % 4], 'staff',
         json_build_object('session_id', 'cs_' || id || '_' || seq / 4, 'version', 1, 'expires_at', '2030-01-01T00:00:00Z',
           'user_id', 1, 'deposit_cents', 472500, 'total_cents', 1575000, 'currency', 'usd', 'dev_mode', false,
           'url', 'https://checkout.stripe.com/c/pay/' || repeat('x', 300)),
         'bench:' || id || ':' || seq, now() - interval '30 days'
       from generate_series($1::int, $1::int + $2::int - 1) as id, generate_series(1, $3::int) as seq`,
      [firstId, proposals, entries],
    );
    await client.query('analyze');
  });
}
