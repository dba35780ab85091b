import type { RequestIdVariables } from 'hono/request-id';
import type { Actor } from '../auth/actor.ts';
import type { Bindings } from '../config.ts';
import type { Deps } from '../deps.ts';

/** What Hono's context carries in our app. `actor` is set by `authenticate`, `outcome` by the webhook, for the log. */
export type AppEnv = {
  Bindings: Bindings;
  Variables: RequestIdVariables & { deps: Deps; actor: Actor; outcome?: string };
};
