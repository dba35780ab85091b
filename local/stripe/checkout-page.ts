import { html } from 'hono/html';
import { minorUnits, priceDecimals } from '../../src/domain/currency.ts';
import type { Session } from './objects.ts';

/** The hosted page where a customer would type a card number. */
export function checkoutPage(session: Session, note = '') {
  const { currency } = session;
  const units = session.amount_total / minorUnits(currency);
  const decimals = {
    minimumFractionDigits: priceDecimals(currency),
    maximumFractionDigits: priceDecimals(currency),
  };
  const amount = new Intl.NumberFormat('en', { style: 'currency', currency, ...decimals }).format(units);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pay ${amount}</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 4rem auto; padding: 0 1rem; color: #1a1f36; }
  .stand-in { background: #fff3c4; padding: .5rem .75rem; border-radius: .25rem; }
  .amount { font-size: 2.25rem; font-weight: 600; margin: 0; }
  button { display: block; width: 100%; margin: .75rem 0; padding: .75rem; font: inherit; border: 1px solid #c1c9d2;
    border-radius: .375rem; background: #fff; cursor: pointer; }
  button[value=pay] { background: #0a66c2; border-color: #0a66c2; color: #fff; }
  .note { color: #b3093c; }
</style>
</head>
<body>
<p class="stand-in">A stand-in for Stripe's page. No money moves here.</p>
<p>${session.description}</p>
<p class="amount">${amount}</p>
<p>${session.customer_email ?? ''}</p>
${note ? html`<p class="note" role="alert">${note}</p>` : ''}
${body(session, amount)}
</body>
</html>`;
}

function body(session: Session, amount: string) {
  const back = session.success_url.replace('{CHECKOUT_SESSION_ID}', session.id);
  switch (session.status) {
    case 'open':
      return html`<form method="post">
<button name="action" value="pay">Pay ${amount}</button>
<button name="action" value="decline">Pay with a card that is declined</button>
<button name="action" value="later">Pay later, by bank debit</button>
</form>
<p><a href="${session.cancel_url ?? back}">Cancel and go back</a></p>`;
    case 'complete':
      return html`<p>${session.payment_status === 'paid' ? 'Paid. Thank you.' : 'Your bank was asked to pay. That takes days.'}</p>
<p><a href="${back}">Go back</a></p>`;
    case 'expired':
      return html`<p class="note">This checkout has expired. Nothing can be paid here any more.</p>`;
  }
}
