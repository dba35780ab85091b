/** Items worked on at the same time. */
const concurrency = 16;

/** Works on all items, some at a time. If some fail the others are still done; then it rejects with the first failure. */
export async function forEach<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = [];
  let batch: Promise<unknown>[] = [];
  for (const item of items) {
    batch.push(work(item).catch((error) => failures.push(error)));
    if (batch.length < concurrency) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  if (failures.length > 0) throw failures[0];
}
