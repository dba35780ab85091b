import assert from 'node:assert/strict';
import { seedEmail, seedPassword } from '../../../local/seed.ts';
import { violationsOf } from '../../support/check-answer.ts';

export type LineItem = { description: string; quantity: number; unit_price_cents: number };

export type Sent = { readonly id: number; readonly link: string; readonly token: string };

type Entry = { event: string; actor: string; meta: Record<string, unknown> };

const kitchen = {
  title: 'Kitchen renovation',
  customer_name: 'Ada Lovelace',
  customer_email: 'ada@example.com',
  line_items: [
    { description: 'Cabinets, oak, fitted', quantity: 1, unit_price_cents: 980_000 },
    { description: 'Worktop, granite, per metre', quantity: 5, unit_price_cents: 74_000 },
    { description: 'Installation, per day', quantity: 5, unit_price_cents: 45_000 },
  ] as LineItem[],
};

/** Staff's actions through the API, to set a test up: proposals of $15,750.00, deposit $4,725.00. */
export class Office {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async open(url: string): Promise<Office> {
    const body = JSON.stringify({ email: seedEmail, password: seedPassword });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/auth/login`, { method: 'POST', headers, body });
    return new Office(url, ((await response.json()) as { access_token: string }).access_token);
  }

  /** A new proposal, sent to its customer. */
  async send(content: Partial<typeof kitchen> & Readonly<Record<string, unknown>> = {}): Promise<Sent> {
    const { id } = await this.call<{ id: number }>('POST', '/proposals', { ...kitchen, ...content });
    const { portal_url: link } = await this.call<{ portal_url: string }>('POST', `/proposals/${id}/send`, {
      mail: false,
    });
    return { id, link, token: link.split('#token=')[1] ?? '' };
  }

  revise(id: number, content: Partial<typeof kitchen>): Promise<unknown> {
    return this.call('PATCH', `/proposals/${id}`, content);
  }

  void(id: number): Promise<unknown> {
    return this.call('POST', `/proposals/${id}/void`);
  }

  /** What the log says happened, oldest first. */
  async story(id: number): Promise<Entry[]> {
    const { data } = await this.call<{ data: Entry[] }>('GET', `/proposals/${id}/activity`);
    return data.reverse();
  }

  /** How often something happened. */
  async count(id: number, event: string): Promise<number> {
    return (await this.story(id)).filter((entry) => entry.event === event).length;
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.#url + path, {
      method,
      // A new connection: the Worker closes a kept one while the browser is busy.
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        connection: 'close',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    assert.deepEqual(await violationsOf(method, path, response), []);
    assert.ok(response.ok, `${method} ${path} answered ${response.status}`);
    return (await response.json()) as T;
  }
}
