import { useEffect, useRef } from 'react';
import type { Proposal } from '../api.ts';
import { formatMoney, formatNumber, formatPercent } from '../money.ts';
import { texts } from '../texts/customer.ts';
import { formatDay } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { whenDue } from '../ui/Schedule.tsx';
import { type Change, type OfferVersion, whatChanged } from './what-changed.ts';

/** Shows how the proposal changed since the customer saw it. They must see this before they can approve it. */
export function Changes({
  before,
  after,
  onSeen,
}: {
  before: OfferVersion;
  after: Proposal;
  onSeen: () => void;
}) {
  const money = (cents: number) => formatMoney(cents, after.currency);
  const changes = whatChanged(before, after, {
    money,
    percent: formatPercent,
    day: formatDay,
    when: ({ due }) => whenDue(due),
  });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="changes" aria-labelledby="changes">
      <h2 id="changes" ref={heading} tabIndex={-1}>
        {texts.changes.changedThisProposal(after.org_name)}
      </h2>
      {changes.length > 0 ? (
        <dl>
          {changes.map((change, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is made once and never reordered
            <Row key={index} change={change} money={money} />
          ))}
        </dl>
      ) : (
        <p>{texts.changes.whatYouSeeHere}</p>
      )}
      <Button kind="primary" onClick={onSeen}>
        {texts.changes.iHaveSeenTheChanges}
      </Button>
    </section>
  );
}

function Row({ change, money }: { change: Change; money: (cents: number) => string }) {
  if (change.what !== 'item') {
    return (
      <div>
        <dt>{texts.whatChanged[change.what]}</dt>
        <dd>
          {change.before && <del>{change.before}</del>}{' '}
          {change.after ? <ins>{change.after}</ins> : texts.changes.removed}
        </dd>
      </div>
    );
  }
  const { before, after } = change;
  const text = (item: NonNullable<typeof before>) =>
    [`${formatNumber(item.quantity)} × ${money(item.unit_price_cents)}`, ...notesOf(item, money)].join(', ');
  return (
    <div>
      <dt>{(after ?? before)?.description}</dt>
      <dd>
        {before ? <del>{text(before)}</del> : texts.changes.new}{' '}
        {after ? <ins>{text(after)}</ins> : texts.changes.removed}
      </dd>
    </div>
  );
}

function notesOf(item: Proposal['line_items'][number], money: (cents: number) => string): string[] {
  const { discount_percent: percent, discount_cents: cents, tax_percent: tax } = item;
  return [
    ...(percent ? [texts.changes.percentOff(formatPercent(percent))] : []),
    ...(cents ? [texts.changes.amountOff(money(cents))] : []),
    ...(tax ? [texts.changes[item.tax_inclusive ? 'includesTax' : 'plusTax'](formatPercent(tax))] : []),
  ];
}
