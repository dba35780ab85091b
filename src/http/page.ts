/** The most rows in one page of a list. */
export const pageLimit = 50;

/** A page of a list, and the cursor that fetches the next one; null at the end. */
export type Page<T> = { readonly data: T[]; readonly nextCursor: string | null };

/** A page made from up to `pageLimit + 1` rows: the extra row says that there are more. */
export function toPage<T>(rows: T[], cursorOf: (row: T) => string | number): Page<T> {
  const data = rows.slice(0, pageLimit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > pageLimit && last ? String(cursorOf(last)) : null };
}
