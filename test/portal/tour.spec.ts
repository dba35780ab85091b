import { approveAndPay, expect, paidHeading, payAndComeBack, sessionOf, test } from './support/fixtures.ts';
import { look } from './support/look.ts';
import type { LineItem } from './support/office.ts';
import { signIn } from './support/staff-page.ts';

// Every page in every state, small and large, light and dark.

test.describe.configure({ mode: 'parallel' });

const longWord = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

test("the customer's page before a payment", async ({ page, deployed: { office, stripe, url } }) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.getByRole('heading', { name: 'Kitchen renovation' }).waitFor();
  await look(page, 'customer-offer');
  await page.getByRole('button', { name: /Approve & pay/ }).click();
  await page.getByText('Please type your name').waitFor();
  await look(page, 'customer-name-missing');

  await approveAndPay(page, sent);
  await page.getByRole('link', { name: 'Cancel and go back' }).click();
  await page.getByText('You left the payment page').waitFor();
  await look(page, 'customer-cancelled');

  const session = sessionOf(stripe, sent);
  await page.goto(`${url}/proposal/${sent.id}?session_id=${session.id}`);
  await page.getByRole('heading', { name: 'Confirming' }).waitFor();
  await page.route('**/payments/sessions/*', () => null); // keeps the state for the picture
  await look(page, 'customer-confirming');
  await page.unroute('**/payments/sessions/*');

  stripe.account.expireSession(session.id);
  await page.goto(`${url}/proposal/${sent.id}?session_id=${session.id}`);
  await page.getByText('The payment page has expired').waitFor();
  await look(page, 'customer-expired');
});

test("the customer's page during and after a delayed payment", async ({
  page,
  deployed: { office, stripe },
}) => {
  const sent = await office.send();
  await approveAndPay(page, sent);
  await page.getByRole('button', { name: 'Pay later, by bank debit' }).click();
  await page.getByRole('link', { name: 'Go back' }).click();
  await page.getByText('Your payment is on its way').waitFor();
  await look(page, 'customer-pending');
  const session = sessionOf(stripe, sent);
  stripe.account.settleLater(session.id, 'failed');
  await expect.poll(() => office.count(sent.id, 'payment_failed')).toBe(1);
  await page.reload();
  await page.getByText('Your payment did not go through').waitFor();
  await look(page, 'customer-failed');

  await page.getByRole('button', { name: 'Pay deposit' }).click();
  await payAndComeBack(page);
  await look(page, 'customer-paid');
  const paid = sessionOf(stripe, sent);
  stripe.account.refund(paid.payment_intent ?? '');
  await expect.poll(() => office.count(sent.id, 'payment_refunded')).toBe(1);
  await page.reload();
  await page.getByText('Refunded').waitFor(); // and due again
  await look(page, 'customer-refunded');
});

test("the customer's page of a long, a revised and a void proposal", async ({
  page,
  deployed: { office },
}) => {
  const lineItems: LineItem[] = Array.from({ length: 12 }, (_, index) => ({
    description: index % 3 ? `Part ${index} of the work` : `${longWord} ${index}`,
    quantity: index ? index * 7 : 1,
    unit_price_cents: 123_456 + index,
  }));
  const sent = await office.send({
    title: `Extension of the ${longWord}`,
    customer_name: 'Pablo Diego José Francisco de Paula Juan Nepomuceno María de los Remedios Ruiz y Picasso',
    line_items: lineItems,
  });
  await page.goto(sent.link);
  await page.getByRole('heading', { name: longWord }).waitFor();
  await look(page, 'customer-long');

  await office.revise(sent.id, { title: 'Extension', line_items: lineItems.slice(2) });
  await page.getByLabel('Your full name').fill('Pablo');
  await page.getByRole('button', { name: /Approve & pay/ }).click();
  await page.getByRole('button', { name: 'I have seen the changes' }).waitFor();
  await look(page, 'customer-changed');

  await office.void(sent.id);
  await page.reload();
  await page.getByText('This proposal was withdrawn').waitFor();
  await look(page, 'customer-withdrawn');
});

test('the page without a link, or with one that does not work', async ({
  page,
  deployed: { url, office, tokens },
}) => {
  const { id, link } = await office.send();
  const past = new Date(Date.now() - 1_000);
  const expired = await tokens.signPortal({ kind: 'customer', proposalId: id, orgId: 1 }, 'PeakPro', past);
  for (const [name, address, heading] of [
    ['nothing', url, 'Nothing to see without a link'],
    ['link-missing', `${url}/proposal/${id}`, 'Please open your link again'],
    ['link-expired', `${url}/proposal/${id}#token=${expired}`, 'Please ask for a new link'],
    ['link-broken', `${url}/proposal/${id}#token=no`, 'This link does not open a proposal'],
    ['no-such-page', `${url}/proposal/`, 'There is no such page'],
  ] as const) {
    await page.goto(address);
    await page.getByRole('heading', { name: heading }).waitFor();
    await look(page, name);
  }
  await page.route(`**/proposals/${id}`, (route) => route.abort());
  await page.goto(link);
  await page.getByRole('heading', { name: 'We cannot show your proposal right now' }).waitFor();
  await look(page, 'unreachable');
});

test("the staff's pages", async ({ page, deployed: { url, office, stripe } }) => {
  await page.goto(`${url}/staff`);
  await page.getByLabel('Email').waitFor();
  await look(page, 'staff-login');

  for (const [title, days] of [
    ['Loft', 1],
    ['Garage, with a roof that is green', 2],
  ] as const) {
    const { id } = await office.send({ title });
    await office.call('POST', '/leads', { name: `Lead ${days}` });
    await office.call('POST', `/proposals/${id}/approve`, { name: 'Ada Lovelace', version: 1 });
    const checkout = `/payments/checkout_session?proposal_id=${id}`;
    const { session_id } = await office.call<{ session_id: string }>('POST', checkout);
    stripe.account.pay(session_id);
    await expect.poll(() => office.count(id, 'payment_success')).toBe(1);
    if (days === 2) stripe.account.openDispute(stripe.account.sessions.get(session_id)?.payment_intent ?? '');
  }
  const { id } = await office.send({ title: `Extension of the ${longWord}` });
  await office.revise(id, { title: `Extension of the ${longWord}, larger` });

  await signIn(page, url);
  await page.getByRole('complementary', { name: 'Needs attention' }).waitFor();
  await look(page, 'staff-proposals');
  await page.getByLabel('Search').fill('nobody has this');
  await page.getByText('No proposal matches.').waitFor();
  await look(page, 'staff-no-match');

  await page.getByLabel('Search').fill('Loft');
  await page.getByRole('link', { name: 'Loft' }).click();
  await page.getByText('$4,725.00 paid on').waitFor();
  await look(page, 'staff-paid');

  await page.goto(`${url}/staff/proposals/new`);
  await page.getByRole('button', { name: 'Add a line' }).click();
  await page.getByRole('button', { name: 'Create draft' }).click();
  await look(page, 'staff-new');

  await page.goto(`${url}/staff/proposals/${id}/edit`);
  await page.getByRole('button', { name: 'Save new version' }).waitFor();
  await look(page, 'staff-change');
  await page.goto(`${url}/staff/proposals/${id}`);
  await page.getByText('Changed to version 2').waitFor();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByLabel('Link for the customer').waitFor();
  await look(page, 'staff-proposal');
  await page.getByRole('button', { name: 'Void' }).click();
  await page.getByRole('alertdialog').waitFor();
  await look(page, 'staff-void');

  await page.goto(`${url}/staff/numbers`);
  await page.locator('.recharts-bar-rectangle').first().waitFor();
  await look(page, 'staff-numbers');
  await page.goto(`${url}/staff/attention`);
  await page.getByRole('heading', { name: 'Open disputes' }).waitFor();
  await look(page, 'staff-attention');
  await page.goto(`${url}/staff/nowhere`);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await look(page, 'staff-no-such-page');
});

test('the print view has what was agreed and paid, and no buttons', async ({
  page,
  deployed: { office },
}) => {
  const sent = await office.send();
  await page.goto(sent.link);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('table')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
  await expect(page.locator('aside')).toBeHidden();
  await page.emulateMedia({ media: 'screen' });

  await approveAndPay(page, sent);
  await payAndComeBack(page);
  await page.emulateMedia({ media: 'print' });
  await expect(paidHeading(page)).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
});
