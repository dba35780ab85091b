export type Deadline = { readonly isOver: boolean };

/**
 * Settles as `work` does, or rejects with the error of `late` after `ms` milliseconds. The work itself is not stopped;
 * it can look at the deadline it is given and begin nothing new once that is over.
 */
export async function withDeadline<T>(
  ms: number,
  work: (deadline: Deadline) => Promise<T>,
  late: () => Error,
): Promise<T> {
  const deadline = { isOver: false };
  const expiry = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    deadline.isOver = true;
    expiry.reject(late());
  }, ms);
  try {
    return await Promise.race([work(deadline), expiry.promise]);
  } finally {
    clearTimeout(timer);
  }
}
