import type { TestProject } from 'vitest/node';
import { startStripe } from '../../local/stripe/server.ts';

/** The stand-in for Stripe that all tests share, each with accounts of its own. */
export default async function setup({ provide }: TestProject) {
  const stripe = await startStripe();
  provide('stripeApiBase', stripe.url);
  return stripe.stop;
}
