import type { Deferred } from '@ottla/common';
import { deferred } from '@ottla/common';
import type { AnyTopic } from '../serdes/index.ts';
import type { FetchedPartition } from './fetched-partition.ts';
import type { FetchedRecord } from './fetched-record.ts';
import { partitionName } from './topic-partition.ts';

/** What has to be found out before a partition can be fetched. */
export type Need =
  /** The group's committed offset. */
  | 'committed'
  /** The reset policy's offset, or that of `resetTo`. */
  | 'reset'
  /** Whether the log still has what was read (KIP-320). */
  | 'validation'
  | 'nothing';

/**
 * One partition that this consumer has: where the application is, what waits for it, what is in its hands. Three offsets
 * move up: `finished` (all below is processed), `position` (the next one to hand out), `fetchOffset` (the next to fetch).
 */
export class AssignedPartition {
  readonly topic: AnyTopic;
  readonly partition: number;
  readonly name: string;
  /** Aborted when this consumer has the partition no more. */
  readonly ended = new AbortController();
  /** The same as a plain field: it is asked for with every record. */
  isEnded = false;
  /** Counts how often records were decoded. */
  decodes = 0;
  /** And how many in all. */
  decodedRecords = 0;

  need: Need = 'committed';
  /** With need `reset`: where to, instead of the policy. */
  resetTo: 'earliest' | 'latest' | undefined;
  position = 0;
  positionEpoch = -1;
  /** -1 until the first position is known. */
  finished = -1;
  finishedEpoch = -1;
  /** What was committed last. */
  committed = -1;
  fetchOffset = 0;
  /** Epoch of the leader that is fetched from, as the position was validated for; -1: unknown. */
  leaderEpoch = -1;

  /** Nothing is handed out, on the application's wish. */
  isPaused = false;
  /** Nothing is handed out: it is about to be revoked. */
  isHeld = false;
  /** Counts seeks, so that what was fetched before one is thrown away. */
  version = 0;

  /** From the last answer; -1: none yet. */
  highWatermark = -1;
  lastStableOffset = -1;
  logStartOffset = -1;

  /** A replica that the leader sent us to (KIP-392), until `preferredUntilMs`. */
  preferredReplica = -1;
  preferredUntilMs = 0;
  /** Not to be fetched before. */
  retryAtMs = 0;
  failures = 0;

  readonly #queue: FetchedPartition[] = [];
  #queuedBytes = 0;
  #decoded: FetchedRecord[] = [];
  #decodedAt = 0;
  #inUse = 0;
  #drained: Deferred<void> | undefined;

  constructor(topic: AnyTopic, partition: number) {
    this.topic = topic;
    this.partition = partition;
    this.name = partitionName(topic.name, partition);
  }

  /** This consumer does not have it any more. `why`: the reason that handlers see. */
  end(why: unknown): void {
    this.isEnded = true;
    this.ended.abort(why);
  }

  /** May be fetched: the position is known and good. */
  get isReady(): boolean {
    return this.need === 'nothing' && !this.isHeld && !this.isEnded;
  }

  get canDeliver(): boolean {
    return this.isReady && !this.isPaused;
  }

  /** Fetched and not opened yet. */
  get queuedBytes(): number {
    return this.#queuedBytes - (this.#queue[0]?.consumedBytes ?? 0);
  }

  get hasRecords(): boolean {
    return this.#decodedAt < this.#decoded.length || this.#queue.length > 0;
  }

  get isInUse(): boolean {
    return this.#inUse > 0;
  }

  /** A position to go on from; what waits is dropped. */
  seek(offset: number, epoch: number): void {
    this.version++;
    this.position = offset;
    this.positionEpoch = epoch;
    this.finished = offset;
    this.finishedEpoch = epoch;
    this.fetchOffset = offset;
    this.need = 'nothing';
    this.resetTo = undefined;
    this.preferredReplica = -1;
    this.dropBuffers();
  }

  /** The position has to be found by the reset policy, or at that end. */
  seekToEnd(to: 'earliest' | 'latest' | undefined): void {
    this.version++;
    this.need = 'reset';
    this.resetTo = to;
    this.preferredReplica = -1;
    this.dropBuffers();
  }

  /** Fetched records, and what the broker said with them. */
  push(fetched: FetchedPartition): void {
    this.fetchOffset = fetched.endOffset;
    this.#queue.push(fetched);
    this.#queuedBytes += fetched.sizeBytes;
  }

  dropBuffers(): void {
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#decoded = [];
    this.#decodedAt = 0;
    this.fetchOffset = this.position;
  }

  /**
   * The next record, from `decode(max)` records at a time; undefined when there is none now. Records of aborted
   * transactions and control records only move the position. Throws KafkaError when the bytes are corrupt.
   */
  next(max: number, intercept: Intercept): FetchedRecord | undefined {
    if (this.#decodedAt === this.#decoded.length && !this.#decode(max, intercept)) return undefined;
    const record = this.#decoded[this.#decodedAt++];
    this.position = record.offset + 1;
    this.positionEpoch = record.leaderEpoch;
    if (this.#decodedAt === this.#decoded.length) this.#settle();
    return record;
  }

  /** Up to `max` records of this partition. */
  take(max: number, intercept: Intercept): FetchedRecord[] {
    if (this.#decodedAt === this.#decoded.length && !this.#decode(max, intercept)) return [];
    const at = this.#decodedAt;
    const rest = this.#decoded.length - at;
    const taken = at === 0 && rest <= max ? this.#decoded : this.#decoded.slice(at, at + max);
    const last = taken[taken.length - 1];
    this.#decodedAt += taken.length;
    this.position = last.offset + 1;
    this.positionEpoch = last.leaderEpoch;
    if (this.#decodedAt === this.#decoded.length) this.#settle();
    return taken;
  }

  /** What was handed out counts as not handed out: it will come again. */
  rewind(): void {
    const { finished } = this;
    if (finished < 0 || finished === this.position || this.isEnded || this.need !== 'nothing') return;
    this.seek(finished, this.finishedEpoch);
  }

  /** Something of this partition is in the application's hands. */
  handOut(): void {
    this.#inUse++;
  }

  /** It is done with it. `isFinished`: all that was handed out is processed. */
  release(isFinished: boolean): void {
    if (isFinished) this.finish(this.position, this.positionEpoch);
    this.#inUse--;
    if (this.#inUse > 0) return;
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  /** All below `offset` is processed. */
  finish(offset: number, epoch: number): void {
    if (this.finished < 0 || offset <= this.finished || offset > this.position) return;
    this.finished = offset;
    this.finishedEpoch = epoch;
  }

  /** Resolves when nothing of this partition is in the application's hands. */
  drained(): Promise<void> {
    if (this.#inUse === 0) return Promise.resolve();
    this.#drained ??= deferred();
    return this.#drained.promise;
  }

  #decode(max: number, intercept: Intercept): boolean {
    for (let fetched = this.#queue[0]; fetched !== undefined; fetched = this.#queue[0]) {
      const records: FetchedRecord[] = [];
      this.decodes++;
      const count = fetched.read(max, records);
      const kept = count === 0 ? records : intercept(records);
      if (kept.length > 0) {
        this.decodedRecords += kept.length;
        this.#decoded = kept === records ? records : [...kept];
        this.#decodedAt = 0;
        return true;
      }
      if (count === 0) this.#shift(fetched);
      this.#pass(fetched);
    }
    return false;
  }

  /** All decoded records are out: what follows them without being a record is passed over. */
  #settle(): void {
    this.#decoded = [];
    this.#decodedAt = 0;
    const [fetched] = this.#queue;
    if (fetched !== undefined) this.#pass(fetched);
  }

  #pass(fetched: FetchedPartition): void {
    if (fetched.position <= this.position) return;
    const isIdle = this.#inUse === 0 && this.finished === this.position;
    this.position = fetched.position;
    this.positionEpoch = fetched.positionEpoch;
    if (isIdle) this.finish(this.position, this.positionEpoch);
  }

  #shift(fetched: FetchedPartition): void {
    this.#queue.shift();
    this.#queuedBytes -= fetched.sizeBytes;
  }
}

export type Intercept = (records: FetchedRecord[]) => readonly FetchedRecord[];
