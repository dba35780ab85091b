import { AppError } from '../errors.ts';
import { inSpan } from '../tracing.ts';
import type { StripeGateway } from './gateway.ts';

/** The same gateway; `count` hears of each call what it was and what came of it: `ok`, or why it failed. */
export function countCalls(
  gateway: StripeGateway,
  count: (operation: string, outcome: string) => void,
): StripeGateway {
  async function counted<T>(operation: string, call: () => Promise<T>): Promise<T> {
    try {
      const answer = await inSpan(`stripe ${operation}`, call);
      count(operation, 'ok');
      return answer;
    } catch (error) {
      count(operation, outcomeOf(error));
      throw error;
    }
  }

  async function* countedList<T>(operation: string, list: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* list;
      count(operation, 'ok');
    } catch (error) {
      count(operation, outcomeOf(error));
      throw error;
    }
  }

  return {
    createCheckoutSession: (...args) =>
      counted('create_session', () => gateway.createCheckoutSession(...args)),
    retrieveCheckoutSession: (id) => counted('retrieve_session', () => gateway.retrieveCheckoutSession(id)),
    expireCheckoutSession: (id) => counted('expire_session', () => gateway.expireCheckoutSession(id)),
    createRefund: (order) => counted('create_refund', () => gateway.createRefund(order)),
    findRefund: (order) => counted('list_refunds', () => gateway.findRefund(order)),
    retrieveMarks: (id) => counted('retrieve_payment_intent', () => gateway.retrieveMarks(id)),
    retrieveEvent: (id) => counted('retrieve_event', () => gateway.retrieveEvent(id)),
    listUndeliveredEvents: (...args) => countedList('list_events', gateway.listUndeliveredEvents(...args)),
    listOpenSessions: (created) => countedList('list_sessions', gateway.listOpenSessions(created)),
  };
}

/** `refused`, `rate_limited`, `timeout` or `failed`. */
function outcomeOf(error: unknown): string {
  const [, outcome] = (error instanceof AppError && /^stripe_(.+)$/.exec(error.code)) || [];
  return outcome ?? 'failed';
}
