import { Field } from '@base-ui/react/field';
import { Form } from '@base-ui/react/form';
import type { InferRequestType } from 'hono/client';
import { type ReactNode, useRef, useState } from 'react';
import { addDays, dateIn } from '../../../src/domain/calendar.ts';
import { type Discount, priceOf } from '../../../src/domain/pricing.ts';
import { defaultSchedule } from '../../../src/domain/terms.ts';
import type { Api, Me, Proposal } from '../api.ts';
import { formatMoney, formatPercent } from '../money.ts';
import { Row } from '../ui/Offer.tsx';
import { DiscountFields } from './DiscountFields.tsx';
import { type Item, ItemFields } from './ItemFields.tsx';
import { type DraftPart, ScheduleFields, withId } from './ScheduleFields.tsx';
import { useStaff } from './staff-context.ts';

export type Draft = Omit<InferRequestType<Api['proposals']['$post']>['json'], 'lead_id'>;

let keys = 0;
const withKey = (item: Draft['line_items'][number]): Item => {
  keys += 1;
  return { ...item, key: keys };
};
const blank = { description: '', quantity: 1, unit_price_cents: 0 };

/** Edits a proposal: customer, items and schedule. Shows the sums while staff type. */
export function ProposalEditor({
  start,
  onSave,
  isBusy,
  action,
  children,
}: {
  start?: Proposal;
  onSave: (draft: Draft) => void;
  isBusy: boolean;
  action: string;
  children: ReactNode;
}) {
  const { me } = useStaff();
  const [items, setItems] = useState(() => (start?.line_items ?? [blank]).map(withKey));
  const [discount, setDiscount] = useState<Discount>(() => discountOf(start));
  const [parts, setParts] = useState(() => partsOf(start, me));
  const currency = start?.currency ?? me.currency;
  const addButton = useRef<HTMLButtonElement>(null);
  const { totalCents } = priceOf(items, discount, currency);
  function remove(key: number) {
    setItems(items.filter((item) => item.key !== key));
    addButton.current?.focus(); // the button that had the focus is gone
  }
  return (
    <Form
      className="editor"
      onFormSubmit={({ title, customer_name, customer_email, valid_until, terms }) =>
        !isBusy &&
        onSave({
          title: String(title).trim(),
          customer_name: String(customer_name).trim(),
          customer_email: String(customer_email).trim(),
          line_items: items.map(({ key, ...item }) => item),
          discount_percent: discount.discount_percent ?? null,
          discount_cents: discount.discount_cents || null,
          schedule: parts.map(({ id, ...part }) => part),
          valid_until: String(valid_until ?? '') || null,
          terms: String(terms ?? '').trim() || null,
        })
      }
    >
      <Text name="title" label="Title" value={start?.title} />
      <div className="pair">
        <Text name="customer_name" label="Customer’s name" value={start?.customer_name} />
        <Text name="customer_email" label="Customer’s email" type="email" value={start?.customer_email} />
      </div>
      <fieldset>
        <legend>Line items</legend>
        {items.map((item, index) => (
          <ItemFields
            key={item.key}
            item={item}
            number={index + 1}
            currency={currency}
            onChange={(next) =>
              setItems((before) => before.map((one) => (one.key === next.key ? next : one)))
            }
            onRemove={items.length > 1 ? () => remove(item.key) : undefined}
          />
        ))}
        <button
          ref={addButton}
          type="button"
          onClick={() => setItems([...items, withKey(blank)])}
          disabled={items.length >= 200}
        >
          Add a line
        </button>
        <div className="fields">
          <DiscountFields discount={discount} of="on the whole" currency={currency} onChange={setDiscount} />
        </div>
      </fieldset>
      <Sums items={items} discount={discount} currency={currency} />
      <ScheduleFields parts={parts} totalCents={totalCents} currency={currency} onChange={setParts} />
      <Field.Root name="valid_until">
        <Field.Label>Valid until (optional)</Field.Label>
        <Field.Control type="date" defaultValue={start ? (start.valid_until ?? '') : validUntil(me)} />
        <Field.Error />
      </Field.Root>
      <Field.Root name="terms">
        <Field.Label>Terms (optional)</Field.Label>
        <Field.Control
          render={<textarea rows={4} />}
          maxLength={10_000}
          defaultValue={(start ? start.terms : me.terms) ?? ''}
        />
        <Field.Error />
      </Field.Root>
      {children}
      <p>
        <button type="submit" className="primary" aria-disabled={isBusy}>
          {isBusy ? 'Saving…' : action}
        </button>
      </p>
    </Form>
  );
}

function discountOf(start: Proposal | undefined): Discount {
  const { discount_percent: percent, discount_cents: cents } = start ?? {};
  return { ...(percent ? { discount_percent: percent } : {}), ...(cents ? { discount_cents: cents } : {}) };
}

function partsOf(start: Proposal | undefined, me: Me): readonly DraftPart[] {
  if (!start) return defaultSchedule(me.deposit).map(({ key, ...part }) => withId(part));
  return start.schedule.map(({ label, due, percent, rest, amount_cents: cents }) => {
    if (rest) return withId({ label, due, rest });
    return withId(percent === undefined ? { label, due, amount_cents: cents } : { label, due, percent });
  });
}

function validUntil({ valid_days: days, time_zone: timeZone }: Me): string {
  return days === null ? '' : addDays(dateIn(timeZone, new Date()), days);
}

function Text({
  name,
  label,
  type = 'text',
  value,
}: {
  name: string;
  label: string;
  type?: string;
  value: string | undefined;
}) {
  return (
    <Field.Root name={name}>
      <Field.Label>{label}</Field.Label>
      <Field.Control type={type} required maxLength={type === 'email' ? 254 : 200} defaultValue={value} />
      <Field.Error />
    </Field.Root>
  );
}

function Sums({
  items,
  discount,
  currency,
}: {
  items: readonly Item[];
  discount: Discount;
  currency: string;
}) {
  const price = priceOf(items, discount, currency);
  const money = (cents: number) => formatMoney(cents, currency);
  return (
    <dl className="sums" aria-live="polite">
      {price.subtotalCents !== price.totalCents && <Row name="Subtotal" value={money(price.subtotalCents)} />}
      {price.discountCents > 0 && <Row name="Discount" value={money(-price.discountCents)} />}
      {price.taxes.map(({ percent, inclusive, cents }) => (
        <Row
          key={`${percent} ${inclusive}`}
          name={`${inclusive ? 'Included tax' : 'Tax'} ${formatPercent(percent)}`}
          value={money(cents)}
        />
      ))}
      <Row name="Total" value={money(price.totalCents)} className="total" />
    </dl>
  );
}
