import { isSessionFact, type StripeFact } from '../domain/observation.ts';

/** Whose staff would look at money that no proposal claims. */
type Reader = { readonly orgId: number; readonly isOnlyOrg: boolean; readonly portalUrl: string };

/**
 * Whether it may be theirs: it names their org, or none where there is but one. Another deployment's never is, though it
 * shares the Stripe account and counts its orgs from 1 too. What nobody here may see is the operator's, whom the metrics alert.
 */
export function concerns({ orgId, isOnlyOrg, portalUrl }: Reader, told: StripeFact): boolean {
  if (!isSessionFact(told)) return isOnlyOrg; // refunds and disputes carry no metadata
  if (told.portalUrl !== null && told.portalUrl !== portalUrl) return false;
  return told.orgId === null ? isOnlyOrg : told.orgId === orgId;
}
