import { app } from './app.ts';
import { Deps } from './deps.ts';
import { reconcile } from './payments/reconcile.ts';

export { Courier } from './couriers/courier.ts';
export { LogShard } from './log/log-shard.ts';

export default {
  fetch: app.fetch,
  scheduled: (_controller, env, context) => reconcile(new Deps(env, context)),
} satisfies ExportedHandler<Env>;
