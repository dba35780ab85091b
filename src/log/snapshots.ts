import { sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { proposalSnapshots } from '../db/schema.ts';
import type { Proposal } from '../domain/proposal.ts';
import { foldVersion, snapshotInterval, toSnapshot } from '../domain/snapshot.ts';
import { describeCauses } from '../errors.ts';

/** Whether so much was folded since the snapshot that another one is worth it. */
export function isSnapshotDue(seq: number, snapshotSeq: number | undefined): boolean {
  return seq - (snapshotSeq ?? 0) >= snapshotInterval;
}

/**
 * Keeps snapshots of states as the log has them. Any writer may: a state follows from the log alone, and the highest seq
 * stands. One request. A failure is logged, and costs the next reader a longer fold.
 */
export async function saveSnapshots(db: Database, states: readonly Proposal[]): Promise<void> {
  const rows = states.map((state) => ({
    proposalId: state.id,
    foldVersion,
    seq: state.seq,
    state: toSnapshot(state),
  }));
  try {
    await db
      .insert(proposalSnapshots)
      .values(rows)
      .onConflictDoUpdate({
        target: proposalSnapshots.proposalId,
        set: {
          foldVersion: sql`excluded.fold_version`,
          seq: sql`excluded.seq`,
          state: sql`excluded.state`,
        },
        setWhere: sql`${proposalSnapshots.foldVersion} <> excluded.fold_version or ${proposalSnapshots.seq} < excluded.seq`,
      });
  } catch (error) {
    console.error(JSON.stringify({ snapshot: 'not saved', causes: describeCauses(error) }));
  }
}
