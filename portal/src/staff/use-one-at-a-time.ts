import { useRef } from 'react';

/** Runs once where it is asked for again meanwhile, as by a double click: both get what the first one gets. */
export function useOneAtATime<V, T>(run: (variables: V) => Promise<T>): (variables: V) => Promise<T> {
  const running = useRef<Promise<T> | null>(null);
  return (variables) => {
    running.current ??= run(variables).finally(() => {
      running.current = null;
    });
    return running.current;
  };
}
