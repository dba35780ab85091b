/** Ends the process with one line for a person, whatever went wrong. */
export function exitWith(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  console.error(cause instanceof Error ? cause.message || cause.name : String(cause));
  process.exit(1);
}

/** When the process is told to end (Ctrl-C, a service manager), runs `stop` first. */
export function onSignal(stop: () => Promise<void>): void {
  const stopAndExit = () => void stop().then(() => process.exit(), exitWith);
  process.once('SIGINT', stopAndExit).once('SIGTERM', stopAndExit);
}

/** The database a command works on: a direct connection, not the pooled one. */
export function requireDatabaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (url) return url;
  return exitWith('Set DATABASE_URL to the direct connection string of the database.');
}
