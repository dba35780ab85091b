import { grossCents, lineCents } from '../../../src/domain/pricing.ts';
import type { Proposal } from '../api.ts';
import { formatMoney, formatNumber, formatPercent } from '../money.ts';
import { texts } from '../texts/customer.ts';
import { formatDate, formatDay } from '../time.ts';
import { type InstalmentAction, Schedule } from './Schedule.tsx';
import { Sender } from './Sender.tsx';
import { stampOf } from './stamp.ts';

/** What is shown of a proposal as an offer. */
export type Offered = Pick<
  Proposal,
  | (
      | 'id'
      | 'version'
      | 'title'
      | 'customer_name'
      | 'currency'
      | 'status'
      | 'expired'
      | 'created_at'
      | 'valid_until'
    )
  | ('org' | 'org_name' | 'line_items' | 'discount_percent' | 'subtotal_cents' | 'discounted_cents' | 'taxes')
  | ('total_cents' | 'schedule' | 'time_zone' | 'terms')
>;

type LineItem = Proposal['line_items'][number];

/**
 * Shows the offer: its parties, items, price and schedule of payments. `action` adds what can be done
 * about a part of the schedule.
 */
export function Offer({ proposal, action }: { proposal: Offered; action?: InstalmentAction }) {
  const { currency, line_items: items } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  const stamp = stampOf(proposal);
  return (
    <article className="offer">
      {stamp && (
        <p className={`stamp ${stamp}`} translate="no">
          {texts.stamp[stamp]}
        </p>
      )}
      <header>
        <Sender name={proposal.org_name} org={proposal.org} />
        <h1 dir="auto">{proposal.title}</h1>
        <p className="quiet">
          <span>{headOf(proposal)}</span> <bdi>{proposal.customer_name}</bdi>
          <span>{datesOf(proposal)}</span>
        </p>
      </header>
      <table>
        <caption className="hidden">{texts.offer.lineItems}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.offer.description}</th>
            <th scope="col" className="number">
              {texts.offer.quantity}
            </th>
            <th scope="col" className="number">
              {texts.offer.price}
            </th>
            <th scope="col" className="number">
              {texts.offer.amount}
            </th>
          </tr>
        </thead>
        <tbody translate="no">
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items have no name of their own and are never reordered
            <tr key={index}>
              <td>
                <span dir="auto">{item.description}</span>
                <LineNotes item={item} currency={currency} />
              </td>
              <td className="number" data-label={texts.offer.quantity}>
                {formatNumber(item.quantity)}
              </td>
              <td className="number" data-label={texts.offer.price}>
                {money(item.unit_price_cents)}
              </td>
              <td className="number" data-label={texts.offer.amount}>
                {money(lineCents(item, currency))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Sums proposal={proposal} />
      <Schedule proposal={proposal} {...(action ? { action } : {})} />
      {proposal.terms && (
        <section className="terms" aria-label={texts.offer.terms}>
          <h2>{texts.offer.terms}</h2>
          <p dir="auto">{proposal.terms}</p>
        </section>
      )}
    </article>
  );
}

function headOf({ id, version }: Offered): string {
  return version > 1 ? texts.offer.headWithVersion(id, version) : texts.offer.head(id);
}

function datesOf({ created_at: createdAt, valid_until: validUntil }: Offered): string {
  const made = texts.offer.createdOn(formatDate(createdAt));
  return validUntil ? texts.offer.validUntil(made, formatDay(validUntil)) : made;
}

/** What a line's amount holds beyond quantity and price. */
function LineNotes({ item, currency }: { item: LineItem; currency: string }) {
  const off = grossCents(item, currency) - lineCents(item, currency);
  const share = item.discount_percent ? ` (${formatPercent(item.discount_percent)})` : '';
  const notes = [
    ...(off === 0 ? [] : [texts.offer.lineDiscount(formatMoney(off, currency), share)]),
    ...(item.tax_percent
      ? [texts.offer[item.tax_inclusive ? 'includesTax' : 'plusTax'](formatPercent(item.tax_percent))]
      : []),
  ];
  return notes.length > 0 ? <small className="quiet note">{notes.join(' · ')}</small> : null;
}

function Sums({ proposal }: { proposal: Offered }) {
  const { currency, subtotal_cents: subtotal, discounted_cents: discounted, total_cents: total } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  const share = proposal.discount_percent ? ` (${formatPercent(proposal.discount_percent)})` : '';
  return (
    <dl className="sums" translate="no">
      {(discounted > 0 || proposal.taxes.length > 0) && (
        <Row name={texts.offer.subtotal} value={money(subtotal)} />
      )}
      {discounted > 0 && <Row name={texts.offer.discount(share)} value={money(-discounted)} />}
      {proposal.taxes.map(({ percent, inclusive, amount_cents: cents }) => (
        <Row
          key={`${percent} ${inclusive}`}
          name={texts.offer[inclusive ? 'includedTax' : 'tax'](formatPercent(percent))}
          value={money(cents)}
        />
      ))}
      <Row name={texts.offer.total} value={money(total)} className="total" />
    </dl>
  );
}

export function Row({ name, value, className }: { name: string; value: string; className?: string }) {
  return (
    <div className={className}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** What the sum is called that remains: the same on every page and paper. */
export function remainderWords({ due_cents: due, approved_by: name }: Proposal): string {
  return name !== null && due === 0 ? texts.offer.balanceDueLater : texts.offer.remainsToBePaid;
}
