import { Form } from '@base-ui/react/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bookingModes } from '../../../src/domain/books.ts';
import { answerOf, type Books, type BooksChoices } from '../api.ts';
import { DateField } from '../fields/DateField.tsx';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { Failure } from './Failure.tsx';
import { useStaff } from './staff-context.ts';
import { useToast } from './Toasts.tsx';
import { useFieldErrors } from './use-field-errors.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';

const words = texts.booksPage;
const { labels } = texts.problemWords;

/** How the org books, chosen from what the company has. */
export function BooksForm({ books, onDone }: { books: Books; onDone?: () => void }) {
  const { api } = useStaff();
  const { data, error, refetch } = useQuery({
    queryKey: ['books', 'choices'],
    queryFn: () => answerOf(api.quickbooks.choices.$get()),
  });
  if (data) return <Choices books={books} choices={data} {...(onDone ? { onDone } : {})} />;
  return error ? (
    <Failure error={error} onRetry={() => refetch()} />
  ) : (
    <Spinner label={words.readingCompany} />
  );
}

function Choices({ books, choices, onDone }: { books: Books; choices: BooksChoices; onDone?: () => void }) {
  const { api, me } = useStaff();
  const queries = useQueryClient();
  const toast = useToast();
  const { settings } = books;
  const save = useOneAtATime((fields: FormData) =>
    answerOf(
      api.quickbooks.settings.$put({
        json: {
          // Sound: the fields have no other options.
          mode: String(fields.get('mode')) as (typeof bookingModes)[number],
          deposit_item_id: String(fields.get('deposit_item_id') ?? ''),
          income_item_id: String(fields.get('income_item_id') ?? ''),
          clearing_account_id: String(fields.get('clearing_account_id') ?? ''),
          other_account_id: String(fields.get('other_account_id') ?? ''),
          tax_code_id: choices.needs_tax_code ? String(fields.get('tax_code_id')) : null,
          start_on: String(fields.get('start_on')),
        },
      }),
    ),
  );
  const saving = useMutation({
    mutationFn: save,
    onSuccess: async (saved) => {
      toast(words.saved);
      queries.setQueryData(['books'], saved);
      onDone?.();
      await queries.invalidateQueries({ queryKey: ['books'], exact: true });
    },
  });
  const { errors, onChanged } = useFieldErrors(saving.error, choices.currency);
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: me.time_zone }).format();
  return (
    <Form
      className="settings"
      errors={errors}
      onSubmit={(event) => {
        event.preventDefault();
        if (!saving.isPending) saving.mutate(new FormData(event.currentTarget));
      }}
      onChange={onChanged}
    >
      <fieldset className="card">
        <legend>{words.howToBook}</legend>
        <label>
          {words.mode}
          <select name="mode" defaultValue={settings?.mode ?? 'invoice'}>
            {bookingModes.map((mode) => (
              <option key={mode} value={mode}>
                {words.modes[mode]}
              </option>
            ))}
          </select>
        </label>
        <Choice
          name="deposit_item_id"
          offered={choices.deposit_items}
          chosen={settings?.deposit_item_id ?? idOf(choices.deposit_items, words.parts.deposit_item)}
          part="deposit_item"
        />
        <Choice
          name="income_item_id"
          offered={choices.income_items}
          chosen={settings?.income_item_id ?? idOf(choices.income_items, words.parts.income_item)}
          part="income_item"
        />
        <Choice
          name="clearing_account_id"
          offered={choices.accounts}
          chosen={settings?.clearing_account_id ?? idOf(choices.accounts, words.parts.clearing_account)}
          part="clearing_account"
        />
        <Choice
          name="other_account_id"
          offered={choices.accounts}
          chosen={settings?.other_account_id ?? idOf(choices.accounts, words.undepositedFunds)}
        />
        {choices.needs_tax_code && (
          <Choice
            name="tax_code_id"
            offered={choices.tax_codes}
            chosen={settings?.tax_code_id ?? undefined}
          />
        )}
        <DateField name="start_on" label={labels.start_on} most={today} start={books.start_on ?? today} />
        <p className="quiet">{words.startHint}</p>
      </fieldset>
      {saving.error && <Failure error={saving.error} />}
      <div className="actions">
        <Button type="submit" kind="primary" busy={saving.isPending && words.saving}>
          {books.state === 'on' ? words.save : words.confirm}
        </Button>
        {onDone && <Button onClick={onDone}>{words.cancel}</Button>}
      </div>
    </Form>
  );
}

type Part = 'deposit_item' | 'income_item' | 'clearing_account';

function idOf(offered: BooksChoices['accounts'], name: string): string | undefined {
  return offered.find((choice) => hasName(choice, name))?.id;
}

/** Where the company uses the name for something else, ours has a word behind it. */
function hasName(choice: BooksChoices['accounts'][number], name: string): boolean {
  return choice.name === name || choice.name.startsWith(`${name} (`);
}

/** A choice among what the company has, and a way to make what it lacks. */
function Choice({
  name,
  offered,
  chosen,
  part,
}: {
  name: keyof typeof labels;
  offered: BooksChoices['accounts'];
  chosen: string | undefined;
  part?: Part;
}) {
  const { api } = useStaff();
  const queries = useQueryClient();
  const make = useOneAtATime((wanted: Part) =>
    answerOf(api.quickbooks.parts.$post({ json: { part: wanted } })),
  );
  const making = useMutation({
    mutationFn: make,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['books', 'choices'] }),
  });
  const made = making.data?.id ?? chosen;
  return (
    <div className="choice">
      <label>
        {labels[name]}
        <select key={`${made} ${offered.length}`} name={name} defaultValue={made ?? ''} required>
          <option value="" disabled>
            {words.choose}
          </option>
          {offered.map(({ id, name: option }) => (
            <option key={id} value={id}>
              {option}
            </option>
          ))}
        </select>
      </label>
      {part && !offered.some((choice) => hasName(choice, words.parts[part])) && (
        <Button kind="link" onClick={() => making.mutate(part)} busy={making.isPending && words.making}>
          {words.make(words.parts[part])}
        </Button>
      )}
      {making.error && <Failure error={making.error} />}
    </div>
  );
}
