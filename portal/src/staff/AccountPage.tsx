import { Form } from '@base-ui/react/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, type LoginSession } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';
import { formatTime } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { Failure } from './Failure.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { useToast } from './Toasts.tsx';
import { useFieldErrors } from './use-field-errors.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';

/** Who is signed in, where else, and their password. */
export function AccountPage({ onSignedOut }: { onSignedOut: () => void }) {
  useTitle(texts.accountPage.title);
  const { me } = useStaff();
  return (
    <>
      <h1>{texts.accountPage.title}</h1>
      <p className="quiet">
        {me.email} · {texts.accountPage.roles[me.role]}
      </p>
      <Sessions onSignedOut={onSignedOut} />
      <Password />
      <SecondFactor />
    </>
  );
}

function Sessions({ onSignedOut }: { onSignedOut: () => void }) {
  const { api, session } = useStaff();
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: async () => {
      // The names of browsers come when they are read.
      const [{ data: open }, { default: bowser }] = await Promise.all([
        answerOf(api.auth.sessions.$get()),
        import('bowser'),
      ]);
      return open.map((session) => ({ ...session, browser: browserOf(bowser, session.user_agent) }));
    },
  });
  return (
    <section className="card account">
      <h2>{texts.accountPage.sessions}</h2>
      {data ? (
        <ul>
          {data.map((session) => (
            <li key={session.id}>
              <Where session={session} />
            </li>
          ))}
        </ul>
      ) : error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : (
        <Spinner label={texts.accountPage.loadingSessions} />
      )}
      <ConfirmedAction
        words={{
          action: texts.accountPage.everywhere,
          question: texts.accountPage.everywhereQuestion,
          yes: texts.accountPage.signOutEverywhere,
          busy: texts.accountPage.ending,
          no: texts.accountPage.cancel,
          done: texts.accountPage.signedOutEverywhere,
        }}
        run={async () => {
          await answerOf(api.auth.sessions.end.$post());
          await session.end().catch(() => {}); // only the cookie is left of it
          onSignedOut();
        }}
      >
        {texts.accountPage.everywhereHint}
      </ConfirmedAction>
    </section>
  );
}

function Where({ session }: { session: LoginSession & { readonly browser: string } }) {
  const { api } = useStaff();
  const queries = useQueryClient();
  const toast = useToast();
  const ending = useMutation({
    mutationFn: () => answerOf(api.auth.sessions[':sid'].end.$post({ param: { sid: session.id } })),
    onSuccess: () => toast(texts.accountPage.hasEnded),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <>
      <span>
        <strong>{session.browser}</strong>
        <br />
        <span className="quiet">
          {texts.accountPage.lastUsed(formatTime(session.last_used_at))},{' '}
          {texts.accountPage.signedIn(formatTime(session.created_at))}
        </span>
      </span>
      {session.is_current ? (
        <span className="quiet">{texts.accountPage.thisOne}</span>
      ) : (
        <Button onClick={() => ending.mutate()} busy={ending.isPending && texts.accountPage.ending}>
          {texts.accountPage.endIt}
        </Button>
      )}
      {ending.error && <Failure error={ending.error} />}
    </>
  );
}

function browserOf(bowser: typeof import('bowser')['default'], userAgent: string | null): string {
  const { browser, os } = userAgent ? bowser.parse(userAgent) : {};
  if (!browser?.name || !os?.name) return texts.accountPage.unknownBrowser;
  return texts.accountPage.browserOn(browser.name, os.name);
}

function Password() {
  const { api, me, session } = useStaff();
  const queries = useQueryClient();
  const toast = useToast();
  const [done, setDone] = useState(0);
  const change = useOneAtATime((json: { current_password: string; new_password: string }) =>
    answerOf(api.auth.password.$post({ json })),
  );
  const changing = useMutation({
    mutationFn: change,
    onSuccess: (token) => {
      session.keep(token);
      setDone(done + 1);
      toast(texts.accountPage.changed);
      return queries.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  const { errors, onChanged } = useFieldErrors(changing.error, me.currency);
  return (
    <section className="card account">
      <h2>{texts.accountPage.password}</h2>
      <p className="quiet">{texts.accountPage.passwordHint}</p>
      <Form
        key={done} // empty again once it is changed
        className="stack"
        errors={errors}
        onChange={onChanged}
        onFormSubmit={(fields) =>
          !changing.isPending &&
          changing.mutate({
            current_password: String(fields.current_password),
            new_password: String(fields.new_password),
          })
        }
      >
        {/* For password managers. */}
        <input
          type="text"
          className="hidden"
          autoComplete="username"
          value={me.email}
          readOnly
          tabIndex={-1}
          aria-hidden
        />
        <TextField
          name="current_password"
          label={texts.accountPage.current}
          kind="password"
          most={1_024}
          autoComplete="current-password"
        />
        <TextField
          name="new_password"
          label={texts.accountPage.next}
          hint={texts.accountPage.nextHint}
          kind="password"
          most={1_024}
          autoComplete="new-password"
        />
        {changing.error && Object.keys(errors).length === 0 && <Failure error={changing.error} />}
        <Button type="submit" kind="primary" busy={changing.isPending && texts.accountPage.changing}>
          {texts.accountPage.change}
        </Button>
      </Form>
    </section>
  );
}
