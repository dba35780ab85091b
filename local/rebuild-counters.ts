import { exitWith } from './command-line.ts';
import { seedEmail, seedPassword } from './seed.ts';

// `npm run counters:rebuild`: has the sums folded again from the activity log. Set API_URL, and an admin's EMAIL and
// PASSWORD, to do so elsewhere than on what `npm run dev` started.

const {
  API_URL: url = 'http://localhost:8089',
  EMAIL: email = seedEmail,
  PASSWORD: password = seedPassword,
} = process.env;

async function post(path: string, body: object, token?: string): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (!response) throw new Error(`Nothing answers at ${url}.`);
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${answer.detail}`);
  return answer;
}

async function rebuild(): Promise<void> {
  const { access_token: token } = await post('/auth/login', { email, password });
  await post('/metrics/rebuild', {}, String(token));
  process.stdout.write(
    'The sums are being folded again from the activity log. Until that is done, a scrape answers 503.\n',
  );
}

await rebuild().catch(exitWith);
