import { vi } from 'vitest';
import { bindings } from './world.ts';

// The Worker, its Durable Objects and the tests share one isolate, so a spy on `fetch` sees every request they make.

const isDatabase = (input: unknown) =>
  String(input).startsWith(`http://${new URL(bindings.DATABASE_URL).host}/`);

type Fault = (send: () => Promise<Response>, body: string, signal: AbortSignal) => Promise<Response>;

/** Never answers; fails when the caller gives up. */
export const hang: Fault = (_send, _body, signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

/** Puts `fault` between the code and the database until the test ends. */
export function onDatabase(fault: Fault) {
  const real = globalThis.fetch;
  return vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const send = () => real(input, init);
    if (!isDatabase(input)) return send();
    return fault(send, String(init?.body), init?.signal ?? new AbortController().signal);
  });
}

/** Counts requests to the database, their statements, and requests to others during `work`. */
export async function countRequests<T>(work: () => Promise<T>) {
  const counts = { database: 0, statements: 0, elsewhere: 0 };
  const real = globalThis.fetch;
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    counts[isDatabase(input) ? 'database' : 'elsewhere'] += 1;
    if (isDatabase(input)) counts.statements += JSON.parse(String(init?.body)).queries?.length ?? 1;
    return real(input, init);
  });
  try {
    return { result: await work(), ...counts };
  } finally {
    spy.mockRestore();
  }
}

/** Whether a request to the database is an append to the log. */
export const isAppend = (body: string) => body.includes('append_to_log(');

/** `LOG_SHARD`, counting the calls made to shards. */
export function countShardCalls() {
  const counter = { calls: 0 };
  const namespace = new Proxy(bindings.LOG_SHARD, {
    get(target, property) {
      if (property !== 'getByName') return Reflect.get(target, property, target);
      return (name: string) => {
        const stub = target.getByName(name);
        return new Proxy(stub, {
          get(object, method) {
            counter.calls += 1;
            return Reflect.get(object, method, object);
          },
        });
      };
    },
  });
  return { counter, bindings: { LOG_SHARD: namespace } };
}
