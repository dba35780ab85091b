import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';

/** Connections to the embedded Postgres. It is one process with one session, so more would only wait. */
export const embeddedConnections = 1;

export type Postgres = { readonly url: string; stop(): Promise<void> };

/** Starts PostgreSQL in this process (PGlite) and serves its wire protocol on a free port. Without a folder, in memory. */
export async function startEmbeddedPostgres(folder?: string): Promise<Postgres> {
  if (folder) await mkdir(folder, { recursive: true });
  const db = await PGlite.create(folder ?? 'memory://');
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 8 });
  await server.start();
  return {
    url: `postgres://postgres@${server.getServerConn()}/postgres?sslmode=disable`,
    async stop() {
      await server.stop();
      await db.close();
    },
  };
}

/** Applies the missing migrations, all or none. */
export async function migrate(url: string): Promise<void> {
  await withClient(url, (client) => applyMigrations(drizzle(client), { migrationsFolder: 'migrations' }));
}

/** Runs `work` on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
