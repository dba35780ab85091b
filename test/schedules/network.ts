import type { FaultKind, StripeApi } from '../../local/stripe/api.ts';

/** A fault of a request to the database: not done; done, but its answer lost; given up, and done later. */
export type DatabaseFault = 'not done' | 'answer lost' | 'done later' | 'hang';

/** Where Stripe is, for a Worker in a schedule. */
export const stripeBase = 'http://stripe.test';

/**
 * Replaces `fetch`: Stripe's stand-in answers here, the database through `database`. Each request waits for its turn and
 * gets its planned fault.
 */
export function network(options: {
  stripe: () => StripeApi;
  database: typeof fetch;
  turn: <T>(work: () => Promise<T>) => Promise<T>;
  nextStripeFault: () => FaultKind | undefined;
  nextDatabaseFault: () => DatabaseFault | undefined;
}): typeof fetch {
  const { turn } = options;

  async function toStripe(url: URL, init: RequestInit): Promise<Response> {
    const request = {
      method: init.method ?? 'GET',
      path: url.pathname + url.search,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: String(init.body ?? ''),
    };
    const fault = options.nextStripeFault();
    const answer = await turn(async () => options.stripe().handle(request, fault));
    if (answer === 'hang') return untilAborted(init.signal);
    if (answer === 'lost') throw new TypeError('Network connection lost.');
    return Response.json(answer.body, { status: answer.status, headers: answer.headers });
  }

  async function toDatabase(url: string, init: RequestInit): Promise<Response> {
    const send = () => options.database(url, init);
    switch (options.nextDatabaseFault()) {
      case undefined:
        return turn(send);
      case 'not done':
        return turn(async () => Response.json({ message: 'no' }, { status: 500 }));
      case 'answer lost':
        await turn(send);
        throw new TypeError('Network connection lost.');
      case 'done later':
        void turn(send);
        throw new TypeError('Network connection lost.');
      case 'hang':
        return untilAborted(init.signal);
    }
  }

  return ((input: string | URL | Request, init: RequestInit = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.href.startsWith(stripeBase) ? toStripe(url, init) : toDatabase(url.href, init);
  }) as typeof fetch;
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}
