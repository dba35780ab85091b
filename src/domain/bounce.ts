import type { CommandOf } from './command.ts';
import type { Ruling } from './decision.ts';
import type { Proposal } from './proposal.ts';

/** Notes that a mail to the customer came back: once a mail, however often its vendor says so. */
export function noteBounce(state: Proposal, { mailId, reason }: CommandOf<'note_bounce'>): Ruling {
  if (state.bouncedMails.has(mailId)) return { events: [] };
  return { events: [{ event: 'mail_bounced', meta: { mail_id: mailId, reason } }] };
}
