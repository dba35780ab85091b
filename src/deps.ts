import { type Bindings, readConfig } from './config.ts';
import { createDatabase } from './db/client.ts';
import { Tokens } from './jwt/tokens.ts';
import { Shards } from './log/shards.ts';
import { createLiveGateway } from './stripe/live.ts';
import { createMockGateway } from './stripe/mock.ts';

/**
 * What a verb may touch beyond its arguments. Each adapter is made when it is first asked for, and fails with
 * `not_configured` then, so that a missing secret closes only what needs it.
 */
export function createDeps(env: Bindings, context: Pick<ExecutionContext, 'waitUntil'>) {
  const config = readConfig(env);
  return {
    config,
    now: () => new Date(),
    /** Work that the caller need not wait for, and that somebody else makes good if it is cut off. */
    waitUntil: (work: Promise<void>) => context.waitUntil(work),
    loginRateLimit: env.LOGIN_RATE_LIMIT,
    get db() {
      return createDatabase(config.databaseUrl);
    },
    get tokens() {
      return new Tokens(config.jwtSecret);
    },
    get stripe() {
      if (config.devMode) return createMockGateway(config.portalUrl);
      return createLiveGateway(config.stripeSecretKey, config.portalUrl, config.stripeApiBase);
    },
    get shards() {
      void config.databaseUrl; // the shards' own, but the caller is to hear what is missing
      return new Shards(env.LOG_SHARD, config);
    },
  };
}

export type Deps = ReturnType<typeof createDeps>;
