import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { CloseDialog, Dialog, DialogText } from './Dialog.tsx';
import { Failure } from './Failure.tsx';
import { useToast } from './Toasts.tsx';
import { useOneAtATime } from './use-one-at-a-time.ts';

type Words = {
  /** On the button that opens the question. */
  readonly action: ReactNode;
  readonly question: string;
  readonly yes: string;
  readonly busy: string;
  readonly no: string;
  /** What is said once it is done. */
  readonly done: string;
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
  const toast = useToast();
  const [isOpen, setOpen] = useState(false);
  const running = useMutation({
    mutationFn: useOneAtATime(run),
    onSuccess: async () => {
      setOpen(false);
      toast(words.done);
      await queries.invalidateQueries();
      document.querySelector('main')?.focus(); // the button that had the focus may be gone
    },
  });
  return (
    <Dialog action={words.action} kind="danger" title={words.question} isOpen={isOpen} onOpenChange={setOpen}>
      <DialogText>{children}</DialogText>
      {running.error && <Failure error={running.error} />}
      <div className="actions">
        <CloseDialog>{words.no}</CloseDialog>
        <Button kind="danger" onClick={() => running.mutate()} busy={running.isPending && words.busy}>
          {words.yes}
        </Button>
      </div>
    </Dialog>
  );
}
