import { Problem } from '../api.ts';
import { texts } from '../texts/customer.ts';
import { AmountChanged } from './use-payment.ts';

const again = texts.problemWords.pleaseTryAgainInAMoment;

/** Why approving or paying did not work, and what to do, by the API's code. Nothing that the server wrote is shown. */
export function wordsOf(error: Error, org: string): string {
  if (error instanceof AmountChanged) return texts.problemWords.lookAtTheAmount;
  const code = error instanceof Problem ? error.code : 'internal_error';
  switch (code) {
    case 'unreachable':
      return texts.problemWords.weCannotBeReached;
    case 'stripe_refused':
      return texts.problemWords.thisPaymentCannotBeTakenHere(org);
    case 'invalid_amount':
      return texts.problemWords.thisAmountCannotBePaidOnline(org);
    case 'invalid_request':
      return texts.problemWords.pleaseTypeYourNameInLetters;
    case 'version_conflict':
      return texts.problemWords.hasJustChangedThisProposal(org);
    case 'already_approved':
      return texts.problemWords.itIsApprovedAlready;
    case 'already_paid':
    case 'nothing_due':
      return texts.problemWords.nothingIsDueAnyMore;
    case 'payment_pending':
      return texts.problemWords.yourLastPaymentIsStillProcessing;
    case 'proposal_void':
    case 'proposal_declined':
    case 'proposal_expired':
      return texts.problemWords.thisProposalCanNoLonger(org);
    case 'proposal_not_approved':
      return texts.problemWords.pleaseApproveTheProposalFirst;
    case 'amount_mismatch':
    case 'pay_in_full_not_offered':
      return texts.problemWords.loadThePageAgain;
    case 'checkout_open':
      return texts.problemWords.thisProposalIsBeingPaid(again);
    case 'limit_reached':
      return texts.problemWords.thereWereTooManyAttempts(org);
    case 'rate_limited':
      return texts.problemWords.thereWereTooManyRequests;
    case 'token_missing':
    case 'token_invalid':
    case 'token_expired':
    case 'forbidden':
    case 'proposal_not_found':
      return texts.problemWords.yourLinkHasEnded(org);
    default:
      return texts.problemWords.nothingWasCharged(again);
  }
}
