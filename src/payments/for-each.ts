/** Items worked on at the same time. */
const concurrency = 16;

export type Failed<T> = { readonly item: T; readonly error: unknown };

/** Works on all items, some at a time. One that fails stops no other; resolves with those that failed. */
export async function forEach<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<unknown>,
): Promise<Failed<T>[]> {
  const failed: Failed<T>[] = [];
  let batch: Promise<unknown>[] = [];
  for (const item of items) {
    batch.push(work(item).catch((error) => failed.push({ item, error })));
    if (batch.length < concurrency) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return failed;
}
