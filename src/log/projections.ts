import type { Entry } from '../domain/entry.ts';
import type { Segment } from './append.ts';

/** Something that a shard folds out of its entries and keeps in its SQLite. It can be thrown away and folded again. */
export interface Projection {
  readonly name: string;
  /** The version of its fold. Raise it with every change of the fold: then this projection, alone, is folded again. */
  readonly version: number;
  fold(entries: readonly Entry[]): void;
  clear(): void;
}

/** What `fold_version` holds since each projection has a version of its own. */
const migratedMark = 'see checkpoints';

/**
 * A shard's projections, each with its own checkpoint: the id up to which the log is in it. Ids commit in order, so what
 * is above the checkpoint is exactly what is not in the projection yet. State and checkpoint move in one transaction.
 */
export class Projections {
  readonly #storage: DurableObjectStorage;
  readonly #projections: readonly Projection[];

  constructor(storage: DurableObjectStorage, projections: readonly Projection[]) {
    this.#storage = storage;
    this.#projections = projections;
    storage.sql.exec(
      `create table if not exists checkpoints (
        name text primary key, version integer not null, position integer not null
      ) without rowid`,
    );
    this.#startOverAfterUpgrade();
    for (const projection of projections) {
      if (this.#find(projection)?.version !== projection.version) this.#reset(projection);
    }
  }

  /** The lowest checkpoint: from there on at least one projection lacks entries. */
  get checkpoint(): number {
    return Math.min(...this.#projections.map((projection) => this.checkpointOf(projection)));
  }

  /** Up to which id the log is in the projection. */
  checkpointOf(projection: Projection): number {
    return this.#find(projection)?.position ?? 0;
  }

  /** Gives a projection, with its checkpoint, the state that `replace` puts in its place. */
  replace(projection: Projection, checkpoint: number, replace: () => void): void {
    this.#storage.transactionSync(() => {
      this.#move(projection, checkpoint);
      replace();
    });
  }

  /** Clears all projections, so that they are folded from the beginning of the log. */
  reset(): void {
    for (const projection of this.#projections) this.#reset(projection);
  }

  /**
   * Folds into each projection what it lacks of a segment that was read above `from`. Returns false where a projection was
   * reset since that read: the segment would leave a gap in it, so it is not folded there.
   */
  fold(segment: Segment, from: number): boolean {
    return this.#projections.map((projection) => this.#fold(projection, segment, from)).every(Boolean);
  }

  #fold(projection: Projection, { entries, upTo }: Segment, from: number): boolean {
    const checkpoint = this.checkpointOf(projection);
    if (checkpoint < from) return false;
    if (checkpoint >= upTo) return true;
    this.#storage.transactionSync(() => {
      this.#move(projection, upTo);
      projection.fold(entries.filter(({ id }) => id > checkpoint));
    });
    return true;
  }

  #reset(projection: Projection): void {
    this.#storage.transactionSync(() => {
      this.#move(projection, 0);
      projection.clear();
    });
  }

  #move({ name, version }: Projection, position: number): void {
    this.#storage.sql.exec('insert or replace into checkpoints values (?, ?, ?)', name, version, position);
  }

  #find({ name }: Projection): { version: number; position: number } | undefined {
    return this.#storage.sql
      .exec<{ version: number; position: number }>(
        'select version, position from checkpoints where name = ?',
        name,
      )
      .toArray()[0];
  }

  /**
   * What the release before named projections left is folded again: it had one watermark and one `fold_version` for both
   * tables. After a rollback, the mark makes that release start over too.
   */
  #startOverAfterUpgrade(): void {
    const { sql, kv } = this.#storage;
    if (kv.get('fold_version') === migratedMark) return;
    this.#storage.transactionSync(() => {
      sql.exec('delete from checkpoints');
      kv.put('fold_version', migratedMark);
    });
  }
}
