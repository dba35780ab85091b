import { tracing } from 'cloudflare:workers';

/** Does the work in a span of this name. It gets no attributes: they might hold somebody's data. */
export function inSpan<T>(name: string, work: () => Promise<T>): Promise<T> {
  return tracing.enterSpan(name, work);
}
