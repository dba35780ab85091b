import { Field } from '@base-ui/react/field';
import { Form } from '@base-ui/react/form';
import type { InferRequestType } from 'hono/client';
import { type ReactNode, useRef, useState } from 'react';
import { depositCents } from '../../../src/domain/deposit.ts';
import { priceOf } from '../../../src/domain/pricing.ts';
import type { Api } from '../api.ts';
import { formatMoney } from '../money.ts';
import { type Item, ItemFields } from './ItemFields.tsx';
import { useStaff } from './staff-context.ts';

export type Draft = Omit<InferRequestType<Api['proposals']['$post']>['json'], 'lead_id'>;

let keys = 0;
const withKey = (item: Draft['line_items'][number]): Item => {
  keys += 1;
  return { ...item, key: keys };
};
const blank = { description: '', quantity: 1, unit_price_cents: 0 };

/** Edits what is offered to whom, and shows the sums while staff type. */
export function ProposalEditor({
  start,
  onSave,
  isBusy,
  action,
  children,
}: {
  start?: Draft & { currency: string };
  onSave: (draft: Draft) => void;
  isBusy: boolean;
  action: string;
  children: ReactNode;
}) {
  const [items, setItems] = useState(() => (start?.line_items ?? [blank]).map(withKey));
  const { me } = useStaff();
  const currency = start?.currency ?? me.currency;
  const addButton = useRef<HTMLButtonElement>(null);
  function remove(key: number) {
    setItems(items.filter((item) => item.key !== key));
    addButton.current?.focus(); // the button that had the focus is gone
  }
  const change = (key: number, part: Partial<Item>) =>
    setItems((before) => before.map((item) => (item.key === key ? { ...item, ...part } : item)));
  return (
    <Form
      className="editor"
      onFormSubmit={({ title, customer_name, customer_email }) =>
        !isBusy &&
        onSave({
          title: String(title).trim(),
          customer_name: String(customer_name).trim(),
          customer_email: String(customer_email).trim(),
          line_items: items.map(({ key, ...item }) => item),
        })
      }
    >
      <Text name="title" label="Title" value={start?.title} />
      <div className="pair">
        <Text name="customer_name" label="Customer’s name" value={start?.customer_name} />
        <Text name="customer_email" label="Customer’s email" type="email" value={start?.customer_email} />
      </div>
      <fieldset>
        <legend>What is offered</legend>
        {items.map((item, index) => (
          <ItemFields
            key={item.key}
            item={item}
            number={index + 1}
            currency={currency}
            onChange={(part) => change(item.key, part)}
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
      </fieldset>
      <Sums items={items} currency={currency} />
      {children}
      <p>
        <button type="submit" className="primary" aria-disabled={isBusy}>
          {isBusy ? 'Saving…' : action}
        </button>
      </p>
    </Form>
  );
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

function Sums({ items, currency }: { items: readonly Item[]; currency: string }) {
  const { deposit_percent: percent } = useStaff().me;
  const { totalCents: total } = priceOf(items, {}, currency);
  return (
    <dl className="sums" aria-live="polite">
      <div className="total">
        <dt>Total</dt>
        <dd>{formatMoney(total, currency)}</dd>
      </div>
      <div>
        <dt>Deposit, {percent} %</dt>
        <dd>{formatMoney(depositCents(total, percent, currency), currency)}</dd>
      </div>
    </dl>
  );
}
