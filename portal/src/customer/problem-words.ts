import { Problem } from '../api.ts';
import { AmountChanged } from './use-payment.ts';

const again = 'Please try again in a moment.';

/** Why approving or paying did not work, and what to do, by the API's code. Nothing that the server wrote is shown. */
export function wordsOf(error: Error, org: string): string {
  if (error instanceof AmountChanged) return 'The amount has changed. Please look at it, then click again.';
  const code = error instanceof Problem ? error.code : 'internal_error';
  switch (code) {
    case 'unreachable':
      return 'We cannot be reached. Please check your connection and try again. Nothing was charged.';
    case 'stripe_refused':
      return `This payment cannot be taken here. ${org} can see why: please ask them how to pay. Nothing was charged.`;
    case 'invalid_amount':
      return `This amount cannot be paid online. Please ask ${org} how to pay. Nothing was charged.`;
    case 'invalid_request':
      return 'Please type your name in letters.';
    case 'version_conflict':
      return `${org} has just changed this proposal. Please look at what is new, then approve it.`;
    case 'already_approved':
      return 'It is approved already.';
    case 'already_paid':
    case 'nothing_due':
      return 'Nothing is due any more. This page will show it in a moment.';
    case 'payment_pending':
      return 'Your last payment is still processing. Nothing more was charged.';
    case 'proposal_void':
    case 'proposal_declined':
    case 'proposal_expired':
      return `This proposal can no longer be approved or paid. Please ask ${org}. Nothing was charged.`;
    case 'proposal_not_approved':
      return 'Please approve the proposal first.';
    case 'amount_mismatch':
    case 'pay_in_full_not_offered':
      return 'The amount has changed. Please load this page again. Nothing was charged.';
    case 'checkout_open':
      return `This proposal is being paid in another window. ${again} Nothing was charged twice.`;
    case 'limit_reached':
      return `There were too many attempts. Please ask ${org} how to pay. Nothing was charged.`;
    case 'rate_limited':
      return 'There were too many requests. Please wait a minute and try again. Nothing was charged.';
    case 'token_missing':
    case 'token_invalid':
    case 'token_expired':
    case 'forbidden':
    case 'proposal_not_found':
      return `Your link has ended. Please ask ${org} for a new one. Nothing was charged.`;
    default:
      return `${again} Nothing was charged.`;
  }
}
