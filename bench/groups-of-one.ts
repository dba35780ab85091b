import { LogShard as GroupingLogShard } from '../src/index.ts';

export { Courier, default } from '../src/index.ts';

/** The same Worker with a shard that commits each command alone, against which the group commit is measured. */
export class LogShard extends GroupingLogShard {
  static override readonly groupLimit = 1;
}
