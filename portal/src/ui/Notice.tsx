import type { ReactNode } from 'react';

/** A message that the reader should not miss. A screen reader reads a `bad` one immediately. */
export function Notice({
  kind = 'info',
  title,
  children,
}: {
  kind?: 'info' | 'good' | 'bad';
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}
