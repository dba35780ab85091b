import { html } from 'hono/html';
import { formTypes, type IntuitCompany } from './company.ts';
import { faults, type Intuit } from './intuit.ts';

const style = html`<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-inline-size: 70rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
  table { border-collapse: collapse; inline-size: 100%; margin-block-end: 1rem; }
  th, td { text-align: start; padding: .3rem .75rem .3rem 0; border-block-end: 1px solid #8884; vertical-align: top; }
  .money { text-align: end; font-variant-numeric: tabular-nums; }
  form { display: inline; }
  .deleted { text-decoration: line-through; opacity: .6; }
</style>`;

/** Intuit's question, whose books a program may keep. Each answer leads back to where it came from. */
export function consentPage(intuit: Intuit, back: (realmId: string | null) => string): string {
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Intuit, played</title>${style}</head>
<body><main>
  <h1>Connect a company</h1>
  <p>This plays Intuit. In which company may the portal keep the books?</p>
  <ul>${[...intuit.companies.values()].map(
    ({ realmId, name, currency }) => html`<li><a href="${back(realmId)}">${name}</a> (${currency})</li>`,
  )}</ul>
  <p><a href="${back(null)}">Cancel</a></p>
</main></body></html>`);
}

const money = (cents: number) => (cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2 });

/** All companies with their accounts and forms, and what a person can do to them. */
export function ledgerPage(intuit: Intuit): string {
  intuit.catchUp();
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>QuickBooks, played</title>${style}</head>
<body><main>
  <h1>QuickBooks, played</h1>
  <p>The next call goes wrong: ${faults.map((fault) => button('fault', fault, { fault }))} ${
    intuit.faults.length > 0 ? html`(planned: ${intuit.faults.join(', ')})` : ''
  }</p>
  ${[...intuit.companies.values()].map((company) => companySection(company))}
</main></body></html>`);
}

function companySection(company: IntuitCompany) {
  const { realmId, name, currency, closedUntil, isSubscribed, customers } = company;
  const forms = formTypes
    .flatMap((type) => [...company.forms[type].values()].map((form) => ({ type, form })))
    .sort((one, other) => Number(other.form.Id) - Number(one.form.Id));
  return html`<section aria-label="${name}">
  <h2>${name} (${currency})</h2>
  <p>${closedUntil ? html`Books closed through ${closedUntil}. ${button('open', 'Open the books', { realmId })}` : button('close', 'Close the books', { realmId })}
    ${isSubscribed ? button('unsubscribe', 'End the subscription', { realmId }) : button('subscribe', 'Renew the subscription', { realmId })}
    ${button('revoke', 'Disconnect every program', { realmId })}</p>
  <table><caption>Accounts</caption><thead><tr><th scope="col">Account</th><th scope="col" class="money">Debit</th><th scope="col" class="money">Credit</th></tr></thead>
  <tbody>${[...company.balances()].map(
    ([account, cents]) =>
      html`<tr><th scope="row">${account}</th><td class="money">${cents > 0 ? money(cents) : ''}</td><td class="money">${cents < 0 ? money(-cents) : ''}</td></tr>`,
  )}</tbody></table>
  <table><caption>Forms, newest first</caption><thead><tr><th scope="col">Form</th><th scope="col">Number</th><th scope="col">Date</th><th scope="col">Customer</th><th scope="col">Lines</th><th scope="col" class="money">Total</th><th scope="col">By hand</th></tr></thead>
  <tbody>${forms.map(({ type, form }) => {
    const lines = form.Line.map((line) => {
      const { Description: words } = line as { Description?: string };
      return html`<div>${words ?? 'Payment of the invoice'}: ${money(Math.round(line.Amount * 100))}</div>`;
    });
    const customer = customers.get(form.CustomerRef.value)?.DisplayName;
    return html`<tr class="${form.isDeleted ? 'deleted' : ''}"><th scope="row">${type}</th><td>${form.DocNumber ?? form.PaymentRefNum ?? ''}</td><td>${form.TxnDate}</td><td dir="auto">${customer}</td><td>${lines}</td><td class="money">${money(Math.round(form.TotalAmt * 100))}</td><td>${form.isDeleted ? '' : button('delete', 'Delete', { realmId, type, id: form.Id })}</td></tr>`;
  })}</tbody></table>
</section>`;
}

function button(action: string, words: string, fields: Readonly<Record<string, string>>) {
  return html`<form method="post" action="/do/${action}">${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button>${words}</button></form> `;
}
