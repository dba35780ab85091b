import type { Entry } from '../api.ts';

type Owed = Entry['owed'][number];

const mailWords: Record<Owed['kind'], string> = {
  link: 'The link',
  new_link: 'A new link, which was asked for',
  reminder: 'A reminder',
  expiring: 'A reminder that the offer runs out',
  receipt: 'The receipt',
  payment_failed: 'Word that the payment failed',
  refund: 'Word of the refund',
  instalment: 'The request to pay',
  withdrawn: 'Word that the offer is withdrawn',
  notice: 'A notice to your team',
};

const reasonWords: Record<string, string> = {
  proposal_changed: 'the proposal changed before that',
  proposal_void: 'the proposal was voided before that',
  proposal_declined: 'the proposal was declined before that',
  proposal_expired: 'the offer ran out before that',
  address_changed: 'the address was corrected',
  links_revoked: 'the links were withdrawn before that',
  user_deactivated: 'its reader has left',
  not_wanted: 'its reader does not get these',
  channel_off: 'mail was switched off',
  too_late: 'it could not be sent for three days',
  address: 'the address cannot be right',
  suppressed: 'the address takes no mail from you. Correct it first',
};

/** What became of a mail that an entry owes, in words. */
export function describeOwed({ kind, state, reason }: Pick<Owed, 'kind' | 'state' | 'reason'>): string {
  const mail = mailWords[kind];
  const why = reasonWords[reason ?? ''] ?? spaced(reason ?? 'refused');
  switch (state) {
    case 'queued':
      if (reason) return `${mail} waits: mail is held up (${spaced(reason)})`;
      return isLater(kind) ? `${mail} is planned` : `${mail} is about to be mailed`;
    case 'sending':
      return `${mail} is being mailed`;
    case 'sent':
      return `${mail} was mailed`;
    case 'delivered':
      return `${mail} was delivered`;
    case 'bounced':
      return `${mail} came back: the address does not take it`;
    case 'complained':
      return `${mail} was reported as spam`;
    case 'failed':
      return `${mail} could not be mailed: ${why}`;
    case 'perhaps_sent':
      return reason === 'no_answer'
        ? `${mail} was perhaps mailed: the vendor did not say. Ask before you send it again`
        : `${mail} was perhaps mailed, and is not any more: ${why}`;
    case 'stale':
      return `${mail} was not mailed: ${why}`;
  }
}

/** Whether somebody should look after it. */
export function isUndelivered({ state }: Owed): boolean {
  return ['failed', 'perhaps_sent', 'stale', 'bounced', 'complained'].includes(state);
}

/** Whether it will be mailed within the minute, unless mail is held up. */
export function isOnItsWay({ kind, state }: Owed): boolean {
  return state === 'sending' || (state === 'queued' && !isLater(kind));
}

/** Whether staff may want it mailed once more. What was not true any more still is not, and some addresses take no more. */
export function canBeSentAgain({ kind, state }: Pick<Owed, 'kind' | 'state'>): boolean {
  return kind !== 'notice' && !['queued', 'sending', 'stale', 'bounced', 'complained'].includes(state);
}

/**
 * The mails that staff read of: the next one of each kind that is planned, and not what its day showed to be needless, such as a
 * reminder of what was paid by then.
 */
export function newsOf(mails: readonly Owed[]): readonly Owed[] {
  const isPlanned = ({ kind, state }: Owed) => state === 'queued' && isLater(kind);
  const isNeedless = ({ kind, state, reason }: Owed) =>
    state === 'stale' &&
    (isLater(kind) || kind === 'withdrawn' || kind === 'notice') &&
    reason !== 'too_late' &&
    reason !== 'channel_off';
  const isNext = (mail: Owed) => mails.find((one) => isPlanned(one) && one.kind === mail.kind) === mail;
  return mails.filter((mail) => !isNeedless(mail) && (!isPlanned(mail) || isNext(mail)));
}

/** What is mailed some days after its entry. */
function isLater(kind: Owed['kind']): boolean {
  return kind === 'reminder' || kind === 'expiring' || kind === 'instalment';
}

function spaced(code: string): string {
  return code.replaceAll('_', ' ');
}
