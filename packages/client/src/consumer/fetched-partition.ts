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
  type RecordHeader,
  RecordsError,
  TIMESTAMP_TYPE_FLAG,
} from '@ottla/protocol/records';
import { KafkaError } from '../errors.ts';
import type { AnyTopic, SerdeContext } from '../serdes/index.ts';
import { FetchedRecord, type RecordSource } from './fetched-record.ts';
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
  #legacy: FetchedRecord[] | undefined;
  #baseOffset = 0;
  #baseTimestamp: number | bigint = 0;
  #appendTime: number | undefined;
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
      if (this.#source === undefined && this.#legacy === undefined && !this.#openNext()) break;
      count += this.#legacy === undefined ? this.#readBatch(max - count, into) : this.#readLegacy(max - count, into);
    }
    return count;
  }

  #readBatch(max: number, into: FetchedRecord[]): number {
    const source = this.#source;
    if (source === undefined) return 0;
    const cursor = this.#cursor;
    const from = this.position;
    const base = this.#baseOffset;
    const baseTimestamp = this.#baseTimestamp;
    const appendTime = this.#appendTime;
    let offset = from - 1;
    let count = 0;
    while (count < max) {
      if (!cursor.next()) {
        if (cursor.problem !== undefined) throw this.#corrupt(`a record is malformed: ${cursor.problem}`);
        this.#finishBatch();
        return count;
      }
      const at = base + cursor.offsetDelta;
      if (at < from) continue;
      offset = at;
      into.push(
        new FetchedRecord(
          source,
          at,
          appendTime ?? Number(cursor.timestampFrom(baseTimestamp)),
          cursor.keyStart,
          cursor.keyLength,
          cursor.valueStart,
          cursor.valueLength,
          cursor.headersStart,
          cursor.headerCount,
        ),
      );
      count++;
    }
    this.#advance(offset + 1);
    return count;
  }

  #readLegacy(max: number, into: FetchedRecord[]): number {
    const legacy = this.#legacy ?? [];
    const taken = legacy.splice(0, max);
    into.push(...taken);
    const last = taken.at(-1);
    if (last !== undefined) this.#advance(last.offset + 1);
    if (legacy.length === 0) this.#finishBatch();
    return taken.length;
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
    this.#cursor.reset(bytes, start, end, batchRecordCount(buffer, at));
    this.#baseOffset = batchBaseOffset(buffer, at);
    this.#baseTimestamp = batchBaseTimestamp(buffer, at);
    const hasAppendTime = (batchAttributes(buffer, at) & TIMESTAMP_TYPE_FLAG) !== 0;
    this.#appendTime = hasAppendTime ? Number(batchMaxTimestamp(buffer, at)) : undefined;
    this.#source = this.#sourceOf(buffer, at, bytes, (headersStart, count) => headersIn(bytes, headersStart, count));
  }

  #openLegacy(buffer: Buffer, at: number): void {
    const legacy: FetchedRecord[] = [];
    for (const { offset, timestamp, key, value } of this.#decoded(buffer, at)) {
      if (offset < this.position) continue;
      const bytes = Buffer.concat([key ?? EMPTY, value ?? EMPTY]);
      const keyLength = key?.length ?? 0;
      const source = this.#sourceOf(buffer, at, bytes, () => []);
      legacy.push(
        new FetchedRecord(
          source,
          offset,
          Number(timestamp),
          0,
          key === null ? -1 : keyLength,
          keyLength,
          value === null ? -1 : value.length,
          0,
          0,
        ),
      );
    }
    this.#legacy = legacy;
  }

  #sourceOf(buffer: Buffer, at: number, bytes: Buffer, headersAt: RecordSource['headersAt']): RecordSource {
    const { topic, partition } = this.#fetched;
    return {
      topic,
      partition,
      timestampType: batchTimestampType(buffer, at),
      leaderEpoch: this.#batchEpoch,
      bytes,
      keyContext: this.#keyContext,
      valueContext: this.#valueContext,
      headersAt,
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
    this.#legacy = undefined;
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

const EMPTY = Buffer.alloc(0);

function walk(records: Buffer): { endOffset: number; isCorrupt: boolean } {
  const reader = new BatchReader(records);
  let endOffset = -1;
  while (reader.next()) endOffset = batchLastOffset(records, reader.start) + 1;
  return { endOffset, isCorrupt: reader.stop === 'corrupt' };
}

const headerCursor = new RecordCursor();

/** The cursor has walked over them already: they are well formed. */
function headersIn(bytes: Buffer, start: number, count: number): RecordHeader[] {
  headerCursor.bytes = bytes;
  headerCursor.headersStart = start;
  headerCursor.headerCount = count;
  headerCursor.end = bytes.length;
  return headerCursor.headers();
}
