import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { isInquiry } from '../../../src/domain/entry.ts';
import { describeAnomaly } from '../../../src/domain/words.ts';
import { type Attention, answerOf } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { locale } from '../locale.ts';
import { formatMoney, formatNumber } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { formatTime } from '../time.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { Allowed } from './Allowed.tsx';
import { describeBlock, TryAgain } from './Booking.tsx';
import { canBeSentAgain, describeOwed } from './describe-owed.ts';
import { EmptyState } from './EmptyState.tsx';
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
  if (!data && error) return <Banner title={texts.attention.couldNotCheck} />;
  if (!data) return null;
  const { anomalies, disputes, refused, mails, unattributed } = data;
  const { bookings = [], book_changes: changes = [], connections = [] } = data; // an API from before has none
  const inquiries = disputes.filter(({ status }) => isInquiry(status)).length;
  const counts = {
    anomalies: anomalies.length,
    disputes: disputes.length - inquiries,
    inquiries,
    refused: refused.length,
    mails: mails.length,
    unattributed: unattributed.length,
    bookings: bookings.length + changes.length,
    connections: connections.length,
  };
  const parts = Object.entries(texts.attention.counts).flatMap(([kind, write]) => {
    const count = counts[kind as keyof typeof counts];
    return count === 0 ? [] : [write(formatNumber(count), count === 1)];
  });
  if (parts.length === 0) return null;
  return (
    <Banner title={texts.attention.needsAttention(new Intl.ListFormat(locale).format(parts))}>
      <Link href="/staff/attention">{texts.attention.review}</Link>
    </Banner>
  );
}

/** It interrupts no screen reader: an alert is what follows a click. */
function Banner({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <aside className="banner" aria-label={texts.attention.title}>
      <div className="notice bad">
        <strong>{title}</strong> {children}
      </div>
    </aside>
  );
}

export function AttentionPage() {
  useTitle(texts.attention.tabTitle);
  const { data, error, refetch } = useAttention();
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label={texts.attention.looking} />;
  return (
    <>
      <h1>{texts.attention.title}</h1>
      {Object.values(data).every((tasks) => tasks.length === 0) && (
        <EmptyState title={texts.attention.nothingNeedsAttention} hint={texts.attention.emptyHint} />
      )}
      <List title={texts.attention.mismatchesTitle} hint={texts.attention.mismatchesHint}>
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
            action={
              <Allowed to="payments:write">
                <Accept anomaly={anomaly} />
              </Allowed>
            }
          />
        ))}
      </List>
      <List title={texts.attention.disputesTitle} hint={texts.attention.disputesHint}>
        {data.disputes.map((dispute) => (
          <Task
            key={dispute.dispute_id}
            proposal={dispute}
            time={dispute.created_at}
            words={texts.attention[isInquiry(dispute.status) ? 'askedAbout' : 'disputed'](
              formatMoney(dispute.amount_cents, dispute.currency),
              dispute.reason.replaceAll('_', ' '),
            )}
          />
        ))}
      </List>
      <List title={texts.attention.refusedTitle} hint={texts.attention.refusedHint}>
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
      <List title={texts.attention.mailsTitle} hint={texts.attention.mailsHint}>
        {data.mails.map((mail) => (
          <Task
            key={mail.mail_id}
            proposal={mail}
            time={mail.created_at}
            words={describeOwed(mail)}
            action={
              canBeSentAgain(mail) && (
                <Allowed to="proposals:write">
                  <SendAgain proposalId={mail.proposal_id} mailId={mail.mail_id} />
                </Allowed>
              )
            }
          />
        ))}
      </List>
      <List title={texts.attention.connectionsTitle} hint={texts.attention.connectionsHint}>
        {(data.connections ?? []).map(({ company, state, ends_at: endsAt }) => (
          <li key={company}>
            <span>
              <Link href="/staff/books">
                <bdi>{company}</bdi>
              </Link>{' '}
              <span>{texts.attention.connectionWords[state]}</span>{' '}
              {state !== 'lost' && endsAt && <When time={endsAt} />}
            </span>
          </li>
        ))}
      </List>
      <List title={texts.attention.bookingsTitle} hint={texts.attention.bookingsHint}>
        {(data.bookings ?? []).map((booking) => (
          <Task
            key={booking.booking_id}
            proposal={booking}
            time={booking.created_at}
            words={describeBlock(booking.reason)}
            action={
              <Allowed to="payments:write">
                <TryAgain proposalId={booking.proposal_id} bookingId={booking.booking_id} />
              </Allowed>
            }
          />
        ))}
      </List>
      <List title={texts.attention.bookChangesTitle} hint={texts.attention.bookChangesHint}>
        {(data.book_changes ?? []).map((change) => (
          <Task
            key={`${change.proposal_id} ${change.document_type} ${change.document_number} ${change.created_at}`}
            proposal={change}
            time={change.created_at}
            words={texts.attention.bookChange(
              change.document_number,
              formatMoney(change.seen_cents, change.currency),
              formatMoney(change.amount_cents, change.currency),
              change.deleted,
            )}
          />
        ))}
      </List>
      <List title={texts.attention.unmatchedTitle} hint={texts.attention.unmatchedHint}>
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

const refusedWords: Record<Attention['refused'][number]['event'], string> = texts.attention.refusedWords;

function Accept({ anomaly }: { anomaly: Attention['anomalies'][number] }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action={texts.attention.accept}
      title={texts.attention.acceptTitle}
      yes={texts.attention.accept}
      done={texts.attention.accepted}
      run={(fields) =>
        answerOf(
          api.proposals[':proposal_id'].anomalies[':entry_id'].accept.$post({
            param: { proposal_id: String(anomaly.proposal_id), entry_id: String(anomaly.entry_id) },
            json: { note: String(fields.get('note')) },
          }),
        )
      }
    >
      <p>{texts.attention.acceptHint}</p>
      <TextField name="note" label={texts.attention.whyItIsAllRight} most={500} />
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
        <span>{texts.attention.task(words)}</span> <When time={time} />
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
