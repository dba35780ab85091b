import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Form } from '@base-ui/react/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { NumberKind } from '../reading/amount.ts';
import { texts } from '../texts/staff.ts';
import { Failure } from './Failure.tsx';
import { useStaff } from './staff-context.ts';
import { useFieldErrors } from './use-field-errors.ts';

/** A button that opens a small form, and does what the form asks for. `run` rejects with what is wrong. */
export function ActionDialog({
  action,
  title,
  yes,
  run,
  children,
}: {
  action: string;
  title: string;
  yes: string;
  run: (fields: FormData, requestKey: string) => Promise<unknown>;
  children: ReactNode;
}) {
  const { me } = useStaff();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  // A second click, or a retry after a lost answer, does it once. What is opened again is meant again.
  const [requestKey, setRequestKey] = useState(() => crypto.randomUUID());
  const running = useMutation({
    mutationFn: (fields: FormData) => run(fields, requestKey),
    onSuccess: async () => {
      setOpen(false);
      await queries.invalidateQueries();
      document.querySelector('main')?.focus(); // the button that had the focus may be gone
    },
  });
  const { errors, onChanged } = useFieldErrors(running.error, me.currency);
  return (
    <AlertDialog.Root
      open={isOpen}
      onOpenChange={(open) => {
        setOpen(open);
        if (!open) return;
        running.reset();
        setRequestKey(crypto.randomUUID());
      }}
    >
      <AlertDialog.Trigger>{action}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title>{title}</AlertDialog.Title>
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
              <AlertDialog.Close>{texts.actionDialog.cancel}</AlertDialog.Close>
              <button type="submit" className="primary" aria-disabled={running.isPending}>
                {running.isPending ? texts.actionDialog.oneMoment : yes}
              </button>
            </div>
          </Form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** The number in a field of the form, which the form has accepted. */
export function numberOf(fields: FormData, name: string, kind: NumberKind): number {
  const reading = kind.read(String(fields.get(name)));
  if ('wrong' in reading) throw new Error(`The form has accepted ${name}: ${reading.wrong}.`);
  return reading.value;
}
