import { createHash } from 'node:crypto';

/** The id of what a request makes: with an idempotency key, the same one each time that it is sent. A UUID. */
export function requestId(idempotencyKey: string | undefined, ...about: (string | number)[]): string {
  if (idempotencyKey === undefined) return crypto.randomUUID();
  const hash = createHash('sha256')
    .update(JSON.stringify([idempotencyKey, ...about]))
    .digest('hex');
  // Version 8 is for such ids (RFC 9562, 5.8).
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
