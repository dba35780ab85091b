import type { Proposal } from '../domain/proposal.ts';
import type { Sum } from '../metrics/catalogue.ts';
import { renderSums, type SeriesBlock } from '../metrics/exposition.ts';
import type { Appended, Segment } from './append.ts';
import { type Changes, Lapses } from './lapses.ts';
import { type DueCheckout, OpenCheckouts } from './open-checkouts.ts';
import { Projections } from './projections.ts';
import { Rebuild } from './rebuild.ts';
import type { SeriesPage, SeriesPosition } from './series-text.ts';
import { Sums } from './sums.ts';
import { Tail } from './tail.ts';
import { Tallies } from './tallies.ts';

/** What was appended is folded when it is this much, or this long ago. A crash leaves it above the checkpoint. */
const [foldedEntries, foldedMs] = [500, 1_000];

/** A run of the cron begins no segment of changes after this long, well within a call's deadline: the next one goes on. */
const lapsesMs = 2_500;

/**
 * What a shard can be asked about its entries: the projections in its SQLite, and in memory the tail that they lack. Writes
 * of many groups become one. A read folds the tail first.
 */
export class ReadModel {
  readonly #sums: Sums;
  readonly #openCheckouts: OpenCheckouts;
  readonly #lapses: Lapses;
  readonly #projections: Projections;
  readonly #tallies: Tallies;
  readonly #tail: Tail;
  /** Of the sums, which go on being shown. */
  readonly rebuild: Rebuild;
  /** What had run out by the clock when the cron last looked. */
  #lapsed: readonly Sum[];
  /** How many times the log may have run ahead: at the start, and at each append that failed or missed entries. */
  #gapsOpened = 1;
  /** How many of these gaps a read of the log has closed. */
  #gapsClosed = 0;
  #catchingUp: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#sums = new Sums(storage.sql);
    this.#openCheckouts = new OpenCheckouts(storage.sql);
    this.#lapses = new Lapses(storage);
    this.#lapsed = this.#lapses.gauges(new Date());
    this.#projections = new Projections(storage, [this.#sums, this.#openCheckouts]);
    this.rebuild = new Rebuild(storage, this.#projections, this.#sums);
    this.#tallies = new Tallies(storage);
    this.#tail = new Tail(this.#projections.checkpoint);
  }

  /** Up to this id it knows the shard's entries, but for those in a gap. */
  get head(): number {
    return this.#tail.head;
  }

  get checkpoint(): number {
    return this.#projections.checkpoint;
  }

  /** Whether the log may hold entries that are neither folded nor in the tail. */
  get hasGap(): boolean {
    return this.#gapsClosed < this.#gapsOpened;
  }

  /** Takes what was appended, and the tallies of its group. */
  add(appended: Appended, tallies: readonly Sum[]): void {
    if (!this.#tail.add(appended, () => this.#projections.checkpoint)) this.openGap();
    this.count(tallies);
    if (this.#tail.size >= foldedEntries) this.fold();
  }

  /** Takes the tallies of a group that appended nothing. */
  count(tallies: readonly Sum[]): void {
    this.#tallies.add(tallies);
    this.#timer ??= setTimeout(() => this.fold(), foldedMs);
  }

  /** Notes that the log may have more: an append's outcome is unknown. */
  openGap(): void {
    this.#gapsOpened += 1;
  }

  /**
   * Folds everything that the log holds, in segments, each read above a checkpoint. It runs once for all who ask while it
   * runs, and goes on when they have left.
   */
  catchUp(read: (checkpoint: number) => Promise<Segment>): Promise<void> {
    this.#catchingUp ??= this.#readToTheEnd(read).finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  async #readToTheEnd(read: (checkpoint: number) => Promise<Segment>): Promise<void> {
    const gaps = this.#gapsOpened; // one that opens meanwhile is not closed by this read
    for (let isDone = false; !isDone; ) {
      const { checkpoint } = this.#projections;
      const segment = await read(checkpoint);
      isDone = this.#projections.fold(segment, checkpoint) && segment.isLast;
    }
    this.#gapsClosed = gaps;
    this.fold();
  }

  /** Folds the tail, unless there is a gap below it: a catch-up folds both. */
  fold(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { from, ...segment } = this.#tail.segment;
    if (this.#projections.fold(segment, from)) this.#tail.restart(this.#projections.checkpoint);
    this.#tallies.write();
  }

  /** Takes what a Worker counted. */
  tally(sums: readonly Sum[]): void {
    this.#tallies.add(sums);
    this.#tallies.write();
  }

  /**
   * Looks up what the clock will make of the proposals that changed. `read` says which they are, above an id and up to
   * another, `load` reads them.
   */
  async noteLapses(
    read: (from: number, upTo: number) => Promise<Changes>,
    load: (ids: readonly number[]) => Promise<ReadonlyMap<number, Proposal>>,
  ): Promise<void> {
    this.fold();
    const { checkpoint } = this.#projections;
    const until = Date.now() + lapsesMs;
    while (this.#lapses.position < checkpoint && Date.now() < until) {
      const changes = await read(this.#lapses.position, checkpoint);
      await this.#lapses.note(changes, load);
    }
    this.#lapsed = this.#lapses.gauges(new Date());
  }

  sums(): Sum[] {
    this.fold();
    return [...this.#sums.read(), ...this.#tallies.sums(), ...this.#lapsed];
  }

  /** The page of its series after a position, with `gauges` among them. */
  page(after: SeriesPosition | null, gauges: readonly Sum[]): SeriesPage {
    this.fold();
    return this.#sums.text.page(after, renderSums([...this.#tallies.sums(), ...gauges, ...this.#lapsed]));
  }

  seriesOfOrg(orgId: string, gauges: readonly Sum[]): SeriesBlock[] {
    this.fold();
    const ofOrg = [...this.#lapsed, ...gauges].filter(({ labels }) => labels.org_id === orgId);
    return this.#sums.text.ofOrg(orgId, renderSums(ofOrg));
  }

  takeDueCheckouts(now: Date): DueCheckout[] {
    this.fold();
    return this.#openCheckouts.takeDue(now);
  }
}
