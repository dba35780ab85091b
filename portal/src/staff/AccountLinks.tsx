import { Form } from '@base-ui/react/form';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { answerOf, apiAs, Problem } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';
import { accountToken, forgetAccountToken, inviteeOf } from '../tokens.ts';
import { Button } from '../ui/Button.tsx';
import { keepFocus } from '../ui/keep-focus.ts';
import { Message } from '../ui/Message.tsx';
import { Notice } from '../ui/Notice.tsx';
import { asksForCode, CodeField, codeOf } from './CodeField.tsx';
import { wordsOf } from './problem-words.ts';
import type { Session } from './session.ts';
import { useFieldErrors } from './use-field-errors.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';
import { useTitleInFront } from './use-title-in-front.ts';

// What mails about accounts link to: without signing in, since the link proves who it is.

const words = texts.accountLinks;

/** Whether a link is the reason, and not what was typed. */
const isOver = (error: Error | null) =>
  error instanceof Problem && ['link_over', 'token_expired', 'token_invalid'].includes(error.code);

/** Where who is invited makes their account. */
export function InvitationPage({ session }: { session: Session }) {
  const token = accountToken('invitation');
  const { orgName, email } = inviteeOf(token);
  const joining = useAnswer(session, (fields) =>
    answerOf(
      apiAs(null).auth.invitation.$post({
        json: { token: token ?? '', name: fields.name ?? '', password: fields.password ?? '' },
      }),
    ),
  );
  if (!token || isOver(joining.error)) {
    return (
      <Message title={words.invitationIsOver}>
        <p>{words.askForAnotherInvitation}</p>
        <p>
          <Link href="/staff">{words.signIn}</Link>
        </p>
      </Message>
    );
  }
  return (
    <AccountForm title={words.join(orgName ?? words.theTeam)} action={words.joinNow} of={joining}>
      <p className="quiet">{email}</p>
      <TextField name="name" label={words.yourName} most={200} autoComplete="name" />
      <NewPasswordField label={words.password} />
    </AccountForm>
  );
}

/** Where a user who forgot their password sets another. */
export function ResetPage({ session }: { session: Session }) {
  const token = accountToken('reset');
  const setting = useAnswer(session, ({ password = '', ...more }) =>
    answerOf(
      apiAs(null).auth.password.reset.$post({ json: { token: token ?? '', password, ...codeOf(more) } }),
    ),
  );
  if (!token || isOver(setting.error)) {
    return (
      <Message title={words.linkIsOver}>
        <p>{words.linksWorkOnce}</p>
        <p>
          <Link href="/staff/forgot">{words.askForAnotherLink}</Link>
        </p>
        <p>
          <Link href="/staff">{words.signIn}</Link>
        </p>
      </Message>
    );
  }
  return (
    <AccountForm title={words.setAnother} action={words.setIt} of={setting}>
      <p className="quiet">{inviteeOf(token).email}</p>
      <NewPasswordField label={words.newPassword} />
      <CodeField error={setting.error} />
    </AccountForm>
  );
}

/** Where a user who forgot their password asks for a link. */
export function ForgotPage() {
  const asking = useMutation({
    mutationFn: useOneAtATime(({ email = '' }: Fields) =>
      answerOf(apiAs(null).auth.password.forgot.$post({ json: { email: email.trim() } })),
    ),
  });
  if (asking.isSuccess) {
    return (
      <Message title={words.lookIntoYourMail}>
        <p>{words.ifThereIsAnAccount}</p>
        <p>
          <Link href="/staff">{words.signIn}</Link>
        </p>
      </Message>
    );
  }
  return (
    <AccountForm title={words.forgot} action={words.mailMeALink} of={asking}>
      <p>{words.weMailALink}</p>
      <TextField name="email" label={words.email} kind="email" most={254} autoComplete="username" />
    </AccountForm>
  );
}

type Fields = Readonly<Record<string, string>>;

/** What signs somebody in, and leads to the first page. */
function useAnswer(session: Session, ask: (fields: Fields) => Promise<Parameters<Session['keep']>[0]>) {
  const [, navigate] = useLocation();
  const askOnce = useOneAtATime(ask);
  return useMutation({
    mutationFn: askOnce,
    onSuccess: (answer) => {
      forgetAccountToken();
      session.keep(answer);
      navigate('/staff/proposals', { replace: true });
    },
  });
}

function NewPasswordField({ label }: { label: string }) {
  return (
    <TextField
      name="password"
      label={label}
      hint={texts.accountPage.nextHint}
      kind="password"
      most={1_024}
      autoComplete="new-password"
    />
  );
}

function AccountForm({
  title,
  action,
  of: { mutate, isPending, error },
  children,
}: {
  title: string;
  action: string;
  of: { mutate: (fields: Fields) => void; isPending: boolean; error: Error | null };
  children: ReactNode;
}) {
  const { errors, onChanged } = useFieldErrors(error, 'usd'); // no field of these forms is of money
  useTitleInFront(title);
  return (
    <main className="message login">
      <h1>{title}</h1>
      <Form
        errors={errors}
        onChange={onChanged}
        onFormSubmit={(fields) =>
          !isPending &&
          mutate(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])))
        }
      >
        {children}
        {error && !asksForCode(error) && Object.keys(errors).length === 0 && (
          <Notice kind="bad" title={wordsOf(error)} />
        )}
        <Button type="submit" kind="primary" isLarge busy={isPending && texts.actionDialog.oneMoment}>
          {action}
        </Button>
      </Form>
      <p>
        <Link href="/staff" {...keepFocus}>
          {words.signIn}
        </Link>
      </p>
    </main>
  );
}
