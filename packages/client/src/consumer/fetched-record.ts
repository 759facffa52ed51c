import { headersAt } from '@ottla/protocol/records';
import { KafkaError } from '../errors.ts';
import { type ConsumerRecord, Headers, type TimestampType } from '../records.ts';
import type { AnyTopic, SerdeContext } from '../serdes/index.ts';
import { bufferView } from './buffer-view.ts';
import { fieldEnd, fieldLength, fieldStart } from './record-fields.ts';

/** What the records of one wire batch share. */
export interface RecordSource {
  readonly topic: AnyTopic;
  readonly partition: number;
  readonly timestampType: TimestampType;
  readonly leaderEpoch: number;
  readonly baseOffset: number;
  readonly baseTimestamp: number;
  /** What stands for the timestamp of every record. */
  readonly appendTime: number | undefined;
  /** The uncompressed records. */
  readonly bytes: Buffer;
  /** Of `bytes`. */
  readonly memory: ArrayBufferLike;
  readonly byteOffset: number;
  readonly keyContext: SerdeContext;
  readonly valueContext: SerdeContext;
}

/** Marks a key or value that nobody has asked for yet. */
const UNREAD = Symbol('unread');

/**
 * One record: where its bytes lie. Key, value and headers are read when they are asked for, once; what a deserializer
 * throws is thrown there, with the record's place. Few fields of small integers: making these objects is what reading costs.
 */
export class FetchedRecord implements ConsumerRecord<string, unknown, unknown> {
  readonly #source: RecordSource;
  readonly #offsetDelta: number;
  readonly #timestampDelta: number;
  /** Where key, value and headers lie. They are well formed. */
  readonly #at: number;
  #key: unknown = UNREAD;
  #value: unknown = UNREAD;
  #headers: Headers | undefined = undefined;

  constructor(source: RecordSource, offsetDelta: number, timestampDelta: number, at: number) {
    this.#source = source;
    this.#offsetDelta = offsetDelta;
    this.#timestampDelta = timestampDelta;
    this.#at = at;
  }

  get topic(): string {
    return this.#source.topic.name;
  }

  get partition(): number {
    return this.#source.partition;
  }

  get offset(): number {
    return this.#source.baseOffset + this.#offsetDelta;
  }

  get timestamp(): number {
    const { appendTime, baseTimestamp } = this.#source;
    return appendTime ?? baseTimestamp + this.#timestampDelta;
  }

  get timestampType(): TimestampType {
    return this.#source.timestampType;
  }

  get leaderEpoch(): number {
    return this.#source.leaderEpoch;
  }

  /** Bytes of the key; -1 for null. */
  get keySize(): number {
    return fieldLength(this.#source.bytes, this.#at);
  }

  /** Bytes of the value; -1 for null. */
  get valueSize(): number {
    return fieldLength(this.#source.bytes, this.#valueAt);
  }

  get key(): unknown {
    if (this.#key === UNREAD) {
      const bytes = this.keyBytes;
      this.#key = bytes === null ? null : this.#read('key', bytes, this.#valueAt);
    }
    return this.#key;
  }

  get value(): unknown {
    if (this.#value === UNREAD) {
      const at = this.#valueAt;
      this.#value = this.#read('value', fieldAt(this.#source, at), at);
    }
    return this.#value;
  }

  /** As it was sent; a view over what was received. */
  get keyBytes(): Buffer | null {
    return fieldAt(this.#source, this.#at);
  }

  /** As it was sent; a view over what was received. */
  get valueBytes(): Buffer | null {
    return fieldAt(this.#source, this.#valueAt);
  }

  get headers(): Headers {
    this.#headers ??= this.#readHeaders();
    return this.#headers;
  }

  toJSON(): ConsumerRecord<string, unknown, unknown> {
    const { topic, partition, offset, timestamp, timestampType, key, value, headers, leaderEpoch } = this;
    return { topic, partition, offset, timestamp, timestampType, key, value, headers, leaderEpoch };
  }

  get #valueAt(): number {
    return fieldEnd(this.#source.bytes, this.#at);
  }

  #readHeaders(): Headers {
    const { bytes } = this.#source;
    const at = fieldEnd(bytes, this.#valueAt);
    return bytes[at] === 0 ? Headers.none : new Headers(headersAt(bytes, at));
  }

  #read(part: 'key' | 'value', bytes: Buffer | null, valueAt: number): unknown {
    const source = this.#source;
    const { topic, partition } = source;
    const serde = topic[part];
    // Records without headers share their context: it says nothing of a single one.
    const hasHeaders = source.bytes[fieldEnd(source.bytes, valueAt)] !== 0;
    const shared = part === 'key' ? source.keyContext : source.valueContext;
    try {
      return serde.deserialize(bytes, hasHeaders ? { ...shared, headers: this.headers } : shared);
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

function fieldAt({ bytes, memory, byteOffset }: RecordSource, at: number): Buffer | null {
  const length = fieldLength(bytes, at);
  return length < 0 ? null : bufferView(memory, byteOffset + fieldStart(bytes, at), length);
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
