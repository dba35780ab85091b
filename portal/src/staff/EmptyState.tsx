import type { ReactNode } from 'react';

/** What a list says that has nothing in it: why, and what to do next. */
export function EmptyState({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string;
  children?: ReactNode;
}) {
  return (
    <div className="empty">
      <p>{title}</p>
      {hint && <p className="quiet">{hint}</p>}
      {children}
    </div>
  );
}
