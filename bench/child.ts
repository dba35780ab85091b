import { fork } from 'node:child_process';
import { once } from 'node:events';

// Whatever takes part in a measurement has a process of its own, so that it is not slowed by the load's.

/** Runs a program of this folder in a process of its own. Returns its URL, once it serves. */
export async function startChild(
  program: string,
  options: object,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = fork(`${import.meta.dirname}/${program}`);
  child.send(options);
  const answered = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof answered[0] !== 'string') throw new Error(`${program} ended.`);
  const exited = once(child, 'exit');
  return {
    url: answered[0],
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** In such a program: starts to serve with the options that it was given, and answers with its URL. */
export function whenAsked<O>(serve: (options: O) => Promise<string>): void {
  process.once('message', async (options: O) => process.send?.(await serve(options)));
}
