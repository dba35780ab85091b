import { Toast } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import { texts } from '../texts/staff.ts';

/** Says what was done, for some seconds and in a corner, with a way to undo it where there is one. */
export function useToast() {
  const { add, close } = Toast.useToastManager();
  return (title: string, undo?: () => void) => {
    const id: string = add({
      title,
      ...(!undo && { id: title }), // a second click says nothing more
      ...(undo && {
        actionProps: {
          children: texts.toasts.undo,
          onClick: () => {
            close(id);
            undo();
          },
        },
      }),
    });
  };
}

/** Where toasts appear. What is in it can show some. */
export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  return Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      <Toast.Content className="toast-content">
        <Toast.Title render={<span />} />
        <Toast.Action />
        <Toast.Close aria-label={texts.toasts.close}>×</Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
