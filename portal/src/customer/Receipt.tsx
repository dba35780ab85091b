import { useEffect, useRef } from 'react';
import type { Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/customer.ts';
import { formatZonedTime } from '../time.ts';
import { Row, remainderWords } from '../ui/Offer.tsx';

const methodWords: Record<Proposal['payments'][number]['method'], string> = texts.receipt.methodWords;

/** Says how the money stands once some was paid: a receipt for each payment, and what remains. */
export function Receipt({ proposal }: { proposal: Proposal }) {
  const { currency, held_cents: held, approved_by: approvedBy, org_name: org } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  // The focus lets a screen reader announce it.
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="receipt" aria-labelledby="receipt">
      <h2 id="receipt" ref={heading} tabIndex={-1}>
        {titleOf(proposal)}
      </h2>
      {held > 0 && (
        <div className="amount" translate="no">
          {money(held)}
        </div>
      )}
      <Payments proposal={proposal} />
      <dl className="sums" translate="no">
        {approvedBy && <Row name={texts.receipt.approvedBy} value={approvedBy} />}
        <Row name={texts.receipt.paidTo} value={org} />
      </dl>
    </section>
  );
}

/** A receipt for each payment, with what went back, and the one sum that remains. */
export function Payments({ proposal }: { proposal: Proposal }) {
  const { currency, refunded_cents: refunded, lost_cents: lost, remaining_cents: remaining } = proposal;
  const money = (cents: number, of = currency) => formatMoney(cents, of);
  const payments = proposal.payments.filter(({ reversed }) => !reversed);
  return (
    <dl className="sums" translate="no">
      {payments.map((payment) => (
        <Row
          key={payment.payment_id}
          name={`${methodWords[payment.method]}, ${formatZonedTime(payment.paid_at)}`}
          value={money(payment.amount_cents, payment.currency)}
        />
      ))}
      {refunded > 0 && <Row name={texts.receipt.refunded} value={money(-refunded)} />}
      {lost > 0 && <Row name={texts.receipt.returnedByYourBank} value={money(-lost)} />}
      {remaining > 0 && proposal.status !== 'void' && proposal.status !== 'declined' && (
        <Row name={remainderWords(proposal)} value={money(remaining)} />
      )}
    </dl>
  );
}

function titleOf({
  status,
  held_cents: held,
  refunded_cents: refunded,
  lost_cents: lost,
  ...rest
}: Proposal): string {
  if (rest.payments.some(({ currency, reversed }) => currency !== rest.currency && !reversed) && held === 0) {
    return texts.receipt.inAnotherCurrency;
  }
  if (status === 'paid') return texts.receipt.allPaid;
  if (held <= 0 && lost > 0) return texts.receipt.returnedByBank;
  if (held <= 0 && refunded > 0) return texts.receipt.yourPaymentWasRefunded;
  const isMore = held > sumOf(rest.schedule.filter(({ state }) => state === 'paid'));
  return status === 'deposit_paid' && !isMore ? texts.receipt.depositPaid : texts.receipt.whatYouHavePaid;
}

function sumOf(parts: Proposal['schedule']): number {
  return parts.reduce((sum, { amount_cents: cents }) => sum + cents, 0);
}
