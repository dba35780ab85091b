import { approve, send, view } from './approval.ts';
import { whyOutOfBounds } from './bounds.ts';
import { decideCheckout } from './checkout.ts';
import type { ProposalCommand } from './command.ts';
import { canSee, type Decision, isRejection, proposalNotFound, type Ruling } from './decision.ts';
import { stamp } from './entry.ts';
import { isAllowed, type Permission } from './permissions.ts';
import type { Proposal } from './proposal.ts';
import { decideVoid, revise } from './revision.ts';
import { isCurrentLink, revokeLinks, tokenRevoked } from './revocation.ts';
import { settle } from './settlement.ts';

type ActorCommand = Exclude<ProposalCommand, { kind: 'settle' }>;

const permissions = {
  send: 'proposals:write',
  view: 'proposals:view',
  approve: 'proposals:approve',
  revise: 'proposals:write',
  void: 'proposals:write',
  revoke_links: 'proposals:write',
  record_checkout: 'checkouts:write',
} as const satisfies Record<ActorCommand['kind'], Permission>;

/** Decides any command about a proposal. Pure: `now` is passed in. */
export function decide(state: Proposal, command: ProposalCommand, now: Date): Decision {
  const ruling = rule(state, command, now);
  if (isRejection(ruling)) return ruling;
  const refusal = ruling.events.length > 0 ? whyOutOfBounds(state, command) : null;
  if (refusal) return refusal;
  const author = command.kind === 'settle' ? { kind: command.via } : command.actor;
  return { events: ruling.events.map((event) => stamp(event, author)) };
}

function rule(state: Proposal, command: ProposalCommand, now: Date): Ruling {
  if (command.kind === 'settle') return settle(state, command.observation);
  const { actor } = command;
  if (!canSee(actor, state)) return proposalNotFound();
  if (actor.kind === 'customer' && !isCurrentLink(actor, state.linkGeneration)) return tokenRevoked(actor);
  if (!isAllowed(actor, permissions[command.kind])) {
    return { rejected: 'forbidden', detail: 'Only staff may do this.' };
  }
  switch (command.kind) {
    case 'send':
      return send(state, command, now);
    case 'view':
      return view(state, now);
    case 'approve':
      return approve(state, command);
    case 'revise':
      return revise(state, command);
    case 'void':
      return decideVoid(state);
    case 'revoke_links':
      return revokeLinks(state);
    case 'record_checkout':
      return decideCheckout(state, command, now);
  }
}
