import { isSession, type Observation } from '../domain/observation.ts';

/** The org whose staff look at unattributed money. */
type Reader = { readonly orgId: number; readonly isOnlyOrg: boolean; readonly portalUrl: string };

/**
 * Whether the money may be theirs: it names their org, or no org where there is only one. Another deployment's money never
 * is, even if it shares the Stripe account and numbers its orgs alike. For what no org may see, the metrics alert the operator.
 */
export function concerns({ orgId, isOnlyOrg, portalUrl }: Reader, observation: Observation): boolean {
  if (!isSession(observation)) return isOnlyOrg; // refunds and disputes carry no metadata
  if (observation.portalUrl !== null && observation.portalUrl !== portalUrl) return false;
  return observation.orgId === null ? isOnlyOrg : observation.orgId === orgId;
}
