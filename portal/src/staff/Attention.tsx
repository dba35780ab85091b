import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { isInquiry } from '../../../src/domain/entry.ts';
import { describeAnomaly } from '../../../src/domain/words.ts';
import { type Attention, answerOf } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { locale } from '../locale.ts';
import { formatMoney, formatNumber } from '../money.ts';
import { formatTime } from '../time.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { canBeSentAgain, describeOwed } from './describe-owed.ts';
import { Failure } from './Failure.tsx';
import { SendAgain } from './Mail.tsx';
import { useStaff, useTitle } from './staff-context.ts';

const pollMs = 60_000;

function useAttention() {
  const { api } = useStaff();
  return useQuery({
    queryKey: ['attention'],
    queryFn: () => answerOf(api.reports.attention.$get()),
    refetchInterval: pollMs,
  });
}

/** Shown on every page while something needs attention. */
export function AttentionBanner() {
  const { data, error } = useAttention();
  if (!data && error) return <Banner title="We couldn’t check what needs attention." />;
  if (!data) return null;
  const { anomalies, disputes, refused, mails, unattributed } = data;
  const inquiries = disputes.filter(({ status }) => isInquiry(status)).length;
  const parts = [
    count(anomalies.length, 'payment mismatch', 'payment mismatches'),
    count(disputes.length - inquiries, 'open dispute', 'open disputes'),
    count(inquiries, 'inquiry by a bank', 'inquiries by banks'),
    count(refused.length, 'payment that Stripe refused', 'payments that Stripe refused'),
    count(mails.length, 'mail that did not arrive', 'mails that did not arrive'),
    count(unattributed.length, 'unmatched payment', 'unmatched payments'),
  ].filter(Boolean);
  if (parts.length === 0) return null;
  return (
    <Banner title={`Needs attention: ${new Intl.ListFormat(locale).format(parts)}.`}>
      <Link href="/staff/attention">Review</Link>
    </Banner>
  );
}

/** It interrupts no screen reader: an alert is what follows a click. */
function Banner({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <aside className="banner" aria-label="Needs attention">
      <div className="notice bad">
        <strong>{title}</strong> {children}
      </div>
    </aside>
  );
}

const count = (number: number, one: string, many: string) =>
  number === 0 ? '' : `${number} ${number === 1 ? one : many}`;

export function AttentionPage() {
  useTitle('Attention');
  const { data, error, refetch } = useAttention();
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label="Looking…" />;
  return (
    <>
      <h1>Needs attention</h1>
      {Object.values(data).every((tasks) => tasks.length === 0) && (
        <div className="empty">
          <p>Nothing needs attention.</p>
          <p className="quiet">
            Payments that differ from what was agreed, disputes and mails that did not arrive are listed here.
          </p>
        </div>
      )}
      <List title="Payment mismatches" hint="Of the last 30 days. Refund or accept each.">
        {data.anomalies.map((anomaly) => (
          <Task
            key={`${anomaly.proposal_id} ${anomaly.created_at} ${anomaly.reason}`}
            proposal={anomaly}
            time={anomaly.created_at}
            words={describeAnomaly(
              anomaly.reason,
              formatMoney(anomaly.amount_cents, anomaly.currency ?? anomaly.expected_currency),
              formatMoney(anomaly.expected_cents, anomaly.expected_currency),
            )}
            action={<Accept anomaly={anomaly} />}
          />
        ))}
      </List>
      <List
        title="Open disputes and inquiries"
        hint="Answer them in Stripe’s dashboard before they are lost."
      >
        {data.disputes.map((dispute) => (
          <Task
            key={dispute.dispute_id}
            proposal={dispute}
            time={dispute.created_at}
            words={`${formatMoney(dispute.amount_cents, dispute.currency)} ${isInquiry(dispute.status) ? 'asked about by the bank' : 'disputed'}, ${dispute.reason.replaceAll('_', ' ')}`}
          />
        ))}
      </List>
      <List title="What Stripe would not do" hint="The customer cannot go on. Open the proposal to mend it.">
        {data.refused.map((refusal) => (
          <Task
            key={`${refusal.proposal_id} ${refusal.event} ${refusal.created_at}`}
            proposal={refusal}
            time={refusal.created_at}
            words={[refusedWords[refusal.event], refusal.code?.replaceAll('_', ' ')]
              .filter(Boolean)
              .join(', ')}
          />
        ))}
      </List>
      <List
        title="Mails that did not arrive"
        hint="Correct the address, send it again, or call the customer. An address that refused a mail gets no more."
      >
        {data.mails.map((mail) => (
          <Task
            key={mail.mail_id}
            proposal={mail}
            time={mail.created_at}
            words={describeOwed(mail)}
            action={canBeSentAgain(mail) && <SendAgain proposalId={mail.proposal_id} mailId={mail.mail_id} />}
          />
        ))}
      </List>
      <List
        title="Unmatched payments"
        hint="Of the last 30 days. Find them in Stripe’s dashboard; they are tried again every five minutes."
      >
        {data.unattributed.map((event) => (
          <li key={event.event_id}>
            <span>
              {event.currency && <strong>{formatMoney(event.amount_cents, event.currency)}</strong>}{' '}
              <code>{event.object_id}</code> <span>{`(${event.type})`}</span>{' '}
              <When time={event.received_at} />
            </span>
          </li>
        ))}
      </List>
    </>
  );
}

const refusedWords: Record<Attention['refused'][number]['event'], string> = {
  checkout_refused: 'the payment was refused',
  refund_refused: 'the refund was refused',
  refund_failed: 'the refund failed',
};

function Accept({ anomaly }: { anomaly: Attention['anomalies'][number] }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action="Accept"
      title="Accept this payment as it is"
      yes="Accept"
      run={(fields) =>
        answerOf(
          api.proposals[':proposal_id'].anomalies[':entry_id'].accept.$post({
            param: { proposal_id: String(anomaly.proposal_id), entry_id: String(anomaly.entry_id) },
            json: { note: String(fields.get('note')) },
          }),
        )
      }
    >
      <p>It needs no attention then. What you note stands in the proposal’s history.</p>
      <TextField name="note" label="Why it is all right" most={500} />
    </ActionDialog>
  );
}

/** Tasks of one kind; nothing of it where there are none. */
function List({ title, hint, children }: { title: string; hint: string; children: ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <section className="card" aria-label={title}>
      <h2>{`${title} (${formatNumber(children.length)})`}</h2>
      <p className="quiet">{hint}</p>
      <ul className="attention">{children}</ul>
    </section>
  );
}

/** One thing to look at, with what can be done about it here. */
function Task({
  proposal: { proposal_id: id, title },
  time,
  words,
  action,
}: {
  proposal: Pick<Attention['anomalies'][number], 'proposal_id' | 'title'>;
  time: string;
  words: string;
  action?: ReactNode;
}) {
  return (
    <li>
      <span>
        <Link href={`/staff/proposals/${id}`}>
          <bdi>{title}</bdi>
        </Link>{' '}
        <span>{`${words}.`}</span> <When time={time} />
      </span>
      {action}
    </li>
  );
}

function When({ time }: { time: string }) {
  return (
    <time className="quiet" dateTime={time}>
      {formatTime(time)}
    </time>
  );
}
