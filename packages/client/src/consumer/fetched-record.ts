import type { RecordHeader } from '@ottla/protocol/records';
import { KafkaError } from '../errors.ts';
import { type ConsumerRecord, Headers, type TimestampType } from '../records.ts';
import type { AnyTopic, SerdeContext } from '../serdes/index.ts';
import { bufferView } from './buffer-view.ts';

/** What the records of one wire batch share. */
export interface RecordSource {
  readonly topic: AnyTopic;
  readonly partition: number;
  readonly timestampType: TimestampType;
  readonly leaderEpoch: number;
  /** The uncompressed records. */
  readonly bytes: Buffer;
  readonly keyContext: SerdeContext;
  readonly valueContext: SerdeContext;
  /** Reads a header list that starts there. */
  readonly headersAt: (start: number, count: number) => RecordHeader[];
}

/** Marks a key or value that nobody has asked for yet. */
const UNREAD = Symbol('unread');

/**
 * One record: where its bytes lie. Key, value and headers are read when they are asked for, once; what a deserializer
 * throws is thrown there, with the record's place.
 */
export class FetchedRecord implements ConsumerRecord<string, unknown, unknown> {
  readonly offset: number;
  readonly timestamp: number;
  readonly #source: RecordSource;
  readonly #keyStart: number;
  readonly #keyLength: number;
  readonly #valueStart: number;
  readonly #valueLength: number;
  readonly #headersStart: number;
  readonly #headerCount: number;
  #key: unknown = UNREAD;
  #value: unknown = UNREAD;
  #headers: Headers | undefined = undefined;

  constructor(
    source: RecordSource,
    offset: number,
    timestamp: number,
    keyStart: number,
    keyLength: number,
    valueStart: number,
    valueLength: number,
    headersStart: number,
    headerCount: number,
  ) {
    this.offset = offset;
    this.timestamp = timestamp;
    this.#source = source;
    this.#keyStart = keyStart;
    this.#keyLength = keyLength;
    this.#valueStart = valueStart;
    this.#valueLength = valueLength;
    this.#headersStart = headersStart;
    this.#headerCount = headerCount;
  }

  get topic(): string {
    return this.#source.topic.name;
  }

  get partition(): number {
    return this.#source.partition;
  }

  get timestampType(): TimestampType {
    return this.#source.timestampType;
  }

  get leaderEpoch(): number {
    return this.#source.leaderEpoch;
  }

  /** Bytes of the key; -1 for null. */
  get keySize(): number {
    return this.#keyLength;
  }

  /** Bytes of the value; -1 for null. */
  get valueSize(): number {
    return this.#valueLength;
  }

  get key(): unknown {
    if (this.#key === UNREAD) {
      const bytes = this.keyBytes;
      this.#key = bytes === null ? null : this.#read('key', bytes);
    }
    return this.#key;
  }

  get value(): unknown {
    if (this.#value === UNREAD) this.#value = this.#read('value', this.valueBytes);
    return this.#value;
  }

  /** As it was sent; a view over what was received. */
  get keyBytes(): Buffer | null {
    const length = this.#keyLength;
    return length < 0 ? null : bufferView(this.#source.bytes, this.#keyStart, this.#keyStart + length);
  }

  /** As it was sent; a view over what was received. */
  get valueBytes(): Buffer | null {
    const length = this.#valueLength;
    return length < 0 ? null : bufferView(this.#source.bytes, this.#valueStart, this.#valueStart + length);
  }

  get headers(): Headers {
    if (this.#headerCount === 0) return Headers.none;
    this.#headers ??= new Headers(this.#source.headersAt(this.#headersStart, this.#headerCount));
    return this.#headers;
  }

  toJSON(): ConsumerRecord<string, unknown, unknown> {
    const { topic, partition, offset, timestamp, timestampType, key, value, headers, leaderEpoch } = this;
    return { topic, partition, offset, timestamp, timestampType, key, value, headers, leaderEpoch };
  }

  /** Records without headers share theirs: it says nothing of a single one. */
  #context(part: 'key' | 'value'): SerdeContext {
    const source = this.#source;
    if (this.#headerCount === 0) return part === 'key' ? source.keyContext : source.valueContext;
    return { topic: source.topic.name, part, headers: this.headers };
  }

  #read(part: 'key' | 'value', bytes: Buffer | null): unknown {
    const { topic, partition } = this.#source;
    const serde = topic[part];
    try {
      return serde.deserialize(bytes, this.#context(part));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new KafkaError(
        'DESERIALIZATION_FAILED',
        `The ${part} of the record at offset ${this.offset} of ${topic.name}-${partition} is no ${serde.name}: ${why}`,
        { topic: topic.name, partition, cause },
      );
    }
  }
}

/** A record as what its topic declares. Here, and only here, bytes become the application's types. */
export function typedRecord<R>(record: FetchedRecord): R;
export function typedRecord(record: FetchedRecord): unknown {
  return record;
}

export function typedRecords<R>(records: readonly FetchedRecord[]): R[];
export function typedRecords(records: readonly FetchedRecord[]): readonly unknown[] {
  return records;
}
