import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onSignal } from './command-line.ts';
import { type IntuitServer, startIntuit } from './intuit/server.ts';
import { type MailboxServer, startMailbox } from './mailbox/server.ts';
import { type NeonHttp, startNeonHttp } from './neon-http.ts';
import { embeddedConnections, migrate, type Postgres, startEmbeddedPostgres } from './postgres.ts';
import { seed } from './seed.ts';
import { type Play, startStripe } from './stripe/server.ts';
import { startWorker, type Worker } from './worker.ts';

export type Stack = {
  readonly postgres: Postgres;
  readonly worker: Worker;
  /** The account at the stand-in for Stripe, if there is one. */
  readonly stripe: Play | null;
  readonly mailbox: MailboxServer;
  readonly intuit: IntuitServer;
  stop(): Promise<void>;
};

/** The port of the stand-in for Stripe, and the secrets that it shares with the Worker. */
export type StripeOptions = {
  readonly port: number;
  readonly secretKey: string;
  readonly webhookSecret: string;
};

/**
 * Starts the whole API on this machine: embedded Postgres behind Neon's protocol, migrations, seed data, the Worker. With
 * `stripe`, the Worker is in live mode, and a stand-in for Stripe delivers webhooks to it. Mail goes to a mailbox on
 * `mailboxPort`, books to a stand-in for Intuit on `intuitPort` (0: a free one); both keep them in memory. All other state is in `folder`. If a
 * part fails to start, or a signal ends the process, all parts are stopped.
 */
export async function startStack(options: {
  folder: string;
  port: number;
  mailboxPort?: number;
  intuitPort?: number;
  bindings: Record<string, string>;
  quiet: boolean;
  stripe?: StripeOptions;
  /** Without the seed's orgs. */
  isEmpty?: true;
  /** See `startWorker`. */
  loginLimit?: number;
}): Promise<Stack> {
  const {
    folder,
    port,
    mailboxPort = 0,
    intuitPort = 0,
    bindings,
    quiet,
    stripe,
    isEmpty,
    loginLimit,
  } = options;
  const started: { stop(): Promise<void> }[] = [];
  const stopAll = async () => {
    for (const part of started.reverse()) await part.stop();
  };
  let stopped: Promise<void> | undefined;
  // If it is called twice, by Ctrl-C and at the Worker's end, both calls wait for the same stop.
  const stop = () => {
    stopped ??= stopAll();
    return stopped;
  };
  onSignal(stop);
  try {
    await mkdir(folder, { recursive: true });
    const postgres = await startEmbeddedPostgres(join(folder, 'postgres'));
    started.push(postgres);
    await migrate(postgres.url).catch((cause) => {
      throw new Error(`A migration failed: ${cause.cause?.message ?? cause.message}`);
    });
    if (!isEmpty) await seed(postgres.url);
    const neon: NeonHttp = await startNeonHttp({
      postgresUrl: postgres.url,
      connections: embeddedConnections,
    });
    started.push(neon);
    const mailSecret = `whsec_${randomBytes(24).toString('base64')}`;
    const mailbox = await startMailbox(mailboxPort);
    started.push(mailbox);
    const { INTUIT_CLIENT_ID: clientId, INTUIT_CLIENT_SECRET: clientSecret } = bindings;
    const intuit = await startIntuit(intuitPort, clientId && clientSecret ? { clientId, clientSecret } : {});
    started.push(intuit);
    const server = stripe ? await startStripe(stripe.port) : null;
    if (server) started.push(server);
    const live =
      stripe && server
        ? {
            STRIPE_SECRET_KEY: stripe.secretKey,
            STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
            STRIPE_API_BASE: server.url,
          }
        : {};
    const worker = await startWorker({
      port,
      folder,
      quiet,
      loginLimit,
      bindings: {
        ENVIRONMENT: 'development',
        ...bindings,
        ...live,
        DATABASE_URL: neon.databaseUrl,
        RESEND_API_BASE: mailbox.url,
        RESEND_WEBHOOK_SECRET: mailSecret,
        INTUIT_API_BASE: intuit.url,
      },
    });
    started.push(worker);
    mailbox.endpoint = { url: `${worker.url}/mail/webhook`, secret: mailSecret };
    const play = stripe && server ? server.of(stripe.secretKey) : null;
    if (play && stripe) {
      play.deliveries.endpoint = { url: `${worker.url}/payments/webhook`, secret: stripe.webhookSecret };
    }
    return { postgres, worker, stripe: play, mailbox, intuit, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
