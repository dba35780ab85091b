import { Form } from '@base-ui/react/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { NumberKind } from '../reading/amount.ts';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { CloseDialog, Dialog } from './Dialog.tsx';
import { Failure } from './Failure.tsx';
import { useStaff } from './staff-context.ts';
import { useToast } from './Toasts.tsx';
import { useFieldErrors } from './use-field-errors.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';

/** A button that opens a small form, and does what the form asks for. `run` rejects with what is wrong. */
export function ActionDialog({
  action,
  title,
  yes,
  done,
  kind,
  run,
  children,
}: {
  action: ReactNode;
  title: string;
  yes: string;
  /** What is said once it is done, where `run` does not say it. */
  done?: string;
  kind?: 'primary' | undefined;
  run: (fields: FormData, requestKey: string) => Promise<unknown>;
  children: ReactNode;
}) {
  const { me } = useStaff();
  const queries = useQueryClient();
  const toast = useToast();
  const [isOpen, setOpen] = useState(false);
  // A second click, or a retry after a lost answer, does it once. What is opened again is meant again.
  const [requestKey, setRequestKey] = useState(() => crypto.randomUUID());
  const running = useMutation({
    mutationFn: useOneAtATime((fields: FormData) => run(fields, requestKey)),
    onSuccess: async () => {
      setOpen(false);
      if (done) toast(done);
      await queries.invalidateQueries();
      document.querySelector('main')?.focus(); // the button that had the focus may be gone
    },
  });
  const { errors, onChanged } = useFieldErrors(running.error, me.currency);
  return (
    <Dialog
      action={action}
      kind={kind}
      title={title}
      isOpen={isOpen}
      onOpenChange={(open) => {
        setOpen(open);
        if (!open) return;
        running.reset();
        setRequestKey(crypto.randomUUID());
      }}
    >
      <Form
        className="stack"
        errors={errors}
        onChange={onChanged}
        onSubmit={(event) => {
          event.preventDefault();
          if (!running.isPending) running.mutate(new FormData(event.currentTarget));
        }}
      >
        {children}
        {running.error && <Failure error={running.error} />}
        <div className="actions">
          <CloseDialog>{texts.actionDialog.cancel}</CloseDialog>
          <Button type="submit" kind="primary" busy={running.isPending && texts.actionDialog.oneMoment}>
            {yes}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

/** The number in a field of the form, which the form has accepted. */
export function numberOf(fields: FormData, name: string, kind: NumberKind): number {
  const reading = kind.read(String(fields.get(name)));
  if ('wrong' in reading) throw new Error(`The form has accepted ${name}: ${reading.wrong}.`);
  return reading.value;
}
