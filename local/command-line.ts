import { inspect } from 'node:util';

/** Prints the error as one readable line and ends the process. */
export function exitWith(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  console.error(cause instanceof Error ? cause.message || cause.name : inspect(cause));
  process.exit(1);
}

/** Runs `stop` before a signal (Ctrl-C, a service manager) ends the process. */
export function onSignal(stop: () => Promise<void>): void {
  const stopAndExit = () => void stop().then(() => process.exit(), exitWith);
  process.once('SIGINT', stopAndExit).once('SIGTERM', stopAndExit);
}

/** The database that a command works on. The connection must be the direct one, not the pooled one. */
export function requireDatabaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (url) return url;
  return exitWith('Set DATABASE_URL to the direct connection string of the database.');
}
