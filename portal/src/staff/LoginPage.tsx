import { Field } from '@base-ui/react/field';
import { Form } from '@base-ui/react/form';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answerOf, apiAs, Problem } from '../api.ts';
import { Notice } from '../ui/Notice.tsx';

export function LoginPage({
  onSignedIn,
  wasSignedOut,
}: {
  onSignedIn: (token: string) => void;
  wasSignedOut: boolean;
}) {
  const login = useMutation({
    mutationFn: (credentials: { email: string; password: string }) =>
      answerOf(apiAs(null).auth.login.$post({ json: credentials })),
    onSuccess: ({ access_token: token }) => onSignedIn(token),
  });
  useEffect(() => {
    const before = document.title;
    document.title = 'Sign in';
    return () => {
      document.title = before;
    };
  }, []);
  return (
    <main className="message login">
      <h1>Sign in</h1>
      {wasSignedOut && !login.isError && <Notice title="You were signed out. Please sign in again." />}
      <Form
        onFormSubmit={({ email, password }) =>
          !login.isPending && login.mutate({ email: String(email), password: String(password) })
        }
      >
        <Field.Root name="email">
          <Field.Label>Email</Field.Label>
          <Field.Control type="email" required autoComplete="username" />
          <Field.Error />
        </Field.Root>
        <Field.Root name="password">
          <Field.Label>Password</Field.Label>
          <Field.Control type="password" required autoComplete="current-password" />
          <Field.Error />
        </Field.Root>
        {login.error && <Notice kind="bad" title={wordsFor(login.error)} />}
        <button type="submit" className="primary large" aria-disabled={login.isPending}>
          {login.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </Form>
    </main>
  );
}

function wordsFor(error: Error): string {
  if (error instanceof Problem && !error.isPassing) return error.message;
  if (error instanceof Problem && error.code === 'rate_limited') return error.message;
  return 'We cannot be reached right now. Please try again in a moment.';
}
