import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { MailEvent } from './mailbox.ts';

/** Where Resend's events go, and what they are signed with. */
export type Endpoint = { readonly url: string; readonly secret: string };

/** Svix waits longer, but tests and developers should not have to. */
const retriesMs = [0, 250, 1_000, 2_000, 4_000, 8_000];

/** Posts an event, signed as Svix does, until it is answered with 2xx. */
export async function report(
  event: MailEvent,
  { url, secret }: Endpoint,
  stopped: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(event);
  const id = `msg_${randomUUID()}`;
  for (const delayMs of retriesMs) {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (stopped.aborted) return;
    const at = new Date();
    const response = await fetch(url, {
      method: 'POST',
      headers: signed(id, at, body, secret),
      body,
      signal: AbortSignal.any([AbortSignal.timeout(10_000), stopped]),
    }).catch(() => null);
    await response?.arrayBuffer().catch(() => null);
    if (response?.ok) return;
  }
}

/** The headers of a signed event. */
export function signed(id: string, at: Date, body: string, secret: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
    'svix-signature': new Webhook(secret).sign(id, at, body),
  };
}
