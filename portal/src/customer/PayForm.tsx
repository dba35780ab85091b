import { Field } from '@base-ui/react/field';
import { Form } from '@base-ui/react/form';
import { type Api, Problem, type Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { Notice } from '../ui/Notice.tsx';
import { AmountChanged, usePayment } from './use-payment.ts';

/** One button that approves the version on the screen, if it is not approved yet, and goes to pay. */
export function PayForm({ api, proposal, amount }: { api: Api; proposal: Proposal; amount: string }) {
  const { pay, isBusy, error } = usePayment(api, proposal);
  const needsApproval = proposal.approved_by === null;
  return (
    <Form onFormSubmit={({ name }) => !isBusy && pay(String(name ?? '').trim())}>
      {needsApproval && <Approval proposal={proposal} />}
      <button type="submit" className="primary large" aria-disabled={isBusy}>
        {isBusy ? 'One moment…' : `${needsApproval ? 'Approve & pay' : 'Pay'} deposit ${amount}`}
      </button>
      {error && (
        <Notice kind="bad" title="That did not work">
          <p>{wordsFor(error)}</p>
        </Notice>
      )}
      <p className="quiet">You pay on Stripe’s page. We never see your card.</p>
    </Form>
  );
}

function Approval({ proposal }: { proposal: Proposal }) {
  const { total_cents: total, currency, org_name: org } = proposal;
  return (
    <>
      <p>
        By typing your name you approve this proposal as it stands here, for {formatMoney(total, currency)} in
        all, and ask {org} to begin once the deposit is paid. Your name, the time and your internet address
        are recorded with it.
      </p>
      <Field.Root name="name">
        <Field.Label>Your full name</Field.Label>
        <Field.Control
          required
          maxLength={200}
          pattern=".*[\p{L}\p{N}].*"
          autoComplete="name"
          placeholder={proposal.customer_name}
        />
        <Field.Error match="valueMissing">Please type your name to approve.</Field.Error>
        <Field.Error match="patternMismatch">Please type your name in letters.</Field.Error>
      </Field.Root>
    </>
  );
}

function wordsFor(error: Error): string {
  if (error instanceof AmountChanged) return 'The amount has changed. Please look at it, then click again.';
  if (!(error instanceof Problem)) return 'Please try again. Nothing was charged.';
  if (error.code === 'unreachable') {
    return 'We cannot be reached. Please check your connection and try again. Nothing was charged.';
  }
  const isOurs = error.isPassing || error.code === 'not_configured'; // nothing that a customer could fix
  return isOurs ? 'Please try again in a moment. Nothing was charged.' : error.message;
}
