import { Form } from '@base-ui/react/form';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { type Price, priceOf } from '../../../src/domain/pricing.ts';
import { DateField } from '../fields/DateField.tsx';
import { TextField } from '../fields/TextField.tsx';
import { formatMoney, formatPercent } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Row } from '../ui/Offer.tsx';
import { DiscountFields } from './DiscountFields.tsx';
import { blankItem, type Draft, isUnderstood, type ProposalBody, toBody } from './draft.ts';
import { ItemFields } from './ItemFields.tsx';
import { ScheduleFields } from './ScheduleFields.tsx';
import { useFieldErrors } from './use-field-errors.ts';
import { useRemove } from './use-remove.ts';

const mostItems = 200;

/** Edits a proposal: customer, items and schedule. Shows the sums while staff type. */
export function ProposalEditor({
  draft,
  currency,
  onChange,
  onSave,
  error,
  isBusy,
  action,
  cancelTo,
  onCancel,
  children,
}: {
  draft: Draft;
  currency: string;
  onChange: (draft: Draft) => void;
  onSave: (body: ProposalBody) => void;
  error: Error | null;
  isBusy: boolean;
  action: string;
  /** Where Cancel leads. */
  cancelTo: string;
  onCancel: () => void;
  children: ReactNode;
}) {
  const { items, discount, parts } = draft;
  const price = isUnderstood(draft) ? priceOf(items, discount, currency) : null;
  const addButton = useRef<HTMLButtonElement>(null);
  const added = useRef<string | null>(null);
  const lines = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (added.current === null) return;
    added.current = null; // a line that was just added is where staff write next
    [...(lines.current?.querySelectorAll<HTMLElement>('.item > .field:first-child input') ?? [])]
      .at(-1)
      ?.focus();
  });
  const { errors, onChanged } = useFieldErrors(error, currency);
  function set(fields: Partial<Draft>) {
    onChanged();
    onChange({ ...draft, ...fields });
  }
  function add() {
    const item = blankItem();
    added.current = item.id;
    set({ items: [...items, item] });
  }
  const takeOut = useRemove(items, (left) => set({ items: left }), texts.proposalEditor.lineRemoved);
  function remove(index: number) {
    takeOut(index);
    addButton.current?.focus(); // the button that had the focus is gone
  }
  return (
    <Form className="editor" errors={errors} onFormSubmit={() => !isBusy && onSave(toBody(draft))}>
      <TextField
        name="title"
        label={texts.proposalEditor.title}
        most={200}
        value={draft.title}
        onChange={(title) => set({ title })}
      />
      <div className="pair">
        <TextField
          name="customer_name"
          label={texts.proposalEditor.customersName}
          most={200}
          value={draft.customer_name}
          onChange={(name) => set({ customer_name: name })}
        />
        <TextField
          name="customer_email"
          label={texts.proposalEditor.customersEmail}
          kind="email"
          most={254}
          value={draft.customer_email}
          onChange={(email) => set({ customer_email: email })}
        />
      </div>
      <fieldset ref={lines}>
        <legend>{texts.proposalEditor.lineItems}</legend>
        {items.map((item, index) => (
          <ItemFields
            key={item.id}
            item={item}
            index={index}
            currency={currency}
            onChange={(next) => set({ items: items.map((one) => (one.id === next.id ? next : one)) })}
            onRemove={items.length > 1 ? () => remove(index) : undefined}
          />
        ))}
        <Button ref={addButton} onClick={add} disabled={items.length >= mostItems}>
          {texts.proposalEditor.addALine}
        </Button>
        <div className="fields">
          <DiscountFields
            discount={discount}
            pointer=""
            of={texts.proposalEditor.onTheWhole}
            currency={currency}
            onChange={(next) => set({ discount: next })}
          />
        </div>
      </fieldset>
      <Sums price={price} currency={currency} />
      <ScheduleFields
        parts={parts}
        totalCents={price?.totalCents ?? null}
        currency={currency}
        onChange={(next) => set({ parts: next })}
      />
      <DateField
        name="valid_until"
        label={texts.proposalEditor.validUntilOptional}
        isOptional
        value={draft.valid_until}
        onChange={(date) => set({ valid_until: date })}
      />
      <TextField
        name="terms"
        label={texts.proposalEditor.termsOptional}
        kind="paragraphs"
        isOptional
        most={10_000}
        value={draft.terms}
        onChange={(terms) => set({ terms })}
      />
      {children}
      <p className="actions">
        <Button type="submit" kind="primary" busy={isBusy && texts.proposalEditor.saving}>
          {action}
        </Button>
        <Link href={cancelTo} className="button" onClick={onCancel}>
          {texts.proposalEditor.cancel}
        </Link>
      </p>
    </Form>
  );
}

/** Without a price, something in it was not understood. */
function Sums({ price, currency }: { price: Price | null; currency: string }) {
  if (!price) {
    return (
      <dl className="sums" aria-live="polite">
        <Row name={texts.proposalEditor.total} value="–" className="total" />
      </dl>
    );
  }
  const money = (cents: number) => formatMoney(cents, currency);
  return (
    <dl className="sums" aria-live="polite">
      {price.subtotalCents !== price.totalCents && (
        <Row name={texts.proposalEditor.subtotal} value={money(price.subtotalCents)} />
      )}
      {price.discountCents > 0 && (
        <Row name={texts.proposalEditor.discount} value={money(-price.discountCents)} />
      )}
      {price.taxes.map(({ percent, inclusive, cents }) => (
        <Row
          key={`${percent} ${inclusive}`}
          name={`${inclusive ? texts.proposalEditor.includedTax : texts.proposalEditor.tax} ${formatPercent(percent)}`}
          value={money(cents)}
        />
      ))}
      <Row name={texts.proposalEditor.total} value={money(price.totalCents)} className="total" />
    </dl>
  );
}
