import { Form } from '@base-ui/react/form';
import type { Api, Proposal } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { formatMoney } from '../money.ts';
import { Notice } from '../ui/Notice.tsx';
import { wordsOf } from './problem-words.ts';
import { usePayment } from './use-payment.ts';

/**
 * Approves the version on the screen, if it is not approved yet, and goes to pay what is due; or all of it, where the org
 * offers that. Where nothing is due it only approves.
 */
export function PayForm({ api, proposal, what }: { api: Api; proposal: Proposal; what: string | null }) {
  const { pay, isBusy, error } = usePayment(api, proposal);
  const { due_cents: due, remaining_cents: remaining, currency } = proposal;
  const needsApproval = proposal.approved_by === null;
  const mayPayAll = proposal.pay_in_full && remaining > due;
  const action = needsApproval ? (due > 0 ? 'Approve & pay' : 'Approve') : 'Pay';
  const amount = due > 0 ? [what, formatMoney(due, currency)].filter(Boolean).join(' ') : '';
  return (
    <Form
      onFormSubmit={({ name }, { event }) => {
        const { submitter } = event as unknown as SubmitEvent;
        const isFull = submitter instanceof HTMLButtonElement && submitter.value === 'full';
        if (!isBusy) pay(String(name ?? '').trim(), isFull ? 'full' : 'due');
      }}
    >
      {needsApproval && <Approval proposal={proposal} />}
      <button type="submit" className="primary large" aria-disabled={isBusy} translate="no">
        {isBusy ? 'One moment…' : [action, amount].filter(Boolean).join(' ')}
      </button>
      {mayPayAll && !isBusy && (
        <button type="submit" value="full" className="large" translate="no">
          {`${needsApproval ? 'Approve & pay' : 'Pay'} all of it, ${formatMoney(remaining, currency)}`}
        </button>
      )}
      {error && (
        <Notice kind="bad" title="That did not work">
          <p>{wordsOf(error, proposal.org_name)}</p>
        </Notice>
      )}
      {(due > 0 || mayPayAll) && <p className="quiet">You pay on Stripe’s page. We never see your card.</p>}
    </Form>
  );
}

function Approval({ proposal }: { proposal: Proposal }) {
  const { total_cents: total, currency, org_name: org, due_cents: due } = proposal;
  const begin =
    due > 0 ? `ask ${org} to begin once ${formatMoney(due, currency)} is paid` : `ask ${org} to begin`;
  return (
    <>
      {/* One text: a translation must not change what is approved. */}
      <p translate="no">
        {`By typing your name you approve this proposal as it stands here, for ${formatMoney(total, currency)} in all, and ${begin}. Your name, the time and your IP address are recorded with it.`}
      </p>
      <TextField
        name="name"
        label="Your full name"
        most={200}
        autoComplete="name"
        missing="Please type your name to approve."
      />
    </>
  );
}
