import { useEffect } from 'react';

/** The title of a page that stands in front of another, or needs no session. The one before comes back with what it was of. */
export function useTitleInFront(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}
