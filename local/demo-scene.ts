import type { Call } from './demo-client.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import type { Play } from './stripe/server.ts';

/** What the scenes of the demo play with: the API, Stripe's stand-in, a token of staff and the mailbox. */
export type Scene = {
  readonly url: string;
  readonly call: Call;
  readonly stripe: Play;
  readonly staff: string;
  readonly mailbox: Mailbox;
};

/** A new proposal of $1,000.00 that is sent, with the token of its link. */
export async function newOffer(call: Call, token: string, title: string, terms: object) {
  const json = {
    title,
    customer_name: 'Edsger Dijkstra',
    customer_email: 'delivered+edsger@resend.dev',
    line_items: [{ description: title, quantity: 1, unit_price_cents: 100_000 }],
    ...terms,
  };
  const { id } = (await call('POST', '/proposals', { token, json })).body;
  const sent = await call('POST', `/proposals/${id}/send`, { token });
  return { id: id as number, link: sent.body.portal_url.split('#token=')[1] as string };
}
