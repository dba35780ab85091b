import { createHash } from 'node:crypto';
import type { InferOutput } from 'valibot';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import type { NewLead } from '../domain/lead.ts';
import { authorize } from '../domain/permissions.ts';
import type { CreateLeadBody } from './schemas.ts';

/** Creates a lead and its entry in one append. With an idempotency key, the same key and body make one lead. */
export async function createLead(
  { shards }: Deps,
  actor: Staff,
  { name, email, phone, source }: InferOutput<typeof CreateLeadBody>,
  idempotencyKey: string | undefined,
): Promise<NewLead> {
  authorize(actor, 'leads:write');
  const content = { name, email: email ?? null, phone: phone ?? null, source: source ?? null };
  const id = idempotencyKey ? idFor([actor.orgId, idempotencyKey, content]) : crypto.randomUUID();
  const lead = { id, ...content };
  await shards.execute({ kind: 'create_lead', actor, lead });
  return lead;
}

/** The id of this content under this key in this org: a custom UUID (RFC 9562, version 8). */
function idFor(identity: [orgId: number, idempotencyKey: string, content: object]): string {
  const hex = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
