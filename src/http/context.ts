import type { RequestIdVariables } from 'hono/request-id';
import type { Bindings } from '../config.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';

/** What Hono's context carries. `authenticate` sets `actor`; the webhook sets `outcome`, for the log line. */
export type AppEnv = {
  Bindings: Bindings;
  Variables: RequestIdVariables & { deps: Deps; actor: Actor; outcome?: string; isUnknownRoute?: true };
};
