import type { ServerResponse } from 'node:http';
import { startHttpServer } from '../http-server.ts';
import type { FormType } from './company.ts';
import { faults, Intuit, type IntuitFault } from './intuit.ts';
import { consentPage, ledgerPage } from './pages.ts';

// A stand-in for Intuit: OAuth and QuickBooks' API, a consent page under /connect/oauth2, and under / a page that shows the
// ledger, where a test or a person has things go wrong.

export type IntuitServer = {
  readonly url: string;
  readonly intuit: Intuit;
  stop(): Promise<void>;
};

/** Serves it on a local port (0: a free one), with two companies. Its books are kept in memory. */
export async function startIntuit(
  port = 0,
  app: { clientId?: string; clientSecret?: string } = {},
): Promise<IntuitServer> {
  const intuit = new Intuit(app);
  intuit.addCompany('PeakPro LLC');
  intuit.addCompany('Bergblick GmbH').currency = 'EUR';
  const server = await startHttpServer(port, (request, body, response) => {
    const { method = 'GET', url = '/' } = request;
    const { pathname, searchParams } = new URL(url, 'http://intuit');
    if (method === 'GET' && pathname === '/') return page(response, ledgerPage(intuit));
    if (method === 'GET' && pathname === '/connect/oauth2') {
      const redirectUri = searchParams.get('redirect_uri') ?? '';
      const state = searchParams.get('state') ?? '';
      const back = (realmId: string | null) => {
        const answer = realmId
          ? { code: intuit.consent(realmId, redirectUri), state, realmId }
          : { error: 'access_denied', state };
        return `${redirectUri}?${new URLSearchParams(answer)}`;
      };
      return page(response, consentPage(intuit, back));
    }
    const [, action] = /^\/do\/(\w+)$/.exec(pathname) ?? [];
    if (method === 'POST' && action) {
      act(intuit, action, new URLSearchParams(body.toString('utf8')));
      return void response.writeHead(303, { location: '/' }).end();
    }
    const answer = intuit.handle({
      method,
      path: url,
      headers: request.headers as Record<string, string>,
      body: body.toString('utf8'),
    });
    if (answer === 'hang') return;
    if (answer === 'lost') return void request.socket.destroy();
    const { status, headers = {}, isText } = answer;
    const type = isText ? 'text/html' : 'application/json';
    const text = isText ? String(answer.body) : JSON.stringify(answer.body);
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  });
  return { url: `http://127.0.0.1:${server.port}`, intuit, stop: () => server.stop() };
}

/** What a person does over there. */
function act(intuit: Intuit, action: string, fields: URLSearchParams): void {
  const fault = fields.get('fault') as IntuitFault;
  if (action === 'fault' && faults.includes(fault)) intuit.faults.push(fault);
  const company = intuit.companies.get(fields.get('realmId') ?? '');
  if (!company) return;
  if (action === 'close') company.closedUntil = '2099-12-31';
  if (action === 'open') company.closedUntil = null;
  if (action === 'subscribe') company.isSubscribed = true;
  if (action === 'unsubscribe') company.isSubscribed = false;
  if (action === 'revoke') intuit.revoke(company.realmId);
  // Sound: the page offers no others.
  if (action === 'delete') company.delete(fields.get('type') as FormType, fields.get('id') ?? '');
}

function page(response: ServerResponse, html: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
}
