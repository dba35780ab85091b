import type { Mail } from '../domain/mail.ts';
import { type Message, mailbox, render } from './message.ts';
import { texts } from './texts.ts';

const words = texts.accounts;

/** What invites a person to an org. */
export function invitationMessage(orgName: string, inviter: string, url: string): Message {
  return render({
    subject: words.invited(orgName),
    sender: orgName,
    heading: words.invited(orgName),
    paragraphs: [words.whoInvites(inviter, orgName), words.howToJoin],
    button: { label: words.join, url },
    footer: words.forThreeDays,
  });
}

/** What lets a user set another password. */
export function resetMessage(orgName: string, email: string, url: string): Message {
  return render({
    subject: words.setAnother,
    sender: orgName,
    heading: words.setAnother,
    paragraphs: [words.somebodyAsked(email), words.ifItWasNotYou],
    button: { label: words.setAnother, url },
    footer: words.forAnHour,
  });
}

/** The mail that carries such a message to one of an org's people: in the org's name, and without a place for replies. */
export function accountMail(
  {
    from,
    orgName,
    to,
    kind,
  }: { readonly from: string; readonly orgName: string; readonly to: string; readonly kind: string },
  message: Message,
): Mail {
  return {
    from: mailbox(orgName, from),
    to,
    replyTo: null,
    ...message,
    headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834
    tags: { kind },
  };
}
