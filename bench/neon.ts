import { startNeonHttp } from '../local/neon-http.ts';
import { whenAsked } from './child.ts';

// Neon's SQL over HTTP in a process of its own.

whenAsked(async (options: { postgresUrl: string; connections: number }) => {
  const { databaseUrl } = await startNeonHttp(options);
  return databaseUrl;
});
