import { useSearchParams } from 'wouter';

/** The list's search and order as staff left them, so that the way back leads to the same rows. */
let left = '';

export const listPath = () => `/staff/proposals${left && `?${left}`}`;

/** The query of the list, kept in the address. */
export function useListQuery() {
  const [query, setQuery] = useSearchParams();
  left = query.toString();
  return {
    get: (name: string) => query.get(name) ?? '',
    isEmpty: query.size === 0,
    set(fields: Readonly<Record<string, string>>) {
      setQuery(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(fields)) {
            if (value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true },
      );
    },
  };
}
