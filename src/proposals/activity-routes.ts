import { Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { ProposalParam } from '../schemas.ts';
import { type EntryRow, type ListedEvent, listActivity } from './list-activity.ts';
import { listLinks, type SentLink } from './list-links.ts';
import { ListActivityQuery } from './schemas.ts';

export const activityRoutes = new Hono<AppEnv>()
  .get(
    '/:proposal_id/activity',
    authenticateStaff,
    validate('param', ProposalParam),
    validate('query', ListActivityQuery),
    async (c) => {
      const { proposal_id: proposalId } = c.req.valid('param');
      const page = await listActivity(c.var.deps, c.var.actor, proposalId, c.req.valid('query').cursor);
      return c.json({
        data: page.data.map(toBody),
        next_cursor: page.nextCursor,
      });
    },
  )
  .get('/:proposal_id/links', authenticateStaff, validate('param', ProposalParam), async (c) => {
    const links = await listLinks(c.var.deps, c.var.actor, c.req.valid('param').proposal_id);
    return c.json({ data: links.map(toLink) });
  });

function toLink({ at, version, isMailed, by, to, openedAt, state, endsAt }: SentLink) {
  return {
    ...{ sent_at: toIso(at), sent_by: by, version, mailed: isMailed, to, state },
    opened_at: openedAt && toIso(openedAt),
    ends_at: endsAt && toIso(endsAt),
  };
}

const toIso = (time: string) => new Date(time).toISOString();

function toBody({ event, meta, owed, booking, comment, ...entry }: EntryRow) {
  return {
    id: entry.id,
    org_id: entry.orgId,
    proposal_id: entry.proposalId,
    seq: entry.seq,
    ...({ event, meta } as ListedEvent), // sound: the two columns are written together, from one event
    actor: entry.actor,
    ...(comment === null ? {} : { comment }),
    created_at: entry.createdAt.toISOString(),
    owed: owed.map(({ id, channel, kind, state, reason, userId, dueAt, endedAt }) => ({
      id,
      channel,
      kind,
      user_id: userId,
      state,
      reason,
      due_at: new Date(dueAt).toISOString(),
      ended_at: endedAt && toIso(endedAt),
    })),
    booking: booking && {
      ...{ id: booking.id, state: booking.state, reason: booking.reason },
      ended_at: booking.endedAt && toIso(booking.endedAt),
    },
  };
}
