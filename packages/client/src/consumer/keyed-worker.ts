import type { AssignedPartition } from './assigned-partition.ts';
import type { FetchedRecord } from './fetched-record.ts';
import type { Runner } from './run.ts';

/** How far records may be taken ahead of those that are done, for each lane: bounds memory and what comes again. */
const AHEAD_PER_LANE = 8;

/** So many handlers at a time; what goes into one lane runs one after the other. */
export class Lanes {
  readonly count: number;
  readonly #tails: Promise<void>[];

  constructor(count: number) {
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`byKey: ${count} is no number of handlers`);
    this.count = count;
    this.#tails = Array.from({ length: count }, () => Promise.resolve());
  }

  /** `task` must not reject. */
  run(lane: number, task: () => Promise<void>): void {
    this.#tails[lane] = this.#tails[lane].then(task);
  }
}

interface Entry {
  readonly nextOffset: number;
  readonly epoch: number;
  isDone: boolean;
}

/** One partition's records on the lanes. */
export class KeyedWorker<R> {
  readonly #runner: Runner<R>;
  readonly #lanes: Lanes;
  readonly #partition: AssignedPartition;
  /** In order of offsets: what is taken and not finished. */
  readonly #entries: Entry[] = [];
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(runner: Runner<R>, lanes: Lanes, partition: AssignedPartition) {
    this.#runner = runner;
    this.#lanes = lanes;
    this.#partition = partition;
  }

  async run(): Promise<void> {
    const partition = this.#partition;
    const limit = this.#lanes.count * AHEAD_PER_LANE;
    while (!this.#isOver && partition.canDeliver) {
      if (this.#entries.length >= limit) {
        await this.#changed();
        continue;
      }
      const record = this.#runner.core.nextRecord(partition);
      if (record !== undefined) this.#give(record);
      else if (this.#running > 0) await this.#changed();
      else break;
    }
    while (this.#running > 0) await this.#changed();
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#entries.length === 0) partition.finish(partition.position, partition.positionEpoch);
  }

  get #isOver(): boolean {
    return this.#runner.isStopping || this.#failure !== undefined;
  }

  #give(record: FetchedRecord): void {
    const partition = this.#partition;
    const entry: Entry = { nextOffset: partition.position, epoch: partition.positionEpoch, isDone: false };
    this.#entries.push(entry);
    this.#running++;
    this.#lanes.run(laneOf(record, this.#lanes.count), async () => {
      try {
        // What has not begun when the partition goes is left to whoever gets it.
        if (!this.#isOver && !partition.isHeld && !partition.isEnded)
          entry.isDone = await this.#runner.handle(record, partition);
      } catch (error) {
        this.#failure ??= { error };
      }
      this.#running--;
      this.#runner.core.steps++;
      this.#advance();
      this.#wake();
    });
  }

  #advance(): void {
    for (let [first] = this.#entries; first?.isDone === true; [first] = this.#entries) {
      this.#partition.finish(first.nextOffset, first.epoch);
      this.#entries.shift();
    }
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** FNV-1a over the key's bytes; records without a key need no order. */
function laneOf(record: FetchedRecord, lanes: number): number {
  const key = record.keyBytes;
  if (key === null) return record.offset % lanes;
  let hash = 0x811c9dc5;
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % lanes;
}
