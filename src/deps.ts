import { waitUntil } from 'cloudflare:workers';
import { type Bindings, type Config, readConfig } from './config.ts';
import { createDatabase, type Database } from './db/client.ts';
import type { MailGateway } from './domain/mail.ts';
import { Tokens } from './jwt/tokens.ts';
import { Pokes } from './log/pokes.ts';
import { Shards } from './log/shards.ts';
import { Tally } from './log/tally.ts';
import { createMailGateway } from './mail/gateway.ts';
import type { Increment } from './metrics/catalogue.ts';
import { countCalls } from './stripe/counted.ts';
import type { StripeGateway } from './stripe/gateway.ts';
import { createLiveGateway } from './stripe/live.ts';
import { createMockGateway } from './stripe/mock.ts';

/** The counts of this isolate, of all environments together. They wait for others: a request costs no call of its own. */
const tally = new Tally({ delayMs: 5_000, pauseMs: 5_000 });

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
  #mail: MailGateway | undefined;

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
      : countCalls(
          createLiveGateway(this.config.stripeSecretKey, portalUrl, stripeApiBase),
          (operation, outcome) =>
            this.count({
              metric: 'crm_portal_stripe_requests_total',
              labels: { operation, outcome },
              value: 1,
            }),
        );
    return this.#stripe;
  }

  /** For mails to an org's own people about their accounts; what the log owes goes by couriers. */
  get mail(): MailGateway {
    this.#mail ??= createMailGateway(this.#env, this.config);
    return this.#mail;
  }

  /** Counts something that leaves no entry in the log. */
  count(increment: Increment): void {
    tally.add(increment, waitUntil, async (sums) => this.shards.count(sums));
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
  /** By what they count: attempts to sign in by network and by account; requests by link, user and org. */
  readonly rateLimits: {
    readonly [Name in 'login_network' | 'login_account' | 'link' | 'user' | 'org']: RateLimit | undefined;
  };
  /** For work that the caller need not wait for. If it is cut off, the reconciler makes up for it. */
  readonly waitUntil: (work: Promise<void>) => void;
  /** Wakes the couriers of orgs. */
  readonly pokes: Pokes;
  /** The courier of an org, which alone calls the vendor of its books. */
  readonly courierOf: (orgId: number) => ReturnType<Env['COURIER']['getByName']>;
  readonly now = () => new Date();
  readonly #adapters: Adapters;

  constructor(env: Bindings, context: Pick<ExecutionContext, 'waitUntil'>) {
    this.#adapters = adaptersOf(env);
    this.rateLimits = {
      login_network: env.LOGIN_RATE_LIMIT,
      login_account: env.LOGIN_ACCOUNT_RATE_LIMIT,
      link: env.LINK_RATE_LIMIT,
      user: env.USER_RATE_LIMIT,
      org: env.ORG_RATE_LIMIT,
    };
    this.pokes = new Pokes(env.COURIER);
    this.courierOf = (orgId) => env.COURIER.getByName(String(orgId));
    this.waitUntil = (work) => context.waitUntil(work);
  }

  get config(): Config {
    return this.#adapters.config;
  }

  /** Counts something that leaves no entry in the log. */
  count(increment: Increment): void {
    this.#adapters.count(increment);
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

  get mail(): MailGateway {
    return this.#adapters.mail;
  }

  get shards(): Shards {
    return this.#adapters.shards;
  }
}
