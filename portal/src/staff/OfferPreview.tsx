import { addDays, dateIn } from '../../../src/domain/calendar.ts';
import { minorUnits } from '../../../src/domain/currency.ts';
import { priceOf } from '../../../src/domain/pricing.ts';
import { amountsOf } from '../../../src/domain/schedule.ts';
import { defaultSchedule } from '../../../src/domain/terms.ts';
import type { Org } from '../api.ts';
import { formatMoney } from '../money.ts';
import { texts as customerTexts } from '../texts/customer.ts';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Offer, type Offered } from '../ui/Offer.tsx';
import { useLetterhead } from '../ui/use-letterhead.ts';

const words = texts.settingsPage.preview;

/** A new proposal as a customer would see it with these settings: to be looked at, and nothing to click. */
export function OfferPreview({ org }: { org: Org }) {
  const offer = sample(org);
  const [first] = offer.schedule;
  const look = useLetterhead(org);
  const { approve, approveAndPay } = customerTexts.payForm;
  return (
    <section className="preview">
      <h2>{words.title}</h2>
      <div inert {...look}>
        <Offer proposal={offer} />
        <Button kind="primary" isLarge>
          {first?.key === 'deposit'
            ? approveAndPay.deposit(formatMoney(first.amount_cents, org.currency))
            : approve}
        </Button>
      </div>
    </section>
  );
}

function sample(org: Org): Offered {
  const { currency, time_zone: timeZone, valid_days: days } = org;
  const deposit = org.deposit && Object.values(org.deposit).every(Number.isFinite) ? org.deposit : null; // else being typed
  const least = deposit && 'amount_cents' in deposit ? 2 * deposit.amount_cents : 0;
  const unitPrice = Math.max(4_000 * minorUnits(currency), least);
  const items = [{ description: words.item, quantity: 1, unit_price_cents: unitPrice }];
  const { totalCents } = priceOf(items, {}, currency);
  const parts = defaultSchedule(deposit);
  const amounts = amountsOf(parts, totalCents, currency);
  return {
    ...{ id: 1, version: 1, title: words.proposal, customer_name: words.customer, currency, status: 'sent' },
    ...{ expired: false, org, org_name: org.name, line_items: items, discount_percent: null, taxes: [] },
    ...{ subtotal_cents: totalCents, discounted_cents: 0, total_cents: totalCents, time_zone: timeZone },
    created_at: new Date().toISOString(),
    valid_until: Number.isInteger(days) ? addDays(dateIn(timeZone, new Date()), Number(days)) : null,
    terms: org.terms,
    schedule: parts.map((part, index) => ({
      ...{ key: part.key, label: part.label, due: part.due, due_on: null, state: 'later' },
      ...('percent' in part ? { percent: part.percent } : {}),
      amount_cents: amounts[index] ?? 0,
    })),
  };
}
