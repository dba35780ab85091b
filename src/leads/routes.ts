import { Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { IdempotencyHeader } from '../schemas.ts';
import { createLead } from './create-lead.ts';
import { listLeads } from './list-leads.ts';
import { CreateLeadBody, ListLeadsQuery } from './schemas.ts';

export const leadRoutes = new Hono<AppEnv>()
  .post(
    '/',
    authenticateStaff,
    validate('header', IdempotencyHeader),
    validate('json', CreateLeadBody),
    async (c) => {
      const key = c.req.valid('header')['idempotency-key'];
      return c.json(await createLead(c.var.deps, c.var.actor, c.req.valid('json'), key), 201);
    },
  )
  .get('/', authenticateStaff, validate('query', ListLeadsQuery), async (c) => {
    const page = await listLeads(c.var.deps, c.var.actor, c.req.valid('query').cursor);
    return c.json({
      data: page.data.map(({ id, name, email, phone, source, createdAt }) => ({
        id,
        name,
        email,
        phone,
        source,
        created_at: createdAt.toISOString(),
      })),
      next_cursor: page.nextCursor,
    });
  });
