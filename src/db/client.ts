import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless';
import { DrizzleQueryError, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-http';
import { PgDialect } from 'drizzle-orm/pg-core';
import { inSpan } from '../tracing.ts';

/** The deadline of every request; the driver has none of its own. */
const deadlineMs = 5_000;

// Neon's own rule, except for the local endpoint, which speaks plain HTTP.
neonConfig.fetchEndpoint = (host, port) =>
  host === 'localhost' || host === '127.0.0.1'
    ? `http://${host}:${port}/sql`
    : `https://${host.replace(/^[^.]+\./, 'api.')}/sql`;

neonConfig.fetchFunction = async (url: string, init: RequestInit) => {
  // Not AbortSignal.timeout, which cannot be cleared: a pending timer keeps a shard from hibernating.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  try {
    const response = await inSpan('database', () => fetch(url, { ...init, signal: deadline.signal }));
    const body = await response.text(); // within the deadline, too
    // All that the driver reads of a response.
    return {
      ok: response.ok,
      status: response.status,
      text: async () => body,
      json: async () => JSON.parse(body),
    };
  } finally {
    clearTimeout(timer);
  }
};

const casing = 'snake_case';

/** Each statement, and each `batch` in one transaction, is one HTTP request (Neon's SQL over HTTP). */
export function createDatabase(databaseUrl: string) {
  return drizzle(neon(databaseUrl), { casing });
}

export type Database = ReturnType<typeof createDatabase>;

/** The text of a statement that is made once and run often. Its placeholders become `$1`, `$2` and so on, in their order. */
export function toText(statement: SQL): string {
  return new PgDialect({ casing }).sqlToQuery(statement).sql;
}

/** Rejects if the database cannot be reached. One request. */
export async function ping(db: Database): Promise<void> {
  await db.execute(sql`select 1`);
}

/** The SQLSTATE of a statement that PostgreSQL refused, whose transaction it rolled back; otherwise undefined. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof NeonDbError && cause.code) return cause.code;
  }
  return undefined;
}

/** Whether the database failed, as opposed to being asked for something impossible (class 22, 23, 42). */
export function isOutage(error: unknown): boolean {
  const isDatabaseError = error instanceof DrizzleQueryError || error instanceof NeonDbError;
  return isDatabaseError && !/^(2[23]|42)/.test(sqlState(error) ?? '');
}
