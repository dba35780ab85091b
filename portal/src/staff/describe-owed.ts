import type { Entry } from '../api.ts';
import { texts } from '../texts/staff.ts';

type Owed = Entry['owed'][number];

const mailWords: Record<Owed['kind'], string> = texts.describeOwed.mailWords;

const reasonWords: Record<string, string> = texts.describeOwed.reasonWords;

/** What became of a mail that an entry owes, in words. */
export function describeOwed({ kind, state, reason }: Pick<Owed, 'kind' | 'state' | 'reason'>): string {
  const mail = mailWords[kind];
  const why = reasonWords[reason ?? ''] ?? spaced(reason ?? 'refused');
  switch (state) {
    case 'queued':
      if (reason) return texts.describeOwed.waits(mail, spaced(reason));
      return isLater(kind) ? texts.describeOwed.isPlanned(mail) : texts.describeOwed.isAboutToBeMailed(mail);
    case 'sending':
      return texts.describeOwed.isBeingMailed(mail);
    case 'sent':
      return texts.describeOwed.wasMailed(mail);
    case 'delivered':
      return texts.describeOwed.wasDelivered(mail);
    case 'bounced':
      return texts.describeOwed.cameBack(mail);
    case 'complained':
      return texts.describeOwed.wasReportedAsSpam(mail);
    case 'failed':
      return texts.describeOwed.couldNotBeMailed(mail, why);
    case 'perhaps_sent':
      return reason === 'no_answer'
        ? texts.describeOwed.perhapsMailed(mail)
        : texts.describeOwed.perhapsMailedAndOver(mail, why);
    case 'stale':
      return texts.describeOwed.wasNotMailed(mail, why);
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
 * The mails that staff read of, by the entry that owes them; `entries` come newest first. Of those that are planned, the next of
 * each kind that its newest entry owes, and none once the proposal is over: what is older is found needless on its day. Nor
 * what was found needless, such as a reminder of what was paid by then.
 */
export function newsOf(
  entries: readonly Pick<Entry, 'id' | 'owed'>[],
  isOver: boolean,
): ReadonlyMap<number, readonly Owed[]> {
  const planned = new Set<Owed['kind']>();
  const isNeedless = ({ kind, state, reason }: Owed) =>
    state === 'stale' &&
    (isLater(kind) || kind === 'withdrawn' || kind === 'notice') &&
    reason !== 'too_late' &&
    reason !== 'channel_off';
  function isNews(mail: Owed): boolean {
    if (mail.state !== 'queued') return !isNeedless(mail);
    if (mail.kind === 'withdrawn') return false; // mailed only to those who have the link, which is looked at then
    if (!isLater(mail.kind)) return true;
    if (isOver || planned.has(mail.kind)) return false;
    planned.add(mail.kind);
    return true;
  }
  return new Map(entries.map(({ id, owed }) => [id, owed.filter(isNews)]));
}

/** What is mailed some days after its entry. */
export function isLater(kind: Owed['kind']): boolean {
  return kind === 'reminder' || kind === 'expiring' || kind === 'instalment';
}

function spaced(code: string): string {
  return code.replaceAll('_', ' ');
}
