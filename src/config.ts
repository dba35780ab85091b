import { AppError } from './errors.ts';

/**
 * The Worker's bindings. `STRIPE_API_BASE`, `RESEND_API_BASE` and `INTUIT_API_BASE` are set only where stand-ins play the vendors;
 * a deployment works without `OPERATOR_TOKEN`, but for the routes that ask for it, without `RESEND_API_KEY` or `EMAIL`, but for
 * mail, and without `INTUIT_CLIENT_ID`, but for books.
 */
export type Bindings = Env & {
  readonly STRIPE_API_BASE?: string;
  readonly OPERATOR_TOKEN?: string;
  /** Cloudflare's Email Service, instead of Resend. */
  readonly EMAIL?: SendEmail;
  readonly RESEND_API_BASE?: string;
  readonly RESEND_API_KEY?: string;
  readonly RESEND_WEBHOOK_SECRET?: string;
  readonly INTUIT_CLIENT_ID?: string;
  readonly INTUIT_CLIENT_SECRET?: string;
  readonly INTUIT_API_BASE?: string;
  readonly INTUIT_SANDBOX?: string;
  readonly BOOKS_TOKEN_KEYS?: string;
};

/**
 * Reads and names the variables and secrets; the only reader of them. A secret is checked at its first use: if it is
 * missing, or too short or too plain to be real, `not_configured` names it (never its value), so that only the routes that need it are
 * closed.
 */
export function readConfig(env: Bindings) {
  const development = env.ENVIRONMENT === 'development';
  const checked = new Set<string>();

  function required(name: keyof Bindings & string, isUsable: (value: string) => boolean): string {
    const value = env[name];
    if (typeof value === 'string' && (checked.has(name) || isUsable(value))) {
      checked.add(name);
      return value;
    }
    throw new AppError('not_configured', `${name} is missing, too short or not what it should be.`);
  }

  return {
    isDevelopment: development,
    /** Without a real Stripe key, in development only, checkouts are simulated. */
    devMode: development && !isStripeKey(env.STRIPE_SECRET_KEY),
    /** Without a slash at its end. Only development has a default: elsewhere links would lead to nobody. */
    get portalUrl() {
      if (development && !env.PORTAL_PUBLIC_URL) return 'http://localhost:5173';
      return required('PORTAL_PUBLIC_URL', isWebUrl).replace(/\/+$/, '');
    },
    get portalOrigin() {
      return new URL(this.portalUrl).origin;
    },
    depositPercent: toWholeNumber('DEPOSIT_PERCENT', env.DEPOSIT_PERCENT, {
      least: 1,
      most: 100,
      otherwise: 30,
    }),
    stripeApiBase: env.STRIPE_API_BASE || undefined,
    shardCount: toWholeNumber('LOG_SHARDS', env.LOG_SHARDS, { least: 1, most: 256, otherwise: 4 }),
    locationHint: (env.LOG_LOCATION_HINT || undefined) as DurableObjectLocationHint | undefined,

    get stripeSecretKey() {
      // Development has open metrics and a known password: no place for real money.
      return required(
        'STRIPE_SECRET_KEY',
        (value) => isStripeKey(value) && !(development && isLiveKey(value)),
      );
    },
    /** Whether the money is real; null in dev mode, which has none. */
    get livemode() {
      return this.devMode ? null : isLiveKey(this.stripeSecretKey);
    },
    /** The signing secrets that are valid now: two, comma-separated, while one is rolled; none in dev mode means unsigned. */
    get stripeWebhookSecrets() {
      if (this.devMode && !env.STRIPE_WEBHOOK_SECRET) return [];
      const parts = (value: string) => value.split(',').map((part) => part.trim());
      return parts(
        required('STRIPE_WEBHOOK_SECRET', (value) => parts(value).every((part) => isSecret(part, 16))),
      );
    },
    /** HS256 needs a key at least as long as the hash (RFC 7518, 3.2). */
    get jwtSecret() {
      return required('JWT_SECRET', (value) => isSecret(value, 32));
    },
    get databaseUrl() {
      return required('DATABASE_URL', isPostgresUrl);
    },
    /** Whether the deployment has a vendor for mail. Development has its own mailbox. */
    hasMail: development || Boolean(env.EMAIL ?? env.RESEND_API_KEY),
    get resendApiKey() {
      if (development && !env.RESEND_API_KEY) return 're_only_for_the_mailbox';
      return required('RESEND_API_KEY', (value) => isSecret(value, 16));
    },
    /** Mail of development goes to the mailbox on this machine and nowhere else. */
    resendApiBase: env.RESEND_API_BASE || (development ? 'http://localhost:8091' : 'https://api.resend.com'),
    /** The secrets that Resend may sign its events with: two, comma-separated, while one is rolled. */
    get resendWebhookSecrets() {
      const parts = (value: string) => value.split(',').map((part) => part.trim());
      const isUsable = (value: string) =>
        parts(value).every((part) =>
          /^whsec_(?=.{24})(?:[A-Za-z\d+/]{4})+(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(part),
        );
      return parts(required('RESEND_WEBHOOK_SECRET', isUsable));
    },
    /** The address that mail comes from, which the vendor must have verified. */
    get mailFrom() {
      if (development && !env.MAIL_FROM) return 'portal@mail.example';
      return required('MAIL_FROM', (value) => /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(value));
    },
    /** Whether the deployment has an app at Intuit. Development has a stand-in of its own. */
    hasBooks: development || Boolean(env.INTUIT_CLIENT_ID),
    /** The app at Intuit. Money that is not real goes into no real books. */
    get quickBooks() {
      const redirectUri = `${this.portalUrl}/quickbooks/callback`;
      const ofSandbox = env.INTUIT_SANDBOX === 'true';
      if (development && !env.INTUIT_CLIENT_ID) {
        const base = env.INTUIT_API_BASE || 'http://localhost:8092';
        return { clientId: 'local', clientSecret: 'local-secret', redirectUri, base, isSandbox: true };
      }
      if (!ofSandbox && !this.livemode)
        throw new AppError('not_configured', 'Test payments need the sandbox: INTUIT_SANDBOX must be true.');
      return {
        clientId: required('INTUIT_CLIENT_ID', (value) => isSecret(value, 16)),
        clientSecret: required('INTUIT_CLIENT_SECRET', (value) => isSecret(value, 16)),
        redirectUri,
        base: env.INTUIT_API_BASE || undefined,
        isSandbox: ofSandbox,
      };
    },
    /** How far calls to a company are apart: four a second, of the 500 a minute that it takes. A stand-in has no limit. */
    booksPaceMs: development && !env.INTUIT_CLIENT_ID ? 0 : 250,
    /** What tokens of books are sealed with: keys of 32 bytes in base64, comma-separated. The first seals, any opens. */
    get booksKeys() {
      if (development && !env.BOOKS_TOKEN_KEYS) return [new Uint8Array(32).fill(1)];
      const parts = (value: string) => value.split(',').map((part) => part.trim());
      const isKey = (part: string) => /^[A-Za-z\d+/]{43}=$/.test(part) && new Set(part).size >= 8;
      return parts(required('BOOKS_TOKEN_KEYS', (value) => parts(value).every(isKey))).map((part) =>
        Uint8Array.fromBase64(part),
      );
    },
    /** Null only in development, where `/metrics` is open. */
    get metricsToken() {
      return development ? null : required('METRICS_TOKEN', (value) => isSecret(value, 16));
    },
    /** Null only in development, where an operator needs none. */
    get operatorToken() {
      return development && !env.OPERATOR_TOKEN
        ? null
        : required('OPERATOR_TOKEN', (value) => isSecret(value, 16));
    },
  };
}

export type Config = ReturnType<typeof readConfig>;

function isPostgresUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, hostname, pathname } = new URL(value);
  return (
    /^postgres(ql)?:$/.test(protocol) && Boolean(username && password && hostname && pathname.length > 1)
  );
}

/** Long enough, and not the same few characters again and again, as in a placeholder. */
function isSecret(value: string, leastBytes: number): boolean {
  return new TextEncoder().encode(value.trim()).length >= leastBytes && new Set(value).size >= 8;
}

function isWebUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isLiveKey(value: string): boolean {
  return /^[rs]k_live_/.test(value);
}

function isStripeKey(value: string | undefined): boolean {
  return value !== undefined && value.length >= 30;
}

function toWholeNumber(
  name: string,
  value: string | undefined,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number {
  const number = Number(value || otherwise);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new AppError('not_configured', `${name} is not a whole number from ${least} to ${most}.`);
}
