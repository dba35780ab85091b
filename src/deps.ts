import { type Bindings, type Config, readConfig } from './config.ts';
import { createDatabase, type Database } from './db/client.ts';
import { Tokens } from './jwt/tokens.ts';
import { Shards } from './log/shards.ts';
import type { StripeGateway } from './stripe/gateway.ts';
import { createLiveGateway } from './stripe/live.ts';
import { createMockGateway } from './stripe/mock.ts';

/**
 * What a verb may touch beyond its arguments. Each adapter is made once, at its first use, and throws `not_configured`
 * then: so a missing secret closes only what needs it.
 */
export class Deps {
  readonly config: Config;
  readonly loginRateLimit: RateLimit;
  /** For work that the caller need not wait for. If it is cut off, the reconciler makes up for it. */
  readonly waitUntil: (work: Promise<void>) => void;
  readonly now = () => new Date();
  readonly #env: Bindings;
  #db: Database | undefined;
  #tokens: Tokens | undefined;
  #stripe: StripeGateway | undefined;
  #shards: Shards | undefined;

  constructor(env: Bindings, context: Pick<ExecutionContext, 'waitUntil'>) {
    this.#env = env;
    this.config = readConfig(env);
    this.loginRateLimit = env.LOGIN_RATE_LIMIT;
    this.waitUntil = (work) => context.waitUntil(work);
  }

  get db(): Database {
    this.#db ??= createDatabase(this.config.databaseUrl);
    return this.#db;
  }

  get tokens(): Tokens {
    this.#tokens ??= new Tokens(this.config.jwtSecret);
    return this.#tokens;
  }

  get stripe(): StripeGateway {
    const { devMode, portalUrl, stripeApiBase } = this.config;
    this.#stripe ??= devMode
      ? createMockGateway(portalUrl)
      : createLiveGateway(this.config.stripeSecretKey, portalUrl, stripeApiBase);
    return this.#stripe;
  }

  get shards(): Shards {
    void this.config.databaseUrl; // the shards need it; the caller should hear that it is missing
    this.#shards ??= new Shards(this.#env.LOG_SHARD, this.config);
    return this.#shards;
  }
}
