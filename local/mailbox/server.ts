import type { ServerResponse } from 'node:http';
import { startHttpServer } from '../http-server.ts';
import { type Fault, faults, Mailbox } from './mailbox.ts';
import { hostilePage, listPage, messagePage } from './pages.ts';
import { type Endpoint, report } from './reports.ts';

// A stand-in for Resend, and a mailbox to read what was sent: its API under /emails, all mails as JSON under /messages, pages
// for a person under / (one mail also as a hostile mail program shows it), and /faults, where a test or a person has the next mail go wrong.

export type MailboxServer = {
  readonly url: string;
  readonly mailbox: Mailbox;
  /** Where it reports what became of mails; null: nowhere. */
  endpoint: Endpoint | null;
  stop(): Promise<void>;
};

/** Serves it on a local port (0: a free one). */
export async function startMailbox(port = 0): Promise<MailboxServer> {
  const mailbox = new Mailbox();
  const stopped = new AbortController();
  const server = await startHttpServer(port, (request, body, response) => {
    const { method = 'GET', url = '/' } = request;
    const route = `${method} ${new URL(url, 'http://mailbox').pathname}`;
    if (route === 'POST /emails') {
      const answer = mailbox.send(request.headers as Record<string, string>, body.toString('utf8'));
      if (answer === 'hang') return;
      if (answer === 'lost') return void request.socket.destroy();
      return json(response, answer.status, answer.body, answer.headers);
    }
    if (route === 'GET /messages') return json(response, 200, mailbox.messages.toReversed());
    if (route === 'POST /faults') {
      const asked = (JSON.parse(body.toString('utf8') || '{}') as { fault?: Fault }).fault;
      if (!asked || !faults.includes(asked)) return json(response, 422, { faults });
      mailbox.faults.push(asked);
      return json(response, 200, { next: mailbox.faults });
    }
    const [, id, part] = /^GET \/messages\/([\w-]+)(\/html|\/hostile)?$/.exec(route) ?? [];
    const message = mailbox.messages.find((candidate) => candidate.id === id);
    if (message && part === '/html') return page(response, 200, message.html);
    if (message && part) return page(response, 200, hostilePage(message));
    if (message) return page(response, 200, messagePage(message));
    if (route === 'GET /') return page(response, 200, listPage(mailbox.messages.toReversed()));
    page(response, 404, 'There is no such page.');
  });
  const stop = () => {
    stopped.abort();
    return server.stop();
  };
  const started: MailboxServer = {
    url: `http://127.0.0.1:${server.port}`,
    mailbox,
    endpoint: null,
    stop,
  };
  mailbox.onEvent = (event) => {
    if (started.endpoint) void report(event, started.endpoint, stopped.signal);
  };
  return started;
}

function json(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function page(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html);
}
