import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../errors.ts';

/** Refuses a body that is larger than any we expect. */
export const limitBody = bodyLimit({
  maxSize: 1024 * 1024,
  onError: () => {
    throw new AppError('body_too_large', 'The body is larger than 1 MiB.');
  },
});
