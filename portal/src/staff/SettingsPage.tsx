import { Form } from '@base-ui/react/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { audiences, topics } from '../../../src/domain/notify.ts';
import { answerOf, type Org } from '../api.ts';
import { decimalKind } from '../fields/kinds.ts';
import { NumberField } from '../fields/NumberField.tsx';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { useMay } from './Allowed.tsx';
import { DepositFields } from './DepositFields.tsx';
import { Failure } from './Failure.tsx';
import { LetterheadFields } from './LetterheadFields.tsx';
import { OfferPreview } from './OfferPreview.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { useToast } from './Toasts.tsx';
import { useFieldErrors } from './use-field-errors.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';
import { useUnsaved } from './use-unsaved.ts';

const words = texts.settingsPage;

const daysKind = decimalKind(0, { least: 1, most: 3650 });

/** How the organization is set up. */
export function SettingsPage() {
  useTitle(words.title);
  const { api } = useStaff();
  const { data, error, refetch } = useQuery({ queryKey: ['org'], queryFn: () => answerOf(api.org.$get()) });
  return (
    <>
      <h1>{words.title}</h1>
      <p>
        <Link href="/staff/books">{texts.booksPage.title}</Link>
      </p>
      {data ? (
        <Settings org={data} />
      ) : error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : (
        <Spinner label={words.loading} />
      )}
    </>
  );
}

/** What is typed: the days of reminders as a text. */
type Draft = Omit<Org, 'reminder_days'> & { readonly reminders: string };

function toDraft({ reminder_days: days, ...same }: Org): Draft {
  return { ...same, reminders: days.join(', ') };
}

/** The form begins with what is on file, and again once that was saved; what others change meanwhile, it does not overwrite. */
function Settings({ org: onFile }: { org: Org }) {
  const { api } = useStaff();
  const queries = useQueryClient();
  const toast = useToast();
  const mayChange = useMay('org:write');
  const [org, setOrg] = useState(onFile);
  const [draft, setDraft] = useState(() => toDraft(org));
  const [round, setRound] = useState(0);
  function begin(from: Org) {
    setOrg(from);
    setDraft(toDraft(from));
    setRound(round + 1); // so that each field shows it
  }
  const change = changesOf(org, draft);
  const isDirty = Object.keys(change).length > 0;
  const save = useOneAtATime(() => answerOf(api.org.$patch({ json: change })));
  const saving = useMutation({
    mutationFn: save,
    onSuccess: async (saved) => {
      toast(words.saved);
      begin(saved);
      queries.setQueryData(['org'], saved);
      await queries.invalidateQueries();
    },
  });
  const { errors, onChanged } = useFieldErrors(saving.error, org.currency);
  useUnsaved(isDirty);
  function set(next: Partial<Draft>) {
    onChanged();
    setDraft((now) => ({ ...now, ...next })); // a logo comes later than what is typed meanwhile
  }
  const form = (
    <Form
      key={round}
      className="settings"
      errors={errors}
      onFormSubmit={() => !saving.isPending && isDirty && saving.mutate()}
    >
      {!mayChange && <Notice title={words.onlyAdmins} />}
      <fieldset className="card" disabled={!mayChange}>
        <legend>{words.organization}</legend>
        <TextField
          name="name"
          label={words.name}
          most={200}
          value={draft.name}
          onChange={(name) => set({ name })}
        />
        <TextField
          name="email"
          label={words.email}
          hint={words.emailHint}
          kind="email"
          most={254}
          isOptional
          value={draft.email ?? ''}
          onChange={(email) => set({ email: email || null })}
        />
        <label>
          {words.timeZone}
          <select
            name="time_zone"
            value={draft.time_zone}
            onChange={({ target }) => set({ time_zone: target.value })}
          >
            {zonesWith(org.time_zone).map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        </label>
      </fieldset>
      <fieldset className="card" disabled={!mayChange}>
        <legend>{words.letterhead}</legend>
        <p className="quiet">{words.letterheadHint}</p>
        <LetterheadFields org={draft} onChange={set} />
      </fieldset>
      <fieldset className="card" disabled={!mayChange}>
        <legend>{words.newProposals}</legend>
        <p className="quiet">{words.newProposalsHint}</p>
        <DepositFields org={draft} onChange={set} />
        <label className="check">
          <input
            type="checkbox"
            checked={draft.valid_days !== null}
            onChange={({ target }) => set({ valid_days: target.checked ? 30 : null })}
          />
          {words.runsOut}
        </label>
        {draft.valid_days !== null && (
          <NumberField
            name="valid_days"
            label={words.validDays}
            kind={daysKind}
            value={draft.valid_days}
            onChange={(days) => set({ valid_days: days })}
          />
        )}
        <label className="check">
          <input
            type="checkbox"
            checked={draft.pay_in_full}
            onChange={({ target }) => set({ pay_in_full: target.checked })}
          />
          {words.payInFull}
        </label>
        <TextField
          name="terms"
          label={words.terms}
          kind="paragraphs"
          most={10_000}
          isOptional
          value={draft.terms ?? ''}
          onChange={(terms) => set({ terms: terms || null })}
        />
      </fieldset>
      <fieldset className="card" disabled={!mayChange}>
        <legend>{words.mail}</legend>
        {draft.mail === 'not_configured' ? (
          <p className="quiet">{words.mailNotConfigured}</p>
        ) : (
          <label className="check">
            <input
              type="checkbox"
              checked={draft.mail === 'on'}
              onChange={({ target }) => set({ mail: target.checked ? 'on' : 'off' })}
            />
            {words.mailIsOn}
          </label>
        )}
        <TextField
          name="reminder_days"
          label={words.reminders}
          hint={words.remindersHint}
          most={20}
          isOptional
          value={draft.reminders}
          onChange={(reminders) => set({ reminders })}
        />
        <TextField
          name="next_steps"
          label={words.nextSteps}
          hint={words.nextStepsHint}
          kind="paragraphs"
          most={1_000}
          isOptional
          value={draft.next_steps ?? ''}
          onChange={(next) => set({ next_steps: next || null })}
        />
      </fieldset>
      <fieldset className="card" disabled={!mayChange}>
        <legend>{words.notify}</legend>
        <div className="notify">
          {topics.map((topic) => (
            <label key={topic}>
              {words.topics[topic]}
              <select
                value={draft.notify[topic]}
                onChange={({ target }) =>
                  // Sound: the field has no other options.
                  set({ notify: { ...draft.notify, [topic]: target.value as Org['notify']['paid'] } })
                }
              >
                {audiences.map((audience) => (
                  <option key={audience} value={audience}>
                    {words.audiences[audience]}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </div>
      </fieldset>
      {saving.error && <Failure error={saving.error} />}
      {mayChange && (
        <div className="actions">
          <Button type="submit" kind="primary" disabled={!isDirty} busy={saving.isPending && words.saving}>
            {words.save}
          </Button>
          {isDirty && <Button onClick={() => begin(org)}>{words.discard}</Button>}
        </div>
      )}
    </Form>
  );
  return (
    <div className="settings-page">
      {form}
      <OfferPreview org={{ ...org, ...draft }} />
    </div>
  );
}

/** What a browser knows, and what is set. */
function zonesWith(zone: string): string[] {
  return [...new Set([zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort();
}

/** What differs from what is on file, as the API takes it. */
function changesOf(org: Org, { reminders, currency: _, ...draft }: Draft) {
  const days = reminders
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  const wanted = { ...draft, web: toUrl(draft.web), reminder_days: days };
  const changed = Object.entries(wanted).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(org[name as keyof Org]),
  );
  // Sound: `not_configured` is no choice of the page, so it never differs.
  const change = Object.fromEntries(changed) as Partial<Omit<typeof wanted, 'mail'>> & {
    mail?: 'on' | 'off';
  };
  return change.logo ? { ...change, logo: change.logo.replace(/^data:[^,]*,/, '') } : change;
}

/** People leave out what every address on the web begins with. */
function toUrl(typed: string | null): string | null {
  return typed && !/^[a-z][a-z\d+.-]*:/i.test(typed.trim()) ? `https://${typed.trim()}` : typed;
}
