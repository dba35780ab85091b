import { useEffect, useRef } from 'react';
import type { Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatTime } from '../time.ts';

/** Shows that the deposit is paid: how much, when, who approved it, and what remains. */
export function Receipt({ proposal }: { proposal: Proposal }) {
  const { currency, paid_cents: paid, refunded_cents: refunded, paid_at: paidAt, org_name: org } = proposal;
  const { approved_by: approvedBy, total_cents: total, status } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  // The focus lets a screen reader announce it.
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="receipt" aria-labelledby="receipt">
      <h2 id="receipt" ref={heading} tabIndex={-1}>
        {paid > 0 && refunded >= paid ? 'Your deposit was refunded' : 'Thank you, your deposit is paid'}
      </h2>
      {paid > 0 ? (
        <p className="amount">{money(paid)}</p>
      ) : (
        <p>It came in another currency than was asked for. {org} knows, and will be in touch.</p>
      )}
      <dl className="sums">
        {paidAt && (
          <div>
            <dt>Paid</dt>
            <dd>{formatTime(paidAt)}</dd>
          </div>
        )}
        {approvedBy && (
          <div>
            <dt>Approved by</dt>
            <dd>{approvedBy}</dd>
          </div>
        )}
        <div>
          <dt>Paid to</dt>
          <dd>{org}</dd>
        </div>
        {refunded > 0 && (
          <div>
            <dt>Refunded</dt>
            <dd>{money(refunded)}</dd>
          </div>
        )}
        {status !== 'void' && (
          <div>
            <dt>Remains to be paid later</dt>
            <dd>{money(Math.max(0, total - paid + refunded))}</dd>
          </div>
        )}
      </dl>
      {paid > 0 && refunded === 0 && (
        <p className="quiet">{org} knows, and will be in touch. You can close this page.</p>
      )}
    </section>
  );
}
