import { useEffect, useRef } from 'react';
import { useToast } from './Toasts.tsx';

/** Removes one of a list by its place, says so, and offers to put it back where it was. */
export function useRemove<T>(items: readonly T[], onChange: (items: readonly T[]) => void, words: string) {
  const toast = useToast();
  const latest = useRef({ items, onChange });
  useEffect(() => {
    latest.current = { items, onChange };
  });
  return (index: number) => {
    const removed = items.slice(index, index + 1);
    onChange(items.toSpliced(index, 1));
    toast(words, () => latest.current.onChange(latest.current.items.toSpliced(index, 0, ...removed)));
  };
}
