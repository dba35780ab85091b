import { StripeAccount } from '../../local/stripe/account.ts';
import { StripeApi } from '../../local/stripe/api.ts';
import type { Session } from '../../local/stripe/objects.ts';
import type { Bindings } from '../../src/config.ts';
import { violationsOf } from '../support/check-answer.ts';
import { sign } from '../support/signature.ts';
import { createOrg, createProposal, tokens } from '../support/world.ts';
import { stripeBase } from './network.ts';
import type { Action, Faults, Schedule } from './schedule.ts';
import { noFaults } from './schedule.ts';

/** What the Worker, its shards and its cron trigger run on. */
export type Platform = {
  /** A request to the Worker; null if it died before it answered. */
  fetch(request: Request): Promise<Response | null>;
  cron(): Promise<void>;
  evict(shard: number): Promise<void>;
  duplicate(shard: number): Promise<void>;
  endDuplicates(): Promise<void>;
  /** Starts a round with these faults. */
  begin(faults: Faults): void;
  /** Lets all pending work end. */
  settle(work: readonly Promise<unknown>[]): Promise<void>;
  passTime(minutes: number): void;
};

type Proposal = { readonly id: number; readonly token: string; version: number };

const webhookSecret = 'whsec_only_for_tests_only_for_tests';

/** How a Worker in a schedule is configured: live mode, with Stripe's stand-in. */
export const gameBindings: Partial<Bindings> = {
  STRIPE_SECRET_KEY: 'sk_test_only_for_tests_only_for_tests',
  STRIPE_WEBHOOK_SECRET: webhookSecret,
  STRIPE_API_BASE: stripeBase,
};

let games = 0;

/** One run of a schedule: an org with two proposals, their customers, its staff and its Stripe account. */
export class Game {
  readonly account: StripeAccount;
  readonly api: StripeApi;
  readonly org: { readonly id: number; readonly token: string };
  /** The first has been approved, the second is a draft. */
  readonly proposals: readonly Proposal[];
  /** Sessions whose URL was handed out: only these can be paid. */
  readonly handedOut = new Set<string>();
  /** Violations found during the run. */
  readonly complaints: string[] = [];
  readonly #platform: Platform;
  #payments = 0;
  #stripeFailedAt = 0;
  #isDuplicated = false;

  private constructor(
    platform: Platform,
    account: StripeAccount,
    org: Game['org'],
    proposals: readonly Proposal[],
  ) {
    this.#platform = platform;
    this.account = account;
    this.api = new StripeApi(account);
    this.org = org;
    this.proposals = proposals;
  }

  static async begin(platform: Platform, isOneShard: boolean): Promise<Game> {
    games += 1;
    const tag = `${Date.now().toString(36)}${games}x`;
    const account = new StripeAccount({ now: () => new Date(), pageUrl: stripeBase, tag });
    const { id, actor } = await createOrg({ payInFull: true });
    // A schedule lasts weeks.
    const later = new Date(Date.now() + 90 * 24 * 3_600_000);
    const first = await createProposal(id);
    let second = await createProposal(id, 'draft');
    while (isOneShard && second.id % 4 !== first.id % 4) second = await createProposal(id, 'draft');
    const made = [first, second];
    const proposals = made.map(async ({ id: proposalId, customer }) => {
      return { id: proposalId, token: await tokens.signPortal(customer, 'Test', later), version: 1 };
    });
    const org = { id, token: await tokens.signStaff(actor, later) };
    return new Game(platform, account, org, await Promise.all(proposals));
  }

  /** Plays all rounds, then lets the system come to rest: no more faults, and time for pending work. */
  async play({ rounds, webhooksAtEnd }: Schedule): Promise<void> {
    await this.#round([{ does: 'cron' }], noFaults); // it has run since the Worker was deployed
    for (const { minutes, actions, faults } of rounds) {
      this.#platform.passTime(minutes);
      await this.#round(actions, faults);
    }
    await this.#platform.endDuplicates();
    for (const session of this.account.sessions.values()) {
      if (session.status === 'complete' && session.payment_status === 'unpaid')
        this.#bank(session, 'succeeded');
    }
    if (webhooksAtEnd) {
      const late = this.account.events.filter(({ id }) => !this.account.delivered.has(id));
      for (const { id } of late) await this.#round([{ does: 'deliver', event: this.#indexOf(id) }], noFaults);
    }
    // One run may find what only the next can record: a refund before its payment, a second session before the first.
    this.#platform.passTime(20);
    await this.#round([{ does: 'cron' }, { does: 'cron' }], noFaults);
    for (let run = 0; run < 2; run += 1) {
      this.#platform.passTime(6);
      await this.#round([{ does: 'cron' }], noFaults);
    }
  }

  /** A sample of the exposition. */
  async scrape(): Promise<string | null> {
    const answer = await this.#fetch('GET', '/metrics', this.org.token);
    return answer?.status === 200 ? answer.text() : null;
  }

  /** A proposal as its page shows it, after the last round. */
  async read(id: number): Promise<{ json: { held_cents: number; due_cents: number } }> {
    const reading = this.#fetch('GET', `/proposals/${id}`, this.org.token);
    await this.#platform.settle([reading]);
    const answer = await reading;
    if (answer?.status !== 200) throw new Error(`The proposal answered ${answer?.status}.`);
    return { json: await answer.json() };
  }

  /** The same after the last round. It may have to wait for its turn, and time passes only while something is played. */
  async scrapeAtRest(): Promise<string | null> {
    const scraping = this.scrape();
    await this.#platform.settle([scraping]);
    return scraping;
  }

  async #round(actions: readonly Action[], faults: Faults): Promise<void> {
    this.account.expireOverdue();
    const isCalm = isNone(faults) && !actions.some(({ does }) => does === 'evict' || does === 'duplicate');
    this.#platform.begin(faults);
    await this.#platform.settle(actions.map((action) => this.#act(action, isCalm)));
    if (faults.stripe.some((kind) => kind === 'error' || kind === 'late_error'))
      this.#stripeFailedAt = Date.now();
    for (const [index] of this.proposals.entries()) this.#checkOneLiveSession(index);
  }

  async #act(action: Action, isCalm: boolean): Promise<void> {
    const { does } = action;
    switch (does) {
      case 'approve': {
        const proposal = this.#proposal(action.proposal);
        const token = action.by === 'staff' ? this.org.token : proposal.token;
        const json = { name: 'Ada Lovelace', version: proposal.version };
        return this.#call('POST', `/proposals/${proposal.id}/approve`, token, json, isCalm);
      }
      case 'checkout':
        return this.#checkout(action.proposal, action.by === 'staff', undefined, isCalm);
      case 'checkout of another total':
        return this.#checkout(action.proposal, true, '1', isCalm);
      case 'checkout of all':
        return this.#checkout(action.proposal, false, undefined, isCalm, 'full');
      case 'ask for the balance':
        return this.#byStaff(action.proposal, 'requests', { key: 'balance' }, isCalm);
      case 'decline the offer':
        return this.#byStaff(action.proposal, 'decline', { reason: 'price' }, isCalm);
      case 'record a cheque':
        return this.#byStaff(action.proposal, 'payments', cheque(), isCalm);
      case 'refund by staff':
        return this.#byStaff(action.proposal, 'refunds', { reason: 'All' }, isCalm);
      case 'refund a part by staff':
        return this.#byStaff(action.proposal, 'refunds', { reason: 'Less', amount_cents: 2_000 }, isCalm);
      case 'take a cheque back':
        return this.#takeBack(action.proposal, action.payment, isCalm);
      case 'look': {
        const { id, token } = this.#proposal(action.proposal);
        await this.#call('GET', `/proposals/${id}`, token, undefined, isCalm);
        return this.#call('POST', `/proposals/${id}/view`, token, undefined, isCalm);
      }
      case 'void': {
        const { id } = this.#proposal(action.proposal);
        return this.#call('POST', `/proposals/${id}/void`, this.org.token, undefined, isCalm);
      }
      case 'revise':
        return this.#revise(action.proposal, action.price, isCalm);
      case 'come back': {
        const session = pick([...this.handedOut], action.session);
        if (!session) return;
        return this.#call('GET', `/payments/sessions/${session}`, this.org.token, undefined, isCalm);
      }
      case 'pay':
      case 'decline':
      case 'pay later':
        return this.#customer(does, action.session);
      case 'bank pays':
      case 'bank refuses': {
        const session = this.#session(action.session);
        return session && this.#bank(session, does === 'bank pays' ? 'succeeded' : 'failed');
      }
      case 'deliver':
        return this.#deliver(action.event, isCalm);
      case 'refund':
      case 'refund a part':
      case 'dispute':
        return this.#reverse(does, action.payment);
      case 'fail refund':
      case 'win dispute':
      case 'lose dispute':
        return this.#afterwards(does, action.which);
      case 'evict':
        return this.#platform.evict(action.shard);
      case 'duplicate':
        this.#isDuplicated = true;
        return this.#platform.duplicate(action.shard);
      case 'foreign sale': {
        const { id } = this.account.createSession(foreignSale);
        return void this.account.pay(id);
      }
      case 'cron':
        return this.#platform.cron();
      case 'scrape':
        return this.#watch();
    }
  }

  async #checkout(
    index: number,
    byStaff: boolean,
    dollars: string | undefined,
    isCalm: boolean,
    pay: 'due' | 'full' = 'due',
  ): Promise<void> {
    const { id, token } = this.#proposal(index);
    const before = new Map([...this.account.sessions].map(([sessionId, { status }]) => [sessionId, status]));
    const json = { proposal_id: id, pay, ...(dollars ? { amount_dollars: dollars } : {}) };
    const answer = await this.#fetch(
      'POST',
      '/payments/checkout_session',
      byStaff ? this.org.token : token,
      json,
    );
    // An error of Stripe's is replayed under its key until the next five minutes begin.
    const mayReplay = Date.now() - this.#stripeFailedAt < 5 * 60_000;
    this.#checkStatus('checkout', answer, isCalm && !mayReplay);
    if (answer?.status !== 200) return;
    if (dollars) this.complaints.push('A total that was not approved could be paid.');
    const { session_id: sessionId } = (await answer.json()) as { session_id: string };
    this.handedOut.add(sessionId);
    // It may be paid or closed by another while it is handed out, but not before.
    const wasOpen = (before.get(sessionId) ?? 'open') === 'open';
    if (!wasOpen) this.complaints.push(`${sessionId} was handed out and was ${before.get(sessionId)}`);
  }

  /** What staff do about money; each time is another request. */
  async #byStaff(index: number, path: string, json: object, isCalm: boolean): Promise<void> {
    const { id } = this.#proposal(index);
    const answer = await this.#fetch('POST', `/proposals/${id}/${path}`, this.org.token, json);
    // A refund that Stripe will not make is a refusal of Stripe's, as is one that it makes already.
    this.#checkStatus(`POST ${path}`, answer, isCalm);
  }

  async #takeBack(index: number, payment: number, isCalm: boolean): Promise<void> {
    const { id } = this.#proposal(index);
    const read = await this.#fetch('GET', `/proposals/${id}`, this.org.token);
    if (read?.status !== 200) return;
    const { payments } = (await read.json()) as { payments: { payment_id: string; method: string }[] };
    const cheques = payments.filter(({ method }) => method === 'cheque');
    const taken = pick(cheques, payment);
    if (taken) await this.#byStaff(index, `payments/${taken.payment_id}/reverse`, { reason: 'Back' }, isCalm);
  }

  async #revise(index: number, price: number, isCalm: boolean): Promise<void> {
    const proposal = this.#proposal(index);
    const items = [{ description: 'Kitchen', quantity: 1, unit_price_cents: 1_000_000 + price }];
    const json = { line_items: items };
    const answer = await this.#fetch('PATCH', `/proposals/${proposal.id}`, this.org.token, json);
    this.#checkStatus('revise', answer, isCalm);
    if (answer?.status === 200) proposal.version = ((await answer.json()) as { version: number }).version;
  }

  async #customer(does: 'pay' | 'decline' | 'pay later', index: number): Promise<void> {
    const session = this.#session(index);
    if (session?.status !== 'open') return;
    if (does === 'pay') this.account.pay(session.id);
    if (does === 'decline') this.account.decline(session.id);
    if (does === 'pay later') this.account.payLater(session.id);
  }

  #bank(session: Session, outcome: 'succeeded' | 'failed'): void {
    const intent = this.account.intents.get(session.payment_intent ?? '');
    if (intent?.status === 'processing') this.account.settleLater(session.id, outcome);
  }

  /** Any event at any time: a first delivery, a retry, a replay days later. */
  async #deliver(index: number, isCalm: boolean): Promise<void> {
    const event = pick(this.account.events, index);
    if (!event) return;
    const body = JSON.stringify(event);
    const headers = {
      'content-type': 'application/json',
      'stripe-signature': await sign(body, webhookSecret),
    };
    const request = new Request('https://api.test/payments/webhook', { method: 'POST', headers, body });
    const answer = await this.#ask(request);
    this.#checkStatus('webhook', answer, isCalm);
    if (answer?.ok) this.account.delivered.add(event.id);
    else if (answer && answer.status < 500)
      this.complaints.push(`${event.type} was refused: ${answer.status}`);
  }

  async #reverse(does: 'refund' | 'refund a part' | 'dispute', index: number): Promise<void> {
    const paid = [...this.account.intents.values()].filter(({ status }) => status === 'succeeded');
    const intent = pick(paid, index);
    if (!intent) return;
    try {
      if (does === 'dispute') this.account.openDispute(intent.id);
      else this.account.refund(intent.id, does === 'refund' ? undefined : 1_000);
    } catch {
      // Nothing is left to refund.
    }
  }

  async #afterwards(does: 'fail refund' | 'win dispute' | 'lose dispute', index: number): Promise<void> {
    const refund = pick([...this.account.refunds.values()], index);
    const dispute = pick([...this.account.disputes.values()], index);
    if (does === 'fail refund' && refund?.status === 'succeeded') this.account.failRefund(refund.id);
    if (does !== 'fail refund' && dispute?.status === 'needs_response') {
      this.account.closeDispute(dispute.id, does === 'win dispute' ? 'won' : 'lost');
    }
  }

  async #watch(): Promise<void> {
    const text = await this.scrape();
    if (!text) return;
    const payments = sampleOf(text, `crm_portal_payments_total{org_id="${this.org.id}"}`);
    // While two objects act as one shard, one may not have counted what the other has.
    if (payments < this.#payments && !this.#isDuplicated)
      this.complaints.push(`payments fell from ${this.#payments} to ${payments}`);
    this.#payments = payments;
  }

  /** A double click, a second tab or a retry must not lead to two sessions that can both be paid. */
  #checkOneLiveSession(index: number): void {
    const { id } = this.#proposal(index);
    const open = [...this.handedOut]
      .map((sessionId) => this.account.sessions.get(sessionId))
      .filter((session) => session?.status === 'open' && session.metadata.proposal_id === String(id));
    const versions = open.map((session) => session?.metadata.proposal_version);
    if (new Set(versions).size < versions.length)
      this.complaints.push(`two sessions of proposal ${id} are open`);
  }

  async #call(method: string, path: string, token: string, json: object | undefined, isCalm: boolean) {
    this.#checkStatus(`${method} ${path}`, await this.#fetch(method, path, token, json), isCalm);
  }

  #fetch(method: string, path: string, token: string, json?: object): Promise<Response | null> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = json ? { body: JSON.stringify(json) } : {};
    return this.#ask(new Request(`https://api.test${path}`, { method, headers, ...body }));
  }

  /** The answer to a request, held against the reference. */
  async #ask(request: Request): Promise<Response | null> {
    const answer = await this.#platform.fetch(request);
    if (answer) this.complaints.push(...(await violationsOf(request.method, request.url, answer)));
    return answer;
  }

  /** A failure is always one of our codes, and without faults there is no 5xx. */
  #checkStatus(what: string, answer: Response | null, isCalm: boolean): void {
    if (!answer) return;
    const isHonest = answer.status < 500 || [502, 503, 504].includes(answer.status);
    if (!isHonest || (isCalm && answer.status >= 500))
      this.complaints.push(`${what} answered ${answer.status}`);
  }

  #proposal(index: number): Proposal {
    return this.proposals[index] as Proposal; // there are two, and indexes are 0 and 1
  }

  #session(index: number): Session | undefined {
    return this.account.sessions.get(pick([...this.handedOut], index) ?? '');
  }

  #indexOf(eventId: string): number {
    return this.account.events.findIndex(({ id }) => id === eventId);
  }
}

const foreignSale = {
  ...{ amount_total: 5_000, currency: 'usd', description: 'A shirt', metadata: { order: '7' } },
  ...{ customer_email: 'eve@example.com', client_reference_id: null, expires_at: null },
  ...{ success_url: 'https://shop.example', cancel_url: null },
};

const cheque = () => ({
  ...{ method: 'cheque', amount_cents: 100_000, overpayment: true },
  received_on: new Date().toISOString().slice(0, 10),
});

/** One sample of an exposition, 0 where there is none. */
export function sampleOf(text: string, series: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line ? Number(line.slice(series.length + 1)) : 0;
}

function isNone({ database, stripe, call, death }: Faults): boolean {
  return death === undefined && [...database, ...stripe, ...call].every((fault) => fault === undefined);
}

function pick<T>(all: readonly T[], index: number): T | undefined {
  return all[index % Math.max(all.length, 1)];
}
