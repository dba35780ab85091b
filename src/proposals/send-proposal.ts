import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { linkIdleMs, linkLifetimeMs } from '../domain/revocation.ts';
import { getOrg } from '../orgs/get-org.ts';

/**
 * Creates a link that opens the proposal without an account. Its token is in the fragment, which no server and no Referer
 * ever sees. Where mail is on, and unless `mail` is false, the customer is mailed it. Within the hour the link stays the same
 * and is mailed once. It ends at `expiresAt`, unless something happens before: then as much later. One call to the shard, with
 * one read beside it.
 */
export async function sendProposal(
  { shards, db, tokens, config, now }: Deps,
  actor: Staff,
  proposalId: number,
  mail: boolean,
): Promise<{ portalUrl: string; expiresAt: Date; isMailed: boolean }> {
  authorize(actor, 'proposals:write', proposalId);
  const after = (time: Date, ms: number) => new Date(time.getTime() + ms);
  const command = { kind: 'send', proposalId, actor, mail, expiresAt: after(now(), linkIdleMs) } as const;
  const [{ proposal }, org] = await Promise.all([shards.execute(command), getOrg(db, actor)]);
  const { linkGeneration: generation, sent, lastEntryAt } = proposal;
  const customer = { kind: 'customer', proposalId, orgId: actor.orgId, generation } as const;
  const token = await tokens.signPortal(customer, org.name, after(sent?.at ?? now(), linkLifetimeMs));
  const portalUrl = `${config.portalUrl}/proposal/${proposalId}#token=${token}`;
  const isMailed = mail && sent?.isMailed === true; // a shard of the version before mails nothing
  return { portalUrl, expiresAt: after(lastEntryAt ?? now(), linkIdleMs), isMailed };
}
