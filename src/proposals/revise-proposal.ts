import type { InferOutput } from 'valibot';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { dateIn } from '../domain/calendar.ts';
import type { Content } from '../domain/command.ts';
import { authorize } from '../domain/permissions.ts';
import { priceOf } from '../domain/pricing.ts';
import { partsOf } from '../domain/schedule.ts';
import { closeAndDecide } from '../payments/close-and-decide.ts';
import { checkSize } from './check-size.ts';
import { contentHash, hashVersion } from './content-hash.ts';
import { getProposal, type ProposalDetails } from './get-proposal.ts';
import type { ReviseProposalBody } from './schemas.ts';
import { contentOf, offeredSchedule } from './terms-of.ts';

type Body = InferOutput<typeof ReviseProposalBody>;

/**
 * Makes a new version with the given parts replaced; it needs its own approval. A corrected name or address makes none. The
 * open session is closed at Stripe. The shard refuses a change that was based on an older version.
 */
export async function reviseProposal(
  deps: Deps,
  actor: Staff,
  proposalId: number,
  { version, ...body }: Body,
): Promise<ProposalDetails> {
  authorize(actor, 'proposals:write', proposalId);
  if (body.line_items) checkSize(body.line_items);
  const before = await getProposal(deps, actor, proposalId);
  const { row } = before;
  const replaced = standingContent(before);
  const today = dateIn(before.proposal.timeZone, deps.now());
  const isSame = (content: Content) =>
    contentHash(content, hashVersion) === contentHash(replaced, hashVersion);
  const kept = contentOf(replaced, body, today);
  const content = isSame(kept) ? kept : contentOf(startOfVersion(before, replaced, body), body, today);
  const proposal = await closeAndDecide(deps, {
    kind: 'revise',
    proposalId,
    actor,
    version: version ?? row.version,
    content: { ...content, contentHash: contentHash(content, hashVersion), hashVersion },
    replaced,
    // By its own kind of hash a row of an earlier release looks changed, even where it is not.
    ...(isSame(content) ? { sameTermsAs: row.contentHash } : {}),
  });
  const { lineItems, schedule, ...changed } = content;
  const after = {
    ...row,
    ...changed,
    lineItems: [...lineItems],
    schedule: schedule && [...schedule],
    version: proposal.version,
  };
  return { row: after, org: before.org, proposal };
}

/**
 * What a new version starts from. A row of an earlier release states no schedule: its new version gets the org's deposit of
 * today, unless the body says otherwise.
 */
function startOfVersion({ row, proposal }: ProposalDetails, replaced: Content, body: Body): Content {
  if (row.schedule !== null || body.schedule !== undefined) return replaced;
  const { totalCents } = priceOf(body.line_items ?? row.lineItems, replaced.discount, row.currency);
  return { ...replaced, schedule: offeredSchedule(proposal.defaultDeposit, totalCents) };
}

/** What a proposal offers now; a row of an earlier release says less of it. */
export function standingContent({ row, proposal }: ProposalDetails): Content {
  return { ...row, discount: row.discount ?? {}, schedule: partsOf(proposal) };
}
