import { exitWith } from './command-line.ts';

// `npm run reconcile`: runs the cron trigger once, on the Worker that `npm run dev` started.

export async function reconcile(workerUrl: string): Promise<void> {
  const response = await fetch(`${workerUrl}/cdn-cgi/local/scheduled`).catch(() => null);
  if (!response) throw new Error(`Nothing answers at ${workerUrl}. Start it with: npm run dev`);
  const outcome = await response.text();
  if (outcome !== 'ok') throw new Error(`The reconciler failed (${outcome}). See its log.`);
}

if (import.meta.main) {
  await reconcile('http://localhost:8089').catch(exitWith);
  process.stdout.write('Reconciled.\n');
}
