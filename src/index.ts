import { app } from './app.ts';
import { createDeps } from './deps.ts';

export { LogShard } from './activity/log-shard.ts';

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => createDeps(env).shards.catchUp(),
} satisfies ExportedHandler<Env>;
