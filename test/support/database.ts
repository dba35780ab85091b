import type { TestProject } from 'vitest/node';
import { startNeonHttp } from '../../local/neon-http.ts';
import {
  embeddedConnections,
  migrate,
  type Postgres,
  startEmbeddedPostgres,
  withClient,
} from '../../local/postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
    postgresUrl: string;
    stripeApiBase: string;
    /** What TEST_DATABASE_URL names takes many connections; the embedded Postgres takes one at a time. */
    isServer: boolean;
  }
}

/** One migrated, empty database for a run: on the server of TEST_DATABASE_URL if it is set, else embedded. */
export default async function setup({ provide }: TestProject) {
  const server = process.env.TEST_DATABASE_URL;
  if (!server)
    console.error('On the embedded Postgres. Skipped: the tests of the lock, which need TEST_DATABASE_URL.');
  const postgres = server ? await createDatabase(server) : await startEmbeddedPostgres();
  await migrate(postgres.url);
  const neon = await startNeonHttp({
    postgresUrl: postgres.url,
    connections: server ? 16 : embeddedConnections,
  });
  provide('databaseUrl', neon.databaseUrl);
  provide('postgresUrl', postgres.url);
  provide('isServer', server !== undefined);
  return async () => {
    await neon.stop();
    await postgres.stop();
  };
}

/** A new database on a running server, dropped at the end. */
export async function createDatabase(serverUrl: string): Promise<Postgres> {
  const name = `portal_test_${Date.now()}_${process.pid}`;
  await withClient(serverUrl, async (client) => {
    await client.query(`create database ${name}`);
    await client.query(`alter database ${name} set synchronous_commit = off`); // it need not outlive the machine
  });
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    stop: () =>
      withClient(
        serverUrl,
        async (client) => void (await client.query(`drop database ${name} with (force)`)),
      ),
  };
}
