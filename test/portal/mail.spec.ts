import type { Page } from '@playwright/test';
import type { Message } from '../../local/mailbox/mailbox.ts';
import { withClient } from '../../local/postgres.ts';
import { reconcile } from '../../local/reconcile.ts';
import { type Deployed, expect, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import { signIn } from './support/staff-page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

/** The mail of a kind about a proposal, as soon as it has come. */
async function mailOf({ mailbox }: Deployed, id: number, kind: string): Promise<Message> {
  const find = () => mailbox.mailbox.messages.find((mail) => mail.proposal_id === id && mail.kind === kind);
  await expect.poll(() => find()?.subject, { timeout: 15_000 }).toBeTruthy();
  const found = find();
  if (!found) throw new Error('The mail went away.');
  return found;
}

/** Opens a mail in a tab of its own, and follows its button. */
async function follow(page: Page, { mailbox }: Deployed, mail: Message): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(`${mailbox.url}/messages/${mail.id}/html`);
  await tab.getByRole('link').first().click();
  return tab;
}

test('staff mail a proposal; the customer opens it from the mailbox, approves, pays and finds the receipt there', async ({
  page,
  deployed,
}) => {
  const { url, office, mailbox } = deployed;
  const { id } = await office.call<{ id: number }>('POST', '/proposals', {
    title: 'A glass house',
    customer_name: 'Ada Lovelace',
    customer_email: 'delivered+glass@resend.dev',
    line_items: [{ description: 'Glass', quantity: 1, unit_price_cents: 1_575_000 }],
  });
  await signIn(page, url, `/staff/proposals/${id}`);
  await page.getByRole('button', { name: 'Mail to the customer' }).dblclick();
  await expect(page.getByText('Mailed to delivered+glass@resend.dev')).toBeVisible();
  await expect(page.locator('.timeline li strong').first()).toHaveText('Link mailed (version 1)');
  await expect(page.locator('.timeline li').first()).toContainText('The link was delivered, ', {
    timeout: 15_000,
  });
  await look(page, 'staff-mailed');

  const link = await mailOf(deployed, id, 'link');
  const customer = await follow(page, deployed, link);
  await customer.getByLabel('Your full name').fill('Ada Lovelace');
  await customer.getByRole('button', { name: 'Approve & pay deposit $4,725.00' }).click();
  await customer.getByRole('button', { name: 'Pay $4,725.00' }).click();
  await customer.getByRole('link', { name: 'Go back' }).click();
  await expect(customer.getByRole('heading', { name: 'Thank you, your deposit is paid' })).toBeVisible();

  const receipt = await mailOf(deployed, id, 'receipt');
  expect(receipt.subject).toBe('Payment received: $4,725.00 for A glass house');
  const again = await follow(page, deployed, receipt);
  await expect(again.getByRole('heading', { name: 'A glass house' })).toBeVisible();
  expect((await mailOf(deployed, id, 'notice')).to).toBe('admin@peakpro.io');
  const kinds = () =>
    mailbox.mailbox.messages.filter((mail) => mail.proposal_id === id).map(({ kind }) => kind);
  // That it was opened, approved and paid.
  await expect
    .poll(() => kinds().sort(), { timeout: 15_000 })
    .toEqual(['link', 'notice', 'notice', 'notice', 'receipt']);
});

test('while mail is off the page says why, and the link can be copied', async ({
  page,
  deployed: { url, office },
}) => {
  const { id } = await office.send();
  await page.route('**/auth/me', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), mail: 'not_configured' } });
  });
  await signIn(page, url, `/staff/proposals/${id}`);
  await expect(page.getByText('no mail vendor is set up')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Mail to the customer' })).toHaveCount(0);
  await look(page, 'staff-mail-off');
  await page.getByRole('button', { name: 'Copy link for the customer' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a mail that the vendor refuses is on the proposal, in words', async ({
  page,
  deployed: { url, office },
}) => {
  const { id } = await office.send({ customer_email: 'ada@example.com' });
  await office.call('POST', `/proposals/${id}/send`, {});
  await signIn(page, url, `/staff/proposals/${id}`);
  const words = 'The link could not be mailed: validation error';
  const first = page.locator('.timeline li').first();
  await expect(first).toContainText(words, { timeout: 15_000 });
  await look(page, 'staff-mail-failed');
  await page.getByRole('link', { name: 'Review' }).click();
  const task = page.getByRole('listitem').filter({ hasText: words });
  await expect(task).toHaveCount(1);
  await look(page, 'staff-attention-mail');
  await page.goBack();
  // What comes of the click is seen soon, however often the page has looked before.
  for (let time = 0; time < 4; time += 1) {
    await expect(first).toContainText(words);
    await page.getByRole('link', { name: 'Review' }).click();
    await expect(task).toHaveCount(1);
    await page.goBack();
  }
  await first.getByRole('button', { name: 'Send again' }).first().dblclick();
  await expect(first.getByText(words)).toHaveCount(2, { timeout: 15_000 });
});

test('a mail that comes back is on the proposal and in Attention, until the address is corrected', async ({
  page,
  deployed: { url, office },
}) => {
  const { id } = await office.send({ customer_email: 'bounced+ada@resend.dev', title: 'A returned house' });
  await office.call('POST', `/proposals/${id}/send`, {});
  await signIn(page, url, `/staff/proposals/${id}`);
  const story = page.locator('.timeline');
  await expect(story).toContainText('The link came back: the address does not take it', { timeout: 15_000 });
  await page.reload();
  await expect(story).toContainText('A mail came back: the address does not take it');
  await look(page, 'staff-mail-bounced');
  await page.goto(`${url}/staff/attention`);
  const task = page.getByRole('listitem').filter({ hasText: 'A returned house' });
  await expect(task).toHaveCount(1);
  await office.call('PATCH', `/proposals/${id}`, { customer_email: 'delivered+ada@resend.dev' });
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Needs attention' })).toBeVisible();
  await expect(task).toHaveCount(0);
});

test('through a hostile mail program the customer still gets there, and its scanner does nothing in their name', async ({
  page,
  deployed,
}) => {
  const { url, office, mailbox } = deployed;
  const { id } = await office.send({
    customer_email: 'delivered+hostile@resend.dev',
    title: 'A guarded house',
  });
  await office.call('POST', `/proposals/${id}/send`, {});
  const link = await mailOf(deployed, id, 'link');
  await page.goto(`${mailbox.url}/messages/${link.id}/hostile`);
  await page.getByRole('button', { name: 'Scan the link' }).click();
  await expect(page.getByText('Scanned: the page was opened')).toBeVisible({ timeout: 15_000 });
  const events = async () => {
    const { data } = await office.call<{ data: { event: string }[] }>('GET', `/proposals/${id}/activity`);
    return data.map(({ event }) => event);
  };
  expect(await events()).not.toContain('view');
  expect(await events()).not.toContain('approve');

  const open = async (name: string) => {
    const popup = page.waitForEvent('popup');
    await page.getByRole('link', { name, exact: true }).click();
    return popup;
  };
  for (const name of [
    'The # is encoded',
    'The # is encoded twice',
    'A full stop and a bracket follow',
    'A line breaks in the middle',
  ]) {
    const tab = await open(name);
    await expect(tab.getByRole('heading', { name: 'A guarded house' }), name).toBeVisible();
    // No token stays in the address.
    expect(new URL(tab.url()).href).toBe(`${url}/proposal/${id}`);
    await tab.close();
  }

  for (const name of ['The end of the token is cut off', 'All behind the # is cut off']) {
    const tab = await open(name);
    await expect(tab.getByRole('button', { name: 'Send me a new link' }), name).toBeVisible();
    if (name.startsWith('All')) await look(tab, 'no-link');
    await tab.getByRole('button', { name: 'Send me a new link' }).click();
    await expect(tab.getByText('a new link is on its way')).toBeVisible();
    if (name.startsWith('All')) await look(tab, 'no-link-requested');
    await tab.close();
  }
  const again = await mailOf(deployed, id, 'new_link');
  expect(
    mailbox.mailbox.messages.filter((mail) => mail.proposal_id === id && mail.kind === 'new_link'),
  ).toHaveLength(1);
  const customer = await follow(page, deployed, again);
  await customer.getByLabel('Your full name').fill('Ada Lovelace');
  await customer.getByRole('button', { name: 'Approve & pay deposit $4,725.00' }).click();
  await customer.getByRole('button', { name: 'Pay $4,725.00' }).click();
  await customer.getByRole('link', { name: 'Go back' }).click();
  await expect(customer.getByRole('heading', { name: 'Thank you, your deposit is paid' })).toBeVisible();
  await mailOf(deployed, id, 'receipt');
});

/** Has all that is planned for a proposal be due now. */
async function hurry({ url, postgresUrl }: Deployed, id: number): Promise<void> {
  await withClient(postgresUrl, async (client) => {
    const due =
      'update outbox set due_at = now(), try_at = now() where proposal_id = $1 and ended_at is null';
    await client.query(due, [id]);
  });
  await reconcile(url);
}

test('every mail can be read in light and dark, also on a phone', async ({ page, deployed }) => {
  test.setTimeout(180_000);
  const { url, office, stripe } = deployed;
  const inTenDays = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  const { id } = await office.call<{ id: number }>('POST', '/proposals', {
    title: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, a renovation',
    customer_name: 'Ada Lovelace-Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau',
    customer_email: 'delivered+long@resend.dev',
    line_items: [{ description: 'Glass', quantity: 1, unit_price_cents: 1_575_000 }],
    valid_until: inTenDays,
  });
  const lookAt = async (about: number, kind: string) => {
    const mail = await mailOf(deployed, about, kind);
    await page.goto(`${deployed.mailbox.url}/messages/${mail.id}/html`);
    await look(page, `mail-${kind}`, 700); // as wide as a mail program's pane
    return mail;
  };
  await office.call('POST', `/proposals/${id}/send`, {});
  await lookAt(id, 'link');
  await hurry(deployed, id);
  const reminder = await lookAt(id, 'reminder');
  await lookAt(id, 'expiring');
  const [, stop = ''] = /No more reminders: (\S+)/.exec(reminder.text) ?? [];
  expect(stop).toContain(`${url}/mail/reminders?token=`);
  await page.goto(stop);
  await look(page, 'no-more-reminders');
  await page.getByRole('button', { name: 'No more reminders' }).click();
  await expect(page.getByRole('heading', { name: 'You will get no more reminders' })).toBeVisible();
  await page.goto(`${stop}x`);
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();

  await office.call('POST', `/proposals/${id}/links/request`);
  await lookAt(id, 'new_link');
  await office.call('POST', `/proposals/${id}/void`);
  await lookAt(id, 'withdrawn');

  const paid = await office.send({ customer_email: 'delivered+paid@resend.dev', title: 'A paid house' });
  await office.call('POST', `/proposals/${paid.id}/approve`, {
    ...{ name: 'Ada Lovelace', version: 1, method: 'phone', reference: 'call' },
  });
  const checkout = () =>
    office.call<{ session_id: string }>('POST', `/payments/checkout_session?proposal_id=${paid.id}`);
  const { session_id: failing } = await checkout();
  stripe.account.payLater(failing);
  stripe.account.settleLater(failing, 'failed');
  await lookAt(paid.id, 'payment_failed');
  const { session_id: sessionId } = await checkout();
  stripe.account.pay(sessionId);
  await lookAt(paid.id, 'receipt');
  await lookAt(paid.id, 'notice');
  await office.call('POST', `/proposals/${paid.id}/requests`, { key: 'balance' });
  await lookAt(paid.id, 'instalment');
  stripe.account.refund(stripe.account.sessions.get(sessionId)?.payment_intent ?? '', 50_000);
  await lookAt(paid.id, 'refund');
  await page.goto(deployed.mailbox.url);
  await expect(page.getByRole('link', { name: /^Payment received/ }).first()).toBeVisible();
});
