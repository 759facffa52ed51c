/*
 * What one fetch brought of one partition: whole batches, opened one after the other when their records are asked for.
 * Rules:
 * - a batch's checksum is compared before anything in it is used;
 * - records below the position (a fetch may start inside a batch) and control batches are passed over;
 * - read_committed (KIP-98): the broker names the aborted transactions that reach into what it sent, by producer and
 *   first offset. A producer is aborted from there on, until the abort marker; whether marker and records come in one
 *   answer does not matter, since each answer names what matters to it, also the transactions that began before it.
 */
import {
  BATCH_OVERHEAD,
  BatchBuilder,
  BatchReader,
  batchAttributes,
  batchBaseOffset,
  batchBaseTimestamp,
  batchCrcIsValid,
  batchIsControl,
  batchIsTransactional,
  batchLastOffset,
  batchMagic,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerId,
  batchRecordCount,
  batchTimestampType,
  controlRecordType,
  decodeRecords,
  decompressRecords,
  LOG_OVERHEAD,
  RecordCursor,
  RecordsError,
  TIMESTAMP_TYPE_FLAG,
} from '@ottla/protocol/records';
import { KafkaError } from '../errors.ts';
import type { AnyTopic, SerdeContext } from '../serdes/index.ts';
import { FetchedRecord, type RecordSource } from './fetched-record.ts';
import { takePlainRecords } from './take-plain-records.ts';
import { partitionName } from './topic-partition.ts';

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface FetchedBytes {
  readonly topic: AnyTopic;
  readonly partition: number;
  readonly records: Buffer;
  readonly fetchOffset: number;
  /** Only of read_committed fetches. */
  readonly aborted: readonly AbortedTransaction[] | null;
  readonly checkCrcs: boolean;
  /** What a batch may be once it is decompressed. */
  readonly decompressedBytesMax: number;
}

export class FetchedPartition {
  /** Where the application is: the offset of the next record to read here. */
  position: number;
  /** Epoch of the leader that wrote the batch before `position`; -1: unknown. */
  positionEpoch = -1;
  /** Where the next fetch starts: behind the last whole batch. */
  readonly endOffset: number;
  readonly sizeBytes: number;
  /** Not all of it is batches: `read` will throw. */
  readonly isCorrupt: boolean;
  readonly #fetched: FetchedBytes;
  readonly #batches: BatchReader;
  /** By first offset, descending: taken from the end. */
  readonly #aborted: AbortedTransaction[];
  readonly #abortedProducers = new Set<number>();
  readonly #cursor = new RecordCursor();
  readonly #keyContext: SerdeContext;
  readonly #valueContext: SerdeContext;
  #source: RecordSource | undefined;
  #baseTimestamp: number | bigint = 0;
  #batchEnd = 0;
  #batchEpoch = -1;

  constructor(fetched: FetchedBytes) {
    this.#fetched = fetched;
    this.#keyContext = { topic: fetched.topic.name, part: 'key' };
    this.#valueContext = { topic: fetched.topic.name, part: 'value' };
    this.#batches = new BatchReader(fetched.records);
    this.#aborted = (fetched.aborted ?? []).toSorted((a, b) => b.firstOffset - a.firstOffset);
    this.position = fetched.fetchOffset;
    this.sizeBytes = fetched.records.length;
    const { endOffset, isCorrupt } = walk(fetched.records);
    this.endOffset = Math.max(endOffset, fetched.fetchOffset);
    this.isCorrupt = isCorrupt;
  }

  /** What lies before the batch that is read now. */
  get consumedBytes(): number {
    return this.#batches.start;
  }

  /** Adds up to `max` records to `into`; how many. 0: nothing is left. Throws KafkaError (CORRUPT_MESSAGE and the like). */
  read(max: number, into: FetchedRecord[]): number {
    let count = 0;
    while (count < max) {
      if (this.#source === undefined && !this.#openNext()) break;
      count += this.#readBatch(max - count, into);
    }
    return count;
  }

  #readBatch(max: number, into: FetchedRecord[]): number {
    const source = this.#source;
    if (source === undefined) return 0;
    const cursor = this.#cursor;
    const from = this.position - source.baseOffset;
    const base = this.#baseTimestamp;
    let count = typeof base === 'number' ? takePlainRecords(cursor, source, from, max, into) : 0;
    while (count < max) {
      if (!cursor.next()) {
        if (cursor.problem !== undefined) throw this.#corrupt(`a record is malformed: ${cursor.problem}`);
        this.#finishBatch();
        return count;
      }
      const { offsetDelta, keyAt } = cursor;
      if (offsetDelta < from) continue;
      const timestamp = Number(cursor.timestampFrom(base));
      const delta = timestamp - source.baseTimestamp;
      const isExact = source.baseTimestamp + delta === timestamp;
      const own = isExact ? source : { ...source, baseTimestamp: 0 };
      into.push(new FetchedRecord(own, offsetDelta, isExact ? delta : timestamp, keyAt));
      count++;
    }
    this.#advance(into[into.length - 1].offset + 1);
    return count;
  }

  /** Opens the next batch that has something for the application. */
  #openNext(): boolean {
    const reader = this.#batches;
    const { buffer } = reader;
    while (reader.next()) {
      const at = reader.start;
      this.#batchEnd = batchLastOffset(buffer, at) + 1;
      if (this.#batchEnd <= this.position) continue;
      if (this.#fetched.checkCrcs && !batchCrcIsValid(buffer, at)) throw this.#corrupt('its checksum is wrong', at);
      this.#batchEpoch = batchPartitionLeaderEpoch(buffer, at);
      if (this.#isSkipped(buffer, at)) {
        this.#finishBatch();
        continue;
      }
      this.#open(buffer, at);
      return true;
    }
    if (reader.stop === 'corrupt') throw this.#corrupt('it is no record batch', reader.start);
    return false;
  }

  #isSkipped(buffer: Buffer, at: number): boolean {
    const isControl = batchIsControl(buffer, at);
    if (this.#fetched.aborted === null) return isControl;
    const producer = batchProducerId(buffer, at);
    const lastOffset = this.#batchEnd - 1;
    for (let next = this.#aborted.at(-1); next !== undefined && next.firstOffset <= lastOffset; ) {
      this.#abortedProducers.add(next.producerId);
      this.#aborted.pop();
      next = this.#aborted.at(-1);
    }
    if (isControl) {
      if (this.#isAbortMarker(buffer, at)) this.#abortedProducers.delete(producer);
      return true;
    }
    return batchIsTransactional(buffer, at) && this.#abortedProducers.has(producer);
  }

  #isAbortMarker(buffer: Buffer, at: number): boolean {
    const { bytes, start, end } = this.#uncompressed(buffer, at);
    const cursor = this.#cursor.reset(bytes, start, end, batchRecordCount(buffer, at));
    return cursor.next() && controlRecordType(cursor.key()) === 'ABORT';
  }

  #open(buffer: Buffer, at: number): void {
    if (batchMagic(buffer, at) < 2) {
      this.#openLegacy(buffer, at);
      return;
    }
    const { bytes, start, end } = this.#uncompressed(buffer, at);
    this.#openRecords(buffer, at, bytes, start, end);
  }

  /** Its messages become a batch of magic 2. */
  #openLegacy(buffer: Buffer, at: number): void {
    const messages = this.#decoded(buffer, at);
    const baseOffset = messages[0]?.offset ?? 0;
    const builder = new BatchBuilder({ baseOffset });
    let next = baseOffset;
    for (const { offset, timestamp, key, value } of messages) {
      if (offset < next) throw this.#corrupt('the offsets of its messages do not ascend', at);
      builder.appendAt(offset - baseOffset, timestamp, key, value);
      next = offset + 1;
    }
    const batch = builder.build();
    this.#openRecords(batch, 0, batch, BATCH_OVERHEAD, batch.length, batchTimestampType(buffer, at));
  }

  #openRecords(
    header: Buffer,
    at: number,
    bytes: Buffer,
    start: number,
    end: number,
    timestampType = batchTimestampType(header, at),
  ): void {
    const { topic, partition } = this.#fetched;
    this.#cursor.reset(bytes, start, end, batchRecordCount(header, at));
    this.#baseTimestamp = batchBaseTimestamp(header, at);
    const hasAppendTime = (batchAttributes(header, at) & TIMESTAMP_TYPE_FLAG) !== 0;
    this.#source = {
      topic,
      partition,
      timestampType,
      leaderEpoch: this.#batchEpoch,
      baseOffset: batchBaseOffset(header, at),
      baseTimestamp: typeof this.#baseTimestamp === 'number' ? this.#baseTimestamp : 0,
      appendTime: hasAppendTime ? Number(batchMaxTimestamp(header, at)) : undefined,
      bytes,
      memory: bytes.buffer,
      byteOffset: bytes.byteOffset,
      keyContext: this.#keyContext,
      valueContext: this.#valueContext,
    };
  }

  #decoded(buffer: Buffer, at: number): ReturnType<typeof decodeRecords> {
    try {
      return decodeRecords(buffer, at, this.#fetched.decompressedBytesMax);
    } catch (error) {
      throw this.#unreadable(error, at);
    }
  }

  #uncompressed(buffer: Buffer, at: number): ReturnType<typeof decompressRecords> {
    try {
      return decompressRecords(buffer, at, this.#fetched.decompressedBytesMax);
    } catch (error) {
      throw this.#unreadable(error, at);
    }
  }

  #finishBatch(): void {
    this.#source = undefined;
    this.#advance(this.#batchEnd);
  }

  #advance(offset: number): void {
    if (offset <= this.position) return;
    this.position = offset;
    this.positionEpoch = this.#batchEpoch;
  }

  #unreadable(error: unknown, at: number): KafkaError {
    if (!(error instanceof RecordsError)) return KafkaError.from(error);
    if (error.kind === 'corrupt' || error.kind === 'invalid') return this.#corrupt(error.message, at, error);
    const { topic, partition } = this.#fetched;
    const where = `${partitionName(topic.name, partition)} at offset ${this.position}`;
    return new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', `The batch of ${where} cannot be read: ${error.message}`, {
      topic: topic.name,
      partition,
      cause: error,
    });
  }

  #corrupt(why: string, at = this.#batches.start, cause?: unknown): KafkaError {
    const { topic, partition } = this.#fetched;
    const first = at + LOG_OVERHEAD <= this.#batches.buffer.length ? batchBaseOffset(this.#batches.buffer, at) : -1;
    return new KafkaError(
      'CORRUPT_MESSAGE',
      `The batch of ${partitionName(topic.name, partition)} that starts at offset ${first} cannot be used: ${why}. Seek past offset ${this.position} to go on without it`,
      { topic: topic.name, partition, retriable: true, cause },
    );
  }
}

function walk(records: Buffer): { endOffset: number; isCorrupt: boolean } {
  const reader = new BatchReader(records);
  let endOffset = -1;
  while (reader.next()) endOffset = batchLastOffset(records, reader.start) + 1;
  return { endOffset, isCorrupt: reader.stop === 'corrupt' };
}
