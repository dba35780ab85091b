import { AlertDialog } from '@base-ui/react/alert-dialog';
import type { ReactNode } from 'react';

/** A question in front of the page, with the button that opens it. */
export function Dialog({
  action,
  kind,
  title,
  isOpen,
  onOpenChange,
  children,
}: {
  /** On the button. */
  action: ReactNode;
  kind?: 'primary' | 'danger' | undefined;
  title: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  children: ReactNode;
}) {
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <AlertDialog.Trigger className={kind}>{action}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          {children}
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

export const DialogText = AlertDialog.Description;
export const CloseDialog = AlertDialog.Close;
