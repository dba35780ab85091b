import type { SessionState, StripeGateway } from '../stripe/gateway.ts';

type Question = { answer?: SessionState; error?: unknown };

/** The questions that are under way in this isolate, by session, for each Stripe account. */
const asked = new WeakMap<StripeGateway, Map<string, Question>>();

const [pollMs, patienceMs] = [20, 10_000];

/**
 * How a session stands at Stripe. Those who ask while somebody else asks about it get the same answer: many polls are one
 * question. Each polls with a timer of its own, since a request must not wait for another one to be done.
 */
export async function askOnce(stripe: StripeGateway, sessionId: string): Promise<SessionState> {
  const questions = asked.get(stripe) ?? new Map<string, Question>();
  asked.set(stripe, questions);
  const others = questions.get(sessionId);
  for (let waitedMs = 0; others && waitedMs < patienceMs; waitedMs += pollMs) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    if (others.answer) return others.answer;
    if (others.error) throw others.error;
  }
  const ours: Question = {};
  questions.set(sessionId, ours);
  try {
    ours.answer = await stripe.retrieveCheckoutSession(sessionId);
    return ours.answer;
  } catch (error) {
    ours.error = error;
    throw error;
  } finally {
    if (questions.get(sessionId) === ours) questions.delete(sessionId);
  }
}
