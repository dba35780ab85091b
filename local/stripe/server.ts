import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttpServer } from '../http-server.ts';
import { StripeAccount } from './account.ts';
import { type Fault, StripeApi } from './api.ts';
import { checkoutPage } from './checkout-page.ts';
import { Deliveries, type Endpoint } from './deliveries.ts';
import { StripeFailure } from './objects.ts';

// A stand-in for Stripe: its API under /v1, its hosted page under /c/pay, and /__control, where a test or a person makes
// things happen. Every test key (sk_test_…) has its own account; any other key is refused.

export type StripeServer = {
  readonly url: string;
  /** The account of a test key. */
  of(secretKey: string): Play;
  stop(): Promise<void>;
};

/** One account, its API and its webhook. */
export type Play = {
  readonly account: StripeAccount;
  readonly api: StripeApi;
  readonly deliveries: Deliveries;
};

/** Serves the stand-in on a local port (0: a free one). */
export async function startStripe(port = 0): Promise<StripeServer> {
  const plays = new Map<string, Play>();
  const server = await startHttpServer(port, async (request, body, response) => {
    try {
      await answer(request, body.toString('utf8'), response);
    } catch (error) {
      const status = error instanceof StripeFailure ? error.status : 500;
      json(response, status, { error: { message: error instanceof Error ? error.message : String(error) } });
    }
  });
  const url = `http://127.0.0.1:${server.port}`;

  async function answer(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    const [, page] = /^\/c\/pay\/(\w+)/.exec(path) ?? [];
    if (page) return servePage(page, method, body, response);

    const play = playOf(request.headers.authorization);
    if (!play)
      return json(response, 401, { error: { type: 'invalid_request_error', message: 'Invalid API Key' } });
    if (path.startsWith('/__control/')) return json(response, 200, control(play, path, body));

    const headers = request.headers as Record<string, string>;
    const result = play.api.handle({ method, path, headers, body });
    if (result === 'hang') return;
    if (result === 'lost') return void request.socket.destroy();
    json(response, result.status, result.body, result.headers);
  }

  function playOf(authorization: string | undefined): Play | null {
    const [, key] = /^Bearer (sk_test_\w+)$/.exec(authorization ?? '') ?? [];
    return key ? of(key) : null;
  }

  function of(key: string): Play {
    const known = plays.get(key);
    if (known) return known;
    const tag = Math.random().toString(36).slice(2, 10).padEnd(8, '0');
    const account = new StripeAccount({ now: () => new Date(), pageUrl: url, tag });
    const play = { account, api: new StripeApi(account), deliveries: new Deliveries(account) };
    plays.set(key, play);
    return play;
  }

  function servePage(id: string, method: string, body: string, response: ServerResponse): void {
    const account = [...plays.values()].map((play) => play.account).find(({ sessions }) => sessions.has(id));
    if (!account) throw new StripeFailure(404, null, 'No such page.');
    const session = account.session(id);
    let note = '';
    if (method === 'POST' && session.status === 'open') {
      const action = new URLSearchParams(body).get('action');
      if (action === 'pay') account.pay(id);
      if (action === 'later') account.payLater(id);
      if (action === 'decline') {
        account.decline(id);
        note = 'Your card was declined. Try another one.';
      }
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(String(checkoutPage(session, note)));
  }

  return {
    url,
    of,
    async stop() {
      for (const { deliveries } of plays.values()) deliveries.stop();
      await server.stop();
    },
  };
}

/** Does what `/__control/{what}/{id}/{how}` asks for. */
function control({ account, api, deliveries }: Play, path: string, body: string): unknown {
  const [, , what, id = '', how] = path.split('/');
  switch (`${what} ${how ?? ''}`.trim()) {
    case 'requests':
      return api.requests;
    case 'state':
      return {
        sessions: [...account.sessions.values()],
        refunds: [...account.refunds.values()],
        disputes: [...account.disputes.values()],
        events: account.events.map((event) => ({ ...event, delivered: account.delivered.has(event.id) })),
      };
    case 'faults':
      return api.faults.push(JSON.parse(body) as Fault);
    case 'webhook':
      deliveries.endpoint = JSON.parse(body) as Endpoint;
      return {};
    case 'sessions pay':
      return account.pay(id);
    case 'sessions decline':
      return account.decline(id);
    case 'sessions later':
      return account.payLater(id);
    case 'sessions succeed':
      return account.settleLater(id, 'succeeded');
    case 'sessions fail':
      return account.settleLater(id, 'failed');
    case 'sessions expire':
      return account.expireSession(id);
    case 'events delivered':
      account.delivered.add(id);
      return {};
    case 'refunds fail':
      return account.failRefund(id);
    case 'payments refund':
      return account.refund(id, (JSON.parse(body || '{}') as { amount?: number }).amount);
    case 'payments dispute':
      return account.openDispute(id);
    case 'disputes won':
      return account.closeDispute(id, 'won');
    case 'disputes lost':
      return account.closeDispute(id, 'lost');
    default:
      throw new StripeFailure(404, null, `There is no control at ${path}.`);
  }
}

function json(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
