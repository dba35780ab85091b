import { exitWith } from './command-line.ts';

// `npm run counters:rebuild`: has the sums folded again from the activity log. Set API_URL and OPERATOR_TOKEN to do so
// elsewhere than on what `npm run dev` started.

const { API_URL: url = 'http://localhost:8089', OPERATOR_TOKEN: token } = process.env;

async function rebuild(): Promise<void> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(`${url}/metrics/rebuild`, { method: 'POST', headers }).catch(() => null);
  if (!response) throw new Error(`Nothing answers at ${url}.`);
  if (!response.ok) throw new Error(((await response.json()) as { detail: string }).detail);
  process.stdout.write(
    'The sums are being folded again from the activity log. A scrape shows those of before until that is done.\n',
  );
}

await rebuild().catch(exitWith);
