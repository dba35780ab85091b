const minuteMs = 60_000;

/**
 * Waits, if the minute is about to end, for the next one. The runtime's limits count by whole minutes of the clock, and a
 * test that fills one must not begin in one minute and end in the next.
 */
export async function inOneMinute(): Promise<void> {
  const left = minuteMs - (Date.now() % minuteMs);
  if (left < 15_000) await new Promise((resolve) => setTimeout(resolve, left));
}
