import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Failure } from './Failure.tsx';

type Words = {
  /** On the button that opens the question. */
  readonly action: string;
  readonly question: string;
  readonly yes: string;
  readonly busy: string;
  readonly no: string;
};

/** A button that asks before it does what cannot be undone. */
export function ConfirmedAction({
  words,
  run,
  children,
}: {
  words: Words;
  run: () => Promise<unknown>;
  children: ReactNode;
}) {
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const running = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      setOpen(false);
      await queries.invalidateQueries();
      document.querySelector('main')?.focus(); // the button that had the focus may be gone
    },
  });
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={setOpen}>
      <AlertDialog.Trigger className="danger">{words.action}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title>{words.question}</AlertDialog.Title>
          <AlertDialog.Description>{children}</AlertDialog.Description>
          {running.error && <Failure error={running.error} />}
          <div className="actions">
            <AlertDialog.Close>{words.no}</AlertDialog.Close>
            <button
              type="button"
              className="danger"
              onClick={() => running.mutate()}
              disabled={running.isPending}
            >
              {running.isPending ? words.busy : words.yes}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
