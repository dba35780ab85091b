import { type Bindings, type Config, readConfig } from './config.ts';
import { createDatabase, type Database } from './db/client.ts';
import { Tokens } from './jwt/tokens.ts';
import { Shards } from './log/shards.ts';
import type { StripeGateway } from './stripe/gateway.ts';
import { createLiveGateway } from './stripe/live.ts';
import { createMockGateway } from './stripe/mock.ts';

/**
 * The adapters of one environment. Each is made at its first use, and throws `not_configured` then: so a missing secret
 * closes only what needs it. None holds a connection, so all requests of an isolate share them.
 */
class Adapters {
  readonly config: Config;
  readonly #env: Bindings;
  #db: Database | undefined;
  #tokens: Tokens | undefined;
  #stripe: StripeGateway | undefined;
  #shards: Shards | undefined;

  constructor(env: Bindings) {
    this.#env = env;
    this.config = readConfig(env);
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

const adapters = new WeakMap<Bindings, Adapters>();

function adaptersOf(env: Bindings): Adapters {
  const known = adapters.get(env) ?? new Adapters(env);
  adapters.set(env, known);
  return known;
}

/** What a verb may touch beyond its arguments, for one request. */
export class Deps {
  /** Attempts to sign in, by network and by account. */
  readonly loginLimits: { readonly network: RateLimit; readonly account: RateLimit };
  /** For work that the caller need not wait for. If it is cut off, the reconciler makes up for it. */
  readonly waitUntil: (work: Promise<void>) => void;
  readonly now = () => new Date();
  readonly #adapters: Adapters;

  constructor(env: Bindings, context: Pick<ExecutionContext, 'waitUntil'>) {
    this.#adapters = adaptersOf(env);
    this.loginLimits = { network: env.LOGIN_RATE_LIMIT, account: env.LOGIN_ACCOUNT_RATE_LIMIT };
    this.waitUntil = (work) => context.waitUntil(work);
  }

  get config(): Config {
    return this.#adapters.config;
  }

  get db(): Database {
    return this.#adapters.db;
  }

  get tokens(): Tokens {
    return this.#adapters.tokens;
  }

  get stripe(): StripeGateway {
    return this.#adapters.stripe;
  }

  get shards(): Shards {
    return this.#adapters.shards;
  }
}
