import { AlertDialog } from '@base-ui/react/alert-dialog';
import type { ReactNode } from 'react';
import { keepFocus } from '../ui/keep-focus.ts';
import { useStaff } from './staff-context.ts';

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
  const { isBehind } = useStaff();
  return (
    <AlertDialog.Root open={isOpen && !isBehind} onOpenChange={onOpenChange}>
      <AlertDialog.Trigger className={kind}>{action}</AlertDialog.Trigger>
      {/* What was typed is still there after signing in again, or a proof. */}
      <AlertDialog.Portal keepMounted={isOpen}>
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
export const CloseDialog = ({ children }: { children: ReactNode }) => (
  <AlertDialog.Close {...keepFocus}>{children}</AlertDialog.Close>
);
