import { exitWith, requireDatabaseUrl } from './command-line.ts';
import { migrate } from './postgres.ts';

// `DATABASE_URL=… npm run db:migrate`: needs a direct connection, since the migrations run in one transaction.

await migrate(requireDatabaseUrl()).catch(exitWith);
process.stdout.write('The database is up to date.\n');
