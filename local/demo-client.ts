import { setTimeout as sleep } from 'node:timers/promises';

export const print = (text: string) => process.stdout.write(`${text}\n`);

let steps = 0;

export function step(title: string): void {
  steps += 1;
  print(`\n${steps}. ${title}`);
}

export type Call = ReturnType<typeof caller>;

type Request = { token?: string; json?: object; body?: string; signature?: string; key?: string };
// biome-ignore lint/suspicious/noExplicitAny: the demo checks what the body holds
type Answer = { status: number; text: string; body: any };

/** Calls the API and prints the request line and the answer. */
export function caller(url: string) {
  return async (method: string, path: string, request: Request = {}): Promise<Answer> => {
    const answer = await send(url, method, path, request);
    const { status, body, text } = answer;
    const rows = body?.data?.map((row: object) => JSON.stringify(row)).join('\n');
    const shown =
      rows ?? (body ? JSON.stringify(body, null, 2) : text.replace(/^(#|.*_bucket).*\n/gm, '').trimEnd());
    const shortened = shown.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…');
    print(`   ${method} ${path} → ${status}\n${shortened.replace(/^/gm, '   ')}`);
    return answer;
  };
}

/** Waits until the proposal's log, newest first, begins with these events. Rejects after ten seconds. */
export async function untilLogged(
  url: string,
  token: string,
  proposalId: number,
  newest: readonly string[],
): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    const { body } = await send(url, 'GET', `/proposals/${proposalId}/activity`, { token });
    const events: string[] = body.data.map(
      ({ event, actor }: Record<string, string>) => `${event} by ${actor}`,
    );
    if (newest.every((expected, index) => events[index] === expected)) {
      print(`   the log of proposal ${proposalId} now begins with: ${newest.join(', ')}`);
      return;
    }
    if (Date.now() > giveUpAt) throw new Error(`The log holds ${events}, but should begin with ${newest}.`);
    await sleep(50);
  }
}

async function send(url: string, method: string, path: string, request: Request): Promise<Answer> {
  const { token, json, body, signature, key } = request;
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(json || body ? { 'content-type': 'application/json' } : {}),
      ...(signature ? { 'stripe-signature': signature } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
    },
    ...(method !== 'GET' ? { body: body ?? (json ? JSON.stringify(json) : '') } : {}),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, text, body: isJson ? JSON.parse(text) : undefined };
}
