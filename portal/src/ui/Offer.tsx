import { lineCents } from '../../../src/domain/pricing.ts';
import type { Proposal } from '../api.ts';
import { formatMoney, formatNumber } from '../money.ts';
import { formatDate } from '../time.ts';

/** Shows the offer: what, from whom, to whom, and at what price. */
export function Offer({ proposal }: { proposal: Proposal }) {
  const { currency, line_items: items, total_cents: total, deposit_cents: deposit } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  return (
    <article className="offer">
      <header>
        <p className="from">{proposal.org_name}</p>
        <h1>{proposal.title}</h1>
        <p className="quiet">
          Proposal {proposal.id}
          {proposal.version > 1 && `, version ${proposal.version}`} for {proposal.customer_name}, made on{' '}
          {formatDate(proposal.created_at)}
        </p>
      </header>
      <table>
        <caption className="hidden">What is offered</caption>
        <thead>
          <tr>
            <th scope="col">Description</th>
            <th scope="col" className="number">
              Quantity
            </th>
            <th scope="col" className="number">
              Price
            </th>
            <th scope="col" className="number">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items have no name of their own and are never reordered
            <tr key={index}>
              <td>{item.description}</td>
              <td className="number" data-label="Quantity">
                {formatNumber(item.quantity)}
              </td>
              <td className="number" data-label="Price">
                {money(item.unit_price_cents)}
              </td>
              <td className="number" data-label="Amount">
                {money(lineCents(item, currency))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl className="sums">
        <div className="total">
          <dt>Total</dt>
          <dd>{money(total)}</dd>
        </div>
        <div>
          <dt>Deposit, to begin with</dt>
          <dd>{money(deposit)}</dd>
        </div>
        <div>
          <dt>Remains to be paid later</dt>
          <dd>{money(total - deposit)}</dd>
        </div>
      </dl>
    </article>
  );
}
