import type { Observer } from './actor.ts';
import { approve, decline, send, view } from './approval.ts';
import { noteBounce } from './bounce.ts';
import { whyOutOfBounds } from './bounds.ts';
import { decideCheckout, refuseCheckout } from './checkout.ts';
import type { ProposalCommand } from './command.ts';
import { canSee, type Decision, isRejection, proposalNotFound, type Ruling } from './decision.ts';
import { stamp } from './entry.ts';
import { acceptAnomaly, recordPayment, requestPayment, reversePayment } from './money-by-hand.ts';
import { isAllowed, type Permission } from './permissions.ts';
import type { Proposal } from './proposal.ts';
import { refuseRefund, requestRefund } from './refund.ts';
import { decideVoid, revise } from './revision.ts';
import { revokeLinks, whyLinkEnded } from './revocation.ts';
import { settle } from './settlement.ts';

/** What was seen at a vendor: no actor asks for it. */
type ObservedCommand = Extract<ProposalCommand, { readonly via: Observer }>;

type ActorCommand = Exclude<ProposalCommand, ObservedCommand>;

const permissions = {
  send: 'proposals:write',
  view: 'proposals:view',
  approve: 'proposals:approve',
  decline: 'proposals:decline',
  request_payment: 'payments:write',
  record_payment: 'payments:write',
  reverse_payment: 'payments:write',
  request_refund: 'refunds:write',
  accept_anomaly: 'payments:write',
  revise: 'proposals:write',
  void: 'proposals:write',
  revoke_links: 'proposals:write',
  record_checkout: 'checkouts:write',
  refuse_checkout: 'checkouts:write',
} as const satisfies Record<ActorCommand['kind'], Permission>;

/** Decides any command about a proposal. Pure: `now` is passed in. */
export function decide(state: Proposal, command: ProposalCommand, now: Date): Decision {
  const ruling = rule(state, command, now);
  if (isRejection(ruling)) return ruling;
  const refusal = ruling.events.length > 0 ? whyOutOfBounds(state, command) : null;
  if (refusal) return refusal;
  const author = isObserved(command) ? { kind: command.via } : command.actor;
  return { events: ruling.events.map((event) => stamp(event, author)) };
}

function isObserved(command: ProposalCommand): command is ObservedCommand {
  return 'via' in command;
}

function rule(state: Proposal, command: ProposalCommand, now: Date): Ruling {
  if (command.kind === 'settle') return settle(state, command.observation, now);
  if (command.kind === 'refuse_refund') return refuseRefund(state, command);
  if (command.kind === 'note_bounce') return noteBounce(state, command);
  if (command.kind === 'note_booking') return { events: [command.event] }; // once, by its key
  const { actor } = command;
  if (!canSee(actor, state)) return proposalNotFound();
  const ended = actor.kind === 'customer' ? whyLinkEnded(actor, state, now) : null;
  if (ended) return ended;
  if (!isAllowed(actor, permissions[command.kind])) {
    return { rejected: 'forbidden', detail: 'Only staff may do this.' };
  }
  switch (command.kind) {
    case 'send':
      return send(state, command, now);
    case 'view':
      return view(state, command, now);
    case 'approve':
      return approve(state, command, now);
    case 'decline':
      return decline(state, command);
    case 'request_payment':
      return requestPayment(state, command, now);
    case 'record_payment':
      return recordPayment(state, command, now);
    case 'reverse_payment':
      return reversePayment(state, command);
    case 'request_refund':
      return requestRefund(state, command);
    case 'accept_anomaly':
      return acceptAnomaly(state, command);
    case 'revise':
      return revise(state, command);
    case 'void':
      return decideVoid(state);
    case 'revoke_links':
      return revokeLinks(state);
    case 'record_checkout':
      return decideCheckout(state, command, now);
    case 'refuse_checkout':
      return refuseCheckout(state, command, now);
  }
}
