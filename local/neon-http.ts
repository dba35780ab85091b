import type { IncomingMessage } from 'node:http';
import { DatabaseError, Pool, type PoolClient, type QueryConfig } from 'pg';
import { startHttpServer } from './http-server.ts';

// Neon's SQL over HTTP, as @neondatabase/serverless speaks it, in front of any PostgreSQL: one statement, or a batch in
// one transaction. Values go out as PostgreSQL's own text, rows as arrays. Only what the driver sends is supported.

type Statement = { query: string; params: unknown[] };
type Body = Statement | { queries: Statement[] };

export type NeonHttp = {
  /** The `DATABASE_URL` to give to the Worker. */
  readonly databaseUrl: string;
  stop(): Promise<void>;
};

const isolationLevels: Record<string, string> = {
  ReadUncommitted: 'read uncommitted',
  ReadCommitted: 'read committed',
  RepeatableRead: 'repeatable read',
  Serializable: 'serializable',
};

/** Serves `postgresUrl` on a local port (0: a free one). When all `connections` are in use, requests wait for one. */
export async function startNeonHttp(options: {
  postgresUrl: string;
  port?: number;
  connections: number;
}): Promise<NeonHttp> {
  const pool = new Pool({ connectionString: options.postgresUrl, max: options.connections });
  // A connection that breaks fails the query on it, if there is one, and is replaced at the next use.
  pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));

  const server = await startHttpServer(options.port ?? 0, async (request, text, response) => {
    const { status, body } = await answer(pool, request, text.toString('utf8'));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return {
    databaseUrl: `postgres://local:local@127.0.0.1:${server.port}/local`,
    async stop() {
      await server.stop();
      await pool.end();
    },
  };
}

type Answer = { readonly status: number; readonly body: unknown };
type Headers = Readonly<Record<string, string | string[] | undefined>>;

async function answer(pool: Pool, request: IncomingMessage, text: string): Promise<Answer> {
  if (request.method !== 'POST' || request.url !== '/sql')
    return { status: 404, body: { message: 'Not found' } };
  if (!request.headers['neon-connection-string']) {
    return { status: 400, body: { message: 'Neon-Connection-String header is missing' } };
  }
  return answerQuery(pool, request.headers, text);
}

/** Answers one POST /sql as Neon does. Header names are in lower case. */
export async function answerQuery(pool: Pool, headers: Headers, text: string): Promise<Answer> {
  try {
    const body = JSON.parse(text) as Body;
    const level = headers['neon-batch-isolation-level'];
    if (level !== undefined && !(String(level) in isolationLevels)) {
      return { status: 400, body: { message: `Invalid isolation level: ${level}` } };
    }
    const client = await pool.connect();
    let isBroken = false;
    try {
      if ('queries' in body) {
        return { status: 200, body: { results: await runBatch(client, body.queries, headers) } };
      }
      const result = await run(client, body, headers);
      if (changesSession.test(body.query)) await forgetSession(client);
      return { status: 200, body: result };
    } catch (error) {
      isBroken = !(error instanceof DatabaseError) || /^(08|57P)/.test(error.code ?? '');
      throw error;
    } finally {
      client.release(isBroken); // one whose server process is gone is not used again
    }
  } catch (error) {
    // The driver makes its error from all of these fields. It takes any status but 400 for a server error.
    if (error instanceof DatabaseError) return { status: 400, body: { ...error, message: error.message } };
    return { status: 500, body: { message: String(error) } };
  }
}

/** What outlives its statement in a session. Each of Neon's requests has a session of its own. */
const changesSession = /^\s*(set|reset|begin|start|listen|prepare|declare|create\s+temp)/i;

async function forgetSession(client: PoolClient): Promise<void> {
  await client.query('rollback');
  await client.query('discard all');
}

async function runBatch(client: PoolClient, statements: Statement[], headers: Headers) {
  const isolation = isolationLevels[String(headers['neon-batch-isolation-level'])];
  const modes = [
    isolation && `isolation level ${isolation}`,
    headers['neon-batch-read-only'] === 'true' && 'read only',
    headers['neon-batch-deferrable'] === 'true' && 'deferrable',
  ].filter(Boolean);
  await client.query(`begin ${modes.join(', ')}`);
  try {
    const results = [];
    for (const statement of statements) results.push(await run(client, statement, headers));
    await client.query('commit');
    return results;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function run(client: PoolClient, { query, params }: Statement, headers: Headers) {
  const raw = headers['neon-raw-text-output'] === 'true';
  const rowAsArray = headers['neon-array-mode'] === 'true';
  // One statement a query, as Neon takes it, also without parameters. The library's types lack this mode.
  const extended: QueryConfig & { readonly queryMode: 'extended' } = {
    text: query,
    values: params,
    queryMode: 'extended',
    ...(raw ? { types: { getTypeParser: () => (value: string) => value } } : {}),
  };
  const result = await client.query({ ...extended, ...(rowAsArray ? { rowMode: 'array' } : {}) });
  const { command, rowCount, rows, fields } = result;
  return { command, rowCount, rows, fields, rowAsArray };
}
