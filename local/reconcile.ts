import { exitWith } from './command-line.ts';

// `npm run reconcile`: one run of the cron trigger of the Worker that `npm run dev` started.

export async function reconcile(workerUrl: string): Promise<void> {
  const response = await fetch(`${workerUrl}/cdn-cgi/local/scheduled`).catch(() => null);
  if (!response) throw new Error(`Nothing answers at ${workerUrl}. Start it with: npm run dev`);
  const outcome = await response.text();
  if (outcome !== 'ok') throw new Error(`The reconciler did not come to its end (${outcome}); see its log.`);
}

if (import.meta.main) {
  await reconcile('http://localhost:8089').catch(exitWith);
  process.stdout.write('Reconciled.\n');
}
