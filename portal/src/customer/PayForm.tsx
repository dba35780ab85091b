import { Form } from '@base-ui/react/form';
import type { Api, Proposal } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/customer.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { wordsOf } from './problem-words.ts';
import { usePayment } from './use-payment.ts';
import type { Due } from './what-is-due.ts';

/**
 * Approves the version on the screen, if it is not approved yet, and goes to pay what is due; or all of it, where the org
 * offers that. Where nothing is due it only approves.
 */
export function PayForm({ api, proposal, what }: { api: Api; proposal: Proposal; what: Due }) {
  const { pay, isBusy, error } = usePayment(api, proposal);
  const { due_cents: due, remaining_cents: remaining, currency } = proposal;
  const needsApproval = proposal.approved_by === null;
  const mayPayAll = proposal.pay_in_full && remaining > due;
  const amount = formatMoney(due, currency);
  const action = texts.payForm[needsApproval ? 'approveAndPay' : 'pay'][what](amount);
  return (
    <Form
      onFormSubmit={({ name }, { event }) => {
        const { submitter } = event as unknown as SubmitEvent;
        const isFull = submitter instanceof HTMLButtonElement && submitter.value === 'full';
        if (!isBusy) pay(String(name ?? '').trim(), isFull ? 'full' : 'due');
      }}
    >
      {needsApproval && <Approval proposal={proposal} />}
      <Button type="submit" kind="primary" isLarge busy={isBusy && texts.payForm.oneMoment} translate="no">
        {due > 0 ? action : texts.payForm.approve}
      </Button>
      {mayPayAll && !isBusy && (
        <Button type="submit" value="full" isLarge translate="no">
          {texts.payForm[needsApproval ? 'approveAndPayAllOfIt' : 'payAllOfIt'](
            formatMoney(remaining, currency),
          )}
        </Button>
      )}
      {error && (
        <Notice kind="bad" title={texts.payForm.thatDidNotWork}>
          <p>{wordsOf(error, proposal.org_name)}</p>
        </Notice>
      )}
      {(due > 0 || mayPayAll) && <p className="quiet">{texts.payForm.youPayOnStripesPage}</p>}
    </Form>
  );
}

function Approval({ proposal }: { proposal: Proposal }) {
  const { total_cents: total, currency, org_name: org, due_cents: due } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  return (
    <>
      {/* One text: a translation must not change what is approved. */}
      <p translate="no">{texts.payForm.consent(money(total), org, due > 0 ? money(due) : null)}</p>
      <TextField
        name="name"
        label={texts.payForm.yourFullName}
        most={200}
        autoComplete="name"
        missing={texts.payForm.nameMissing}
      />
    </>
  );
}
