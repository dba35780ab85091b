import app, { LogShard as RealLogShard } from '../src/index.ts';

export { Courier } from '../src/index.ts';

/** The same Worker with a shard call that does nothing, against which every other call is measured. */
export class LogShard extends RealLogShard {
  async empty(): Promise<void> {}
}

export default {
  ...app,
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== '/empty') return app.fetch(request, env, context);
    const stub = env.LOG_SHARD.getByName('0/0') as unknown as { empty(): Promise<void> };
    await stub.empty();
    return new Response();
  },
};
