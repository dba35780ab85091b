import { useState } from 'react';
import { dateIn } from '../../../src/domain/calendar.ts';
import { chargeStep, maximumTotal } from '../../../src/domain/currency.ts';
import { type OfflineMethod, offlineMethods } from '../../../src/domain/proposal.ts';
import { methodWords } from '../../../src/domain/words.ts';
import { answerOf, type Proposal } from '../api.ts';
import { DateField } from '../fields/DateField.tsx';
import { moneyKind } from '../fields/kinds.ts';
import { NumberField, notUnderstood } from '../fields/NumberField.tsx';
import { TextField } from '../fields/TextField.tsx';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { formatTime } from '../time.ts';
import { Row, remainderWords } from '../ui/Offer.tsx';
import type { InstalmentAction } from '../ui/Schedule.tsx';
import { ActionDialog, numberOf } from './ActionDialog.tsx';
import { Allowed } from './Allowed.tsx';
import { useStaff } from './staff-context.ts';

type Payment = Proposal['payments'][number];

/** The money of a proposal: how it stands, each payment, and what staff can do about it. */
export function Money({ proposal }: { proposal: Proposal }) {
  const { currency, status } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  const isOpen = status !== 'void' && status !== 'declined';
  return (
    <section aria-labelledby="money" className="money">
      <h2 id="money">{texts.money.money}</h2>
      <dl className="sums" translate="no">
        <Row name={texts.money.paid} value={money(proposal.paid_cents)} />
        {proposal.refunded_cents > 0 && (
          <Row name={texts.money.refunded} value={money(-proposal.refunded_cents)} />
        )}
        {proposal.lost_cents > 0 && (
          <Row name={texts.money.lostInDisputes} value={money(-proposal.lost_cents)} />
        )}
        {proposal.pending_cents > 0 && (
          <Row name={texts.money.processing} value={money(proposal.pending_cents)} />
        )}
        {proposal.held_cents !== proposal.paid_cents && (
          <Row name={texts.money.held} value={money(proposal.held_cents)} />
        )}
        {isOpen && (
          <Row name={texts.money.dueNow} value={money(proposal.approved_by ? proposal.due_cents : 0)} />
        )}
        {isOpen && (
          <Row name={remainderWords(proposal)} value={money(proposal.remaining_cents)} className="total" />
        )}
      </dl>
      {proposal.payments.length > 0 && (
        <ul className="payments">
          {proposal.payments.map((payment) => (
            <li key={payment.payment_id}>
              <PaymentRow proposal={proposal} payment={payment} />
            </li>
          ))}
        </ul>
      )}
      {isOpen && proposal.pending_cents === 0 && (
        <Allowed to="payments:write">
          <RecordPayment proposal={proposal} />
        </Allowed>
      )}
    </section>
  );
}

/** Lets staff ask for the parts that are due when they do. */
export function askFor(proposal: Proposal): InstalmentAction {
  const askable = askableParts(proposal).map(({ key }) => key);
  return (part) =>
    askable.includes(part.key) ? (
      <Allowed to="payments:write">
        <AskFor proposal={proposal} part={part} />
      </Allowed>
    ) : null;
}

/** The parts of the schedule that wait for staff to ask for them. */
export function askableParts({ approved_by: approvedBy, status, schedule }: Proposal): Proposal['schedule'] {
  if (approvedBy === null || status === 'void' || status === 'declined') return [];
  return schedule.filter(
    ({ due, due_on: dueOn, state }) => due === 'request' && dueOn === null && state === 'later',
  );
}

export function AskFor({
  proposal,
  part,
  kind,
}: {
  proposal: Proposal;
  part: Proposal['schedule'][number];
  /** As what is next, it names what it asks for. */
  kind?: 'primary';
}) {
  const { api, me } = useStaff();
  const amount = formatMoney(part.amount_cents, proposal.currency);
  return (
    <ActionDialog
      action={kind ? texts.money.askForAmount(amount) : texts.money.askForIt}
      kind={kind}
      title={texts.money.askForAmountNow(amount)}
      yes={texts.money.askForIt}
      done={texts.money.askedFor(amount)}
      run={() =>
        answerOf(
          api.proposals[':proposal_id'].requests.$post({
            param: { proposal_id: String(proposal.id) },
            json: { key: part.key },
          }),
        )
      }
    >
      <p>{texts.money[me.mail === 'on' ? 'askForMailed' : 'askForHint'](proposal.customer_name)}</p>
    </ActionDialog>
  );
}

function PaymentRow({ proposal, payment }: { proposal: Proposal; payment: Payment }) {
  const { method, amount_cents: cents, currency, paid_at: paidAt, reversed } = payment;
  const how = method === 'stripe' ? texts.money.throughStripe : texts.money.by(methodWords[method]);
  return (
    <>
      <span className={reversed ? 'reversed' : undefined}>
        <strong>{formatMoney(cents, currency)}</strong> {how}, {formatTime(paidAt)}
        {reversed && texts.money.takenBack}
      </span>
      {method === 'stripe' && payment.refundable_cents > 0 && (
        <Allowed to="refunds:write">
          <Refund proposal={proposal} payment={payment} />
        </Allowed>
      )}
      {method !== 'stripe' && !reversed && (
        <Allowed to="payments:write">
          <Reverse proposal={proposal} payment={payment} />
        </Allowed>
      )}
    </>
  );
}

function Refund({ proposal, payment }: { proposal: Proposal; payment: Payment }) {
  const { api } = useStaff();
  const { currency, refundable_cents: left, payment_id: sessionId } = payment;
  const amount = moneyKind(currency, { least: chargeStep(currency), most: left });
  return (
    <ActionDialog
      action={texts.money.refund}
      title={texts.money.refundThisPayment}
      yes={texts.money.refund}
      done={texts.money.refundRequested}
      run={(fields, requestKey) =>
        answerOf(
          api.proposals[':proposal_id'].refunds.$post({
            param: { proposal_id: String(proposal.id) },
            header: { 'idempotency-key': requestKey },
            json: {
              session_id: sessionId,
              amount_cents: numberOf(fields, 'amount_cents', amount),
              reason: String(fields.get('reason')),
            },
          }),
        )
      }
    >
      <p>{texts.money.refundHint(proposal.customer_name)}</p>
      <NumberField
        name="amount_cents"
        label={texts.money.amount(currency.toUpperCase())}
        kind={amount}
        value={left}
      />
      <TextField name="reason" label={texts.money.reason} most={500} />
    </ActionDialog>
  );
}

function Reverse({ proposal, payment }: { proposal: Proposal; payment: Payment }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action={texts.money.takeBack}
      title={texts.money.takeThisPaymentBack}
      yes={texts.money.takeBack}
      done={texts.money.paymentTakenBack}
      run={(fields) =>
        answerOf(
          api.proposals[':proposal_id'].payments[':payment_id'].reverse.$post({
            param: { proposal_id: String(proposal.id), payment_id: payment.payment_id },
            json: { reason: String(fields.get('reason')) },
          }),
        )
      }
    >
      <p>{texts.money.takeBackHint}</p>
      <TextField name="reason" label={texts.money.reason} most={500} />
    </ActionDialog>
  );
}

function RecordPayment({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  const amount = receivable(proposal.currency);
  const today = dateIn(proposal.time_zone, new Date());
  return (
    <ActionDialog
      action={texts.money.recordAPayment}
      title={texts.money.recordAPayment}
      yes={texts.money.recordIt}
      done={texts.money.paymentRecorded}
      run={(fields, requestKey) => {
        const reference = String(fields.get('reference') ?? '').trim();
        return answerOf(
          api.proposals[':proposal_id'].payments.$post({
            param: { proposal_id: String(proposal.id) },
            header: { 'idempotency-key': requestKey },
            json: {
              method: fields.get('method') as OfflineMethod,
              amount_cents: numberOf(fields, 'amount_cents', amount),
              received_on: String(fields.get('received_on')),
              ...(reference ? { reference } : {}),
              ...(fields.get('overpayment') ? { overpayment: true } : {}),
            },
          }),
        );
      }}
    >
      <label>
        {texts.money.howItCame}
        <select name="method" defaultValue="bank_transfer">
          {offlineMethods.map((method) => (
            <option key={method} value={method}>
              {methodWords[method].replace(/^./, (letter) => letter.toUpperCase())}
            </option>
          ))}
        </select>
      </label>
      <AmountReceived proposal={proposal} />
      <DateField name="received_on" label={texts.money.receivedOn} most={today} start={today} />
      <TextField name="reference" label={texts.money.referenceOptional} isOptional most={200} />
    </ActionDialog>
  );
}

/** What can be recorded as received. */
const receivable = (currency: string) =>
  moneyKind(currency, { least: chargeStep(currency), most: maximumTotal });

/** An amount, at first what is due or remains. More than remains has to be meant. */
function AmountReceived({ proposal }: { proposal: Proposal }) {
  const { currency, remaining_cents: remaining, due_cents: due } = proposal;
  const start = due || remaining || notUnderstood;
  const [cents, setCents] = useState(start);
  return (
    <>
      <NumberField
        name="amount_cents"
        label={texts.money.amount(currency.toUpperCase())}
        kind={receivable(currency)}
        value={start}
        onChange={setCents}
      />
      {cents > remaining && (
        <label className="check">
          <input type="checkbox" name="overpayment" /> {texts.money.overpayment}
        </label>
      )}
    </>
  );
}
