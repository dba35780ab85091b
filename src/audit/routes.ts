import { Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { listAudit } from './list-audit.ts';
import { AuditQuery } from './schemas.ts';

export const auditRoutes = new Hono<AppEnv>().get(
  '/',
  authenticateStaff,
  validate('query', AuditQuery),
  async (c) => {
    const page = await listAudit(c.var.deps, c.var.actor, c.req.valid('query'));
    return c.json({
      data: page.data.map(({ id, action, userId, email, about, ip, count, createdAt }) => ({
        id,
        action,
        user_id: userId,
        email,
        about,
        ip,
        count,
        created_at: createdAt.toISOString(),
      })),
      next_cursor: page.nextCursor,
    });
  },
);
