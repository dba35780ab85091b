/** Rows of a list at most in one answer. */
export const pageLimit = 50;

/** Part of a list, and the cursor that the next part is asked with; null at the end. */
export type Page<T> = { readonly data: T[]; readonly nextCursor: string | null };

/** A page from up to `pageLimit + 1` rows: the one too many says that there is more. */
export function toPage<T>(rows: T[], cursorOf: (row: T) => string | number): Page<T> {
  const data = rows.slice(0, pageLimit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > pageLimit && last ? String(cursorOf(last)) : null };
}
