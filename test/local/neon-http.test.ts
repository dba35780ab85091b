import { type NeonDbError, neon, neonConfig } from '@neondatabase/serverless';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NeonHttp, startNeonHttp } from '../../local/neon-http.ts';
import { type Postgres, startEmbeddedPostgres, withClient } from '../../local/postgres.ts';
import { createDatabase } from '../support/database.ts';

// Neon's own driver against our endpoint, which must behave as Neon's does.

const server = process.env.TEST_DATABASE_URL;
let postgres: Postgres;
let endpoint: NeonHttp;
let sql: ReturnType<typeof neon>;

beforeAll(async () => {
  postgres = server ? await createDatabase(server) : await startEmbeddedPostgres();
  endpoint = await startNeonHttp({ postgresUrl: postgres.url, connections: 1 });
  neonConfig.fetchEndpoint = (host, port) => `http://${host}:${port}/sql`;
  sql = neon(endpoint.databaseUrl);
  await withClient(postgres.url, (client) =>
    client.query('create table things (id bigint primary key, name text not null)'),
  );
});

afterAll(async () => {
  await endpoint.stop();
  await postgres.stop();
});

test("values arrive as PostgreSQL's own text, which the driver parses", async () => {
  const [row] =
    (await sql`select 9007199254740993::bigint as big, true as yes, null as nothing, 1.50::numeric as exact,
    '{"a": 1}'::jsonb as object, array[1, 2] as list, '\\x00ff'::bytea as bytes,
    timestamptz '2026-11-23 01:02:03.456+00' as moment`) as Record<string, unknown>[];
  expect(row).toEqual({
    big: '9007199254740993',
    yes: true,
    nothing: null,
    exact: '1.50',
    object: { a: 1 },
    list: [1, 2],
    bytes: Buffer.from([0, 255]),
    moment: new Date('2026-11-23T01:02:03.456Z'),
  });
});

test('parameters keep their types', async () => {
  const rows =
    await sql`select ${7}::int as n, ${"o'clock"} as t, ${null}::text as nothing, ${[1, 2]}::int[] as list, ${true}::bool as yes`;
  expect(rows).toEqual([{ n: 7, t: "o'clock", nothing: null, list: [1, 2], yes: true }]);
});

test('full results hold fields, command and count', async () => {
  const full = neon(endpoint.databaseUrl, { fullResults: true });
  const result = await full`select 1 as one union all select 2`;
  expect(result).toMatchObject({ command: 'SELECT', rowCount: 2, fields: [{ name: 'one', dataTypeID: 23 }] });
});

test('rows can be arrays', async () => {
  expect(await neon(endpoint.databaseUrl, { arrayMode: true })`select 1, 'a'`).toEqual([[1, 'a']]);
});

describe('a batch', () => {
  test('is one transaction, all or nothing', async () => {
    const batch = sql.transaction([
      sql`insert into things values (1, 'one')`,
      sql`insert into things values (1, 'again')`,
    ]);
    await expect(batch).rejects.toMatchObject({ code: '23505' });
    expect(await sql`select * from things`).toEqual([]);
  });

  test('shows each statement the effects of those before it', async () => {
    const results = await sql.transaction([
      sql`insert into things values (2, 'two') returning id`,
      sql`select name from things where id = 2`,
      sql`delete from things`,
    ]);
    expect(results).toEqual([[{ id: '2' }], [{ name: 'two' }], []]);
  });

  test('runs at the isolation level and in the mode it asks for', async () => {
    const modes = sql`select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as read_only`;
    expect(await sql.transaction([modes])).toEqual([[{ level: 'read committed', read_only: 'off' }]]);
    const options = { isolationLevel: 'Serializable', readOnly: true, deferrable: true } as const;
    expect(await sql.transaction([modes], options)).toEqual([[{ level: 'serializable', read_only: 'on' }]]);
    const write = sql.transaction([sql`insert into things values (3, 'three')`], { readOnly: true });
    await expect(write).rejects.toMatchObject({ code: '25006' });
  });

  test('leaves the connection as it found it after a failure', async () => {
    await sql.transaction([sql`select 1 / 0`]).catch(() => {});
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  });
});

test('two statements in one query are refused, also without parameters', async () => {
  await expect(sql.query('select 1; select 2')).rejects.toMatchObject({ code: '42601' });
});

test('an unknown isolation level is refused', async () => {
  const url = endpoint.databaseUrl.replace(/^postgres:\/\/[^@]+@([^/]+)\/.*/, 'http://$1/sql');
  const headers = { 'neon-connection-string': endpoint.databaseUrl, 'neon-batch-isolation-level': 'Chaos' };
  const body = JSON.stringify({ queries: [{ query: 'select 1', params: [] }] });
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(400);
});

test('what a request sets or begins is gone with it', async () => {
  await sql`set statement_timeout = '7s'`;
  expect(await sql`show statement_timeout`).toEqual([{ statement_timeout: '0' }]);
  await sql`begin`;
  await sql`insert into things values (5, 'five')`;
  const rows = await withClient(postgres.url, (client) =>
    client.query('select name from things where id = 5'),
  );
  expect(rows.rows).toEqual([{ name: 'five' }]); // it is committed
  await sql`delete from things`;
});

test.runIf(server)('a connection whose server process was ended is not used again', async () => {
  await expect(sql`select pg_terminate_backend(pg_backend_pid())`).rejects.toThrow();
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
});

test('an error of PostgreSQL has all its fields', async () => {
  const error: NeonDbError = await sql`insert into things values (4, null)`.then(
    () => expect.unreachable(),
    (reason) => reason,
  );
  expect(error).toMatchObject({
    name: 'NeonDbError',
    code: '23502',
    severity: 'ERROR',
    schema: 'public',
    table: 'things',
    column: 'name',
    detail: expect.stringContaining('(4, null)'),
  });
});

test("a request that is not Neon's protocol is refused", async () => {
  const url = endpoint.databaseUrl.replace(/^postgres:\/\/[^@]+@([^/]+)\/.*/, 'http://$1');
  expect((await fetch(`${url}/sql`, { method: 'POST', body: '{}' })).status).toBe(400);
  expect((await fetch(`${url}/other`)).status).toBe(404);
});
