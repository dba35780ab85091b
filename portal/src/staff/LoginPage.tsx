import { Form } from '@base-ui/react/form';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { keepFocus } from '../ui/keep-focus.ts';
import { Notice } from '../ui/Notice.tsx';
import { asksForCode, CodeField, codeOf } from './CodeField.tsx';
import { wordsOf } from './problem-words.ts';
import type { Session } from './session.ts';
import { useFieldErrors } from './use-field-errors.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';
import { useTitleInFront } from './use-title-in-front.ts';

/** Where staff sign in; also in front of what somebody was at when their session ended. */
export function LoginPage({ session, hasEnded }: { session: Session; hasEnded: boolean }) {
  const login = useMutation({
    mutationFn: useOneAtATime((credentials: { email: string; password: string; code?: string }) =>
      session.begin(credentials),
    ),
  });
  const [email, setEmail] = useState(''); // another account may have no second factor
  const { errors, onChanged } = useFieldErrors(login.error, 'usd'); // no field is of money
  const isWrong = login.error && !asksForCode(login.error) && Object.keys(errors).length === 0;
  useEffect(() => {
    // They may have signed in in another tab.
    const onVisible = () => void (document.hidden || session.refresh().catch(() => {}));
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, [session]);
  useTitleInFront(texts.loginPage.signIn);
  return (
    <main className="message login">
      <h1>{texts.loginPage.signIn}</h1>
      {hasEnded && !login.isError && <Notice title={texts.loginPage.youWereSignedOut} />}
      <Form
        errors={errors}
        onChange={onChanged}
        onFormSubmit={({ email, password, ...more }) =>
          !login.isPending &&
          login.mutate({ email: String(email), password: String(password), ...codeOf(more) })
        }
      >
        <TextField
          name="email"
          label={texts.loginPage.email}
          kind="email"
          most={254}
          autoComplete="username"
          onChange={(email) => {
            login.reset();
            setEmail(email);
          }}
        />
        <TextField
          name="password"
          label={texts.loginPage.password}
          kind="password"
          most={1_024}
          autoComplete="current-password"
        />
        <CodeField key={email} error={login.error} />
        {isWrong && <Notice kind="bad" title={wordsOf(login.error)} />}
        <Button type="submit" kind="primary" isLarge busy={login.isPending && texts.loginPage.signingIn}>
          {texts.loginPage.signIn}
        </Button>
      </Form>
      <p>
        {/* Beside what somebody was at, not instead of it. */}
        <Link href="/staff/forgot" {...keepFocus} {...(hasEnded ? { target: '_blank' } : {})}>
          {texts.loginPage.forgot}
        </Link>
      </p>
    </main>
  );
}
