import { useState } from 'react';
import { DateField } from '../fields/DateField.tsx';
import { moneyKind } from '../fields/kinds.ts';
import { NumberField } from '../fields/NumberField.tsx';
import { TextField } from '../fields/TextField.tsx';
import { formatMoney } from '../money.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Row } from '../ui/Offer.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { EmptyState } from './EmptyState.tsx';
import { Status, statusWords } from './Status.tsx';
import { useToast } from './Toasts.tsx';

const colours = ['ground', 'paper', 'ink', 'quiet', 'line', 'edge', 'brand', 'good', 'info', 'bad'];
const spaces = ['space-1', 'space-2', 'space-3', 'space-4', 'space-5'];
const sizes = ['text-s', 'text-m', 'text-l', 'text-xl'];
const long = 'Wärmedämmverbundsystem mit mineralischem Oberputz, '.repeat(3);

/** Each component in each of its states, and the tokens that they share. In development only: `/staff/components`. */
export default function ComponentsPage() {
  const toast = useToast();
  const [cents, setCents] = useState(472_500);
  return (
    <>
      <h1>Components</h1>
      <section className="card" aria-label="Tokens">
        <h2>Tokens</h2>
        <div className="actions">
          {colours.map((name) => (
            <span key={name} className="quiet">
              <span
                style={{
                  display: 'block',
                  width: '5rem',
                  height: '2rem',
                  border: '1px solid var(--edge)',
                  background: `var(--${name})`,
                }}
              />
              {name}
            </span>
          ))}
        </div>
        {sizes.map((name) => (
          <p key={name} style={{ fontSize: `var(--${name})` }}>
            {name}: The quick brown fox, {formatMoney(cents, 'usd')}
          </p>
        ))}
        <div className="actions">
          {spaces.map((name) => (
            <span key={name} className="quiet">
              <span
                style={{
                  display: 'block',
                  width: `var(--${name})`,
                  height: '1rem',
                  background: 'var(--brand)',
                }}
              />
              {name}
            </span>
          ))}
        </div>
      </section>
      <section className="card" aria-label="Buttons">
        <h2>Buttons</h2>
        <div className="actions">
          <Button>Plain</Button>
          <Button kind="primary">Primary</Button>
          <Button kind="danger">Danger</Button>
          <Button kind="link">Link</Button>
          <Button busy="One moment…">Busy</Button>
          <Button disabled>Disabled</Button>
          <Button kind="primary" isLarge>
            Large
          </Button>
          <Button kind="primary">{long}</Button>
        </div>
      </section>
      <section className="card" aria-label="Fields">
        <h2>Fields</h2>
        <TextField name="text" label="Text" most={200} hint="What it is for." />
        <TextField name="paragraphs" label="Paragraphs" kind="paragraphs" most={200} start={long} />
        <NumberField
          name="money"
          label="Money"
          kind={moneyKind('usd', { least: 0, most: 99_999_999 })}
          value={cents}
          onChange={setCents}
        />
        <DateField name="date" label="Date" start="2026-11-29" />
        <label>
          Choice
          <select>
            <option>One of the list</option>
          </select>
        </label>
      </section>
      <section className="card" aria-label="Status">
        <h2>Status</h2>
        <div className="actions">
          {Object.keys(statusWords).map((status) => (
            <Status key={status} status={status as keyof typeof statusWords} />
          ))}
          <Status status="sent" expired />
        </div>
      </section>
      <section className="card" aria-label="Messages">
        <h2>Messages</h2>
        <Notice title="Something to know">
          <p>{long}</p>
        </Notice>
        <Notice kind="good" title="Something went well" />
        <Notice kind="bad" title="Something went wrong" />
        <Spinner label="Loading…" />
        <EmptyState title="There is nothing yet." hint="What to do next.">
          <Button kind="primary">Do it</Button>
        </EmptyState>
        <div className="actions">
          <Button onClick={() => toast('Saved')}>Toast</Button>
          <Button onClick={() => toast('Removed', () => toast('Put back'))}>Toast with Undo</Button>
        </div>
      </section>
      <section className="card" aria-label="Dialogs">
        <h2>Dialogs</h2>
        <div className="actions">
          <ActionDialog
            action="Form"
            title="A form in a dialog"
            yes="Save"
            done="Saved"
            run={() => Promise.resolve()}
          >
            <TextField name="text" label="Text" most={200} />
          </ActionDialog>
          <ConfirmedAction
            words={{
              action: 'Question',
              question: 'Do this?',
              yes: 'Do it',
              busy: 'Doing it…',
              no: 'Leave it',
              done: 'Done',
            }}
            run={() => Promise.resolve()}
          >
            It cannot be undone.
          </ConfirmedAction>
        </div>
      </section>
      <section className="card" aria-label="Sums and tables">
        <h2>Sums and tables</h2>
        <dl className="sums">
          <Row name="Subtotal" value={formatMoney(cents, 'usd')} />
          <Row name="Total" value={formatMoney(cents, 'usd')} className="total" />
        </dl>
        <table className="list">
          <caption className="hidden">Rows</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" className="number">
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>{long}</td>
              <td className="number" data-label="Amount">
                {formatMoney(cents, 'usd')}
              </td>
            </tr>
          </tbody>
        </table>
      </section>
    </>
  );
}
