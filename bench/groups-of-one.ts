import { LogShard as GroupingLogShard } from '../src/index.ts';

export { default } from '../src/index.ts';

/** What the group commit is measured against: the same Worker, whose shard commits every command by itself. */
export class LogShard extends GroupingLogShard {
  static override readonly groupLimit = 1;
}
