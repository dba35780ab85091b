import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { getOrg } from '../orgs/get-org.ts';

/** How long a portal link opens its proposal: a balance is paid by it, weeks or months later. */
const linkLifetimeMs = 180 * 24 * 3_600_000;

/**
 * Creates a link that opens the proposal without an account. Its token is in the fragment, which no server and no Referer
 * ever sees. Within the hour the link stays the same. One call to the shard, with one read beside it.
 */
export async function sendProposal(
  { shards, db, tokens, config, now }: Deps,
  actor: Staff,
  proposalId: number,
): Promise<{ portalUrl: string; expiresAt: Date }> {
  authorize(actor, 'proposals:write', proposalId);
  const lifetimeEnd = new Date(now().getTime() + linkLifetimeMs);
  const command = { kind: 'send', proposalId, actor, expiresAt: lifetimeEnd } as const;
  const [{ proposal }, org] = await Promise.all([shards.execute(command), getOrg(db, actor)]);
  const expiresAt = proposal.sent?.expiresAt ?? lifetimeEnd;
  const { linkGeneration: generation } = proposal;
  const customer = { kind: 'customer', proposalId, orgId: actor.orgId, generation } as const;
  const token = await tokens.signPortal(customer, org.name, expiresAt);
  return { portalUrl: `${config.portalUrl}/proposal/${proposalId}#token=${token}`, expiresAt };
}
