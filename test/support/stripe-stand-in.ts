import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

// Stripe's Checkout endpoint, played on a local port: it answers as the API key says, and tells what it was sent.

export type StripeRequest = { method: string; path: string; headers: Record<string, string>; body: string };

/** The first word after `sk_test_` decides: ok, busy, fail, limit, hang. */
export default async function setup({ provide }: TestProject) {
  const requests: StripeRequest[] = [];
  const sessions = new Map<string, string>();

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

    const path = request.url ?? '';
    if (path.startsWith('/__requests/')) {
      const key = path.slice('/__requests/'.length);
      return json(
        200,
        requests.filter((sent) => sent.headers.authorization === `Bearer ${key}`),
      );
    }
    requests.push({ method: request.method ?? '', path, headers, body });
    const [, behaviour] = /^Bearer sk_test_([a-z]+)/.exec(headers.authorization ?? '') ?? [];
    switch (behaviour) {
      case 'ok': {
        const key = headers['idempotency-key'] ?? '';
        const id = sessions.get(key) ?? `cs_test_${sessions.size + 1}_${Date.now()}`;
        sessions.set(key, id);
        return json(200, { id, object: 'checkout.session', url: `https://checkout.stripe.test/c/pay/${id}` });
      }
      case 'fail':
        return json(500, { error: { type: 'api_error', message: 'Sorry about ada@example.com' } });
      case 'busy': {
        // As Stripe does while another request with the same key is under way.
        const isFirst =
          requests.filter((sent) => sent.headers.authorization === headers.authorization).length === 1;
        if (isFirst)
          return json(409, { error: { type: 'idempotency_error', code: 'idempotency_key_in_use' } });
        return json(200, {
          id: `cs_test_busy_${Date.now()}`,
          url: 'https://checkout.stripe.test/c/pay/busy',
        });
      }
      case 'limit':
        return json(429, {
          error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Slow down' },
        });
      case 'hang':
        return;
      default:
        return json(401, { error: { type: 'invalid_request_error', message: 'Invalid API Key provided' } });
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  provide('stripeApiBase', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
