import Stripe from 'stripe';
import type { StripeAccount, StripeEvent } from './account.ts';

/** Where events go, and what goes wrong on the way. */
export type Endpoint = {
  readonly url: string;
  readonly secret: string;
  /** Nothing arrives, as behind a firewall. */
  readonly blocked?: boolean;
  /** Each event is sent twice at the same time. */
  readonly duplicate?: boolean;
  /** Each event is delayed at random, by at most this long, so that later ones overtake it. */
  readonly delayMs?: number;
  /** The first delivery of each event is lost. */
  readonly dropFirst?: boolean;
};

/** Stripe waits longer, but tests and developers should not have to. */
const [firstRetryMs, lastRetryMs, timeoutMs] = [250, 4_000, 10_000];

/** Posts an account's events, signed, to its endpoint until each is answered with 2xx. */
export class Deliveries {
  endpoint: Endpoint | null = null;
  readonly #account: StripeAccount;
  readonly #timer: NodeJS.Timeout;
  readonly #stopped = new AbortController();
  /** When each event is tried next, and how often it has been tried. */
  readonly #due = new Map<string, { at: number; tries: number; isUnderWay: boolean }>();

  constructor(account: StripeAccount) {
    this.#account = account;
    this.#timer = setInterval(() => this.#deliverDue(), 20);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopped.abort();
  }

  #deliverDue(): void {
    const { endpoint } = this;
    this.#account.expireOverdue();
    if (!endpoint || endpoint.blocked) return;
    for (const event of this.#account.events) {
      if (this.#account.delivered.has(event.id)) continue;
      const first = { at: Date.now() + Math.random() * (endpoint.delayMs ?? 0), tries: 0, isUnderWay: false };
      const due = this.#due.get(event.id) ?? first;
      this.#due.set(event.id, due);
      if (due.at <= Date.now() && !due.isUnderWay) void this.#deliver(event, endpoint, due);
    }
  }

  async #deliver(
    event: StripeEvent,
    endpoint: Endpoint,
    due: { at: number; tries: number; isUnderWay: boolean },
  ): Promise<void> {
    due.isUnderWay = true;
    due.tries += 1;
    const isLost = endpoint.dropFirst && due.tries === 1;
    const sends = endpoint.duplicate ? 2 : 1;
    const answers = isLost ? [] : Array.from({ length: sends }, () => this.#post(event, endpoint));
    const isTaken = (await Promise.all(answers)).some((ok) => ok);
    if (isTaken) this.#account.delivered.add(event.id);
    due.at = Date.now() + Math.min(firstRetryMs * 2 ** (due.tries - 1), lastRetryMs);
    due.isUnderWay = false;
  }

  async #post(event: StripeEvent, { url, secret }: Endpoint): Promise<boolean> {
    const payload = JSON.stringify(event);
    const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret });
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      body: payload,
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#stopped.signal]),
    }).catch(() => null);
    await response?.arrayBuffer().catch(() => null);
    return response?.ok ?? false;
  }
}
