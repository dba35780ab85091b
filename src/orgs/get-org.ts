import { eq } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { readAs } from '../db/read-as.ts';
import { orgs } from '../db/schema.ts';
import type { Actor } from '../domain/actor.ts';

export type Org = typeof orgs.$inferSelect;

/** The actor's own org. One request. */
export async function getOrg(db: Database, actor: Actor): Promise<Org> {
  const [[org]] = await readAs(db, actor, [db.select().from(orgs).where(eq(orgs.id, actor.orgId))]);
  if (!org) throw new Error('The org of a signed token does not exist.');
  return org;
}
