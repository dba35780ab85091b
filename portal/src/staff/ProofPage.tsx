import { Form } from '@base-ui/react/form';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
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

const words = texts.proofPage;

/** Asks for the password again, in front of what asks for a proof: that goes on then. */
export function ProofPage({ session }: { session: Session }) {
  const send = useOneAtATime((proof: { password: string; code?: string }) => session.sendProof(proof));
  const proving = useMutation({ mutationFn: send });
  const { errors, onChanged } = useFieldErrors(proving.error, 'usd'); // no field is of money
  const isWrong = proving.error && !asksForCode(proving.error) && Object.keys(errors).length === 0;
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => field.current?.querySelector('input')?.focus(), []);
  useTitleInFront(words.title);
  return (
    <main className="message login">
      <h1>{words.title}</h1>
      <p>{words.hint}</p>
      <Form
        errors={errors}
        onChange={onChanged}
        onFormSubmit={(fields) =>
          !proving.isPending && proving.mutate({ password: String(fields.password), ...codeOf(fields) })
        }
      >
        <div ref={field}>
          <TextField
            name="password"
            label={texts.loginPage.password}
            kind="password"
            most={1_024}
            autoComplete="current-password"
          />
        </div>
        <CodeField error={proving.error} />
        {isWrong && <Notice kind="bad" title={wordsOf(proving.error)} />}
        <div className="actions">
          <Button {...keepFocus} onClick={() => session.cancelProof()}>
            {words.cancel}
          </Button>
          <Button type="submit" kind="primary" busy={proving.isPending && words.checking}>
            {words.goOn}
          </Button>
        </div>
      </Form>
    </main>
  );
}
