/** What applications give and get. Offsets and timestamps are numbers; a timestamp beyond 2^53 - 1 is refused. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** An offset to commit: that of the next record to read. */
export interface OffsetAndMetadata {
  readonly offset: number;
  /** Of the record before; fences a commit after an unclean election (KIP-320). */
  readonly leaderEpoch?: number | undefined;
  readonly metadata?: string | undefined;
}

export interface Header {
  readonly key: string;
  /** Null differs from empty. */
  readonly value: Buffer | null;
}

/** Pairs in order; names may repeat. A string value is sent in UTF-8. */
export type HeadersInput = Iterable<readonly [name: string, value: string | Uint8Array | null]> | Headers;

/** The headers of a record: order and duplicates are kept. */
export class Headers implements Iterable<Header> {
  static readonly none = new Headers([]);
  readonly #list: readonly Header[];

  constructor(list: readonly Header[]) {
    this.#list = list;
  }

  get size(): number {
    return this.#list.length;
  }

  /** The value of the last header of that name, as Java's `lastHeader`; undefined when there is none. */
  get(name: string): Buffer | null | undefined {
    return this.#list.findLast(({ key }) => key === name)?.value;
  }

  /** The values of all headers of that name, in order. */
  getAll(name: string): (Buffer | null)[] {
    return this.#list.filter(({ key }) => key === name).map(({ value }) => value);
  }

  has(name: string): boolean {
    return this.#list.some(({ key }) => key === name);
  }

  /** As text, in UTF-8; undefined when there is none or its value is null. */
  text(name: string): string | undefined {
    return this.get(name)?.toString('utf8');
  }

  toArray(): readonly Header[] {
    return this.#list;
  }

  [Symbol.iterator](): Iterator<Header> {
    return this.#list[Symbol.iterator]();
  }
}

export type TimestampType = 'CreateTime' | 'LogAppendTime' | 'NoTimestampType';

/** A record as it was read; `topic` tells the topics of a subscription apart. */
export interface ConsumerRecord<Name extends string = string, Key = Buffer, Value = Buffer | null> {
  readonly topic: Name;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970; -1 for records of the oldest format. */
  readonly timestamp: number;
  readonly timestampType: TimestampType;
  readonly key: Key | null;
  readonly value: Value;
  readonly headers: Headers;
  /** -1 when unknown. */
  readonly leaderEpoch: number;
}

/** A record to send. */
export interface ProducerRecord<Key = Uint8Array | string, Value = Uint8Array | string | null> {
  readonly key?: Key | null | undefined;
  readonly value: Value;
  readonly headers?: HeadersInput | undefined;
  /** Milliseconds since 1970; default: now. */
  readonly timestamp?: number | bigint | undefined;
  /** Default: what the partitioner says. */
  readonly partition?: number | undefined;
}

/** Where a record is. */
export interface RecordMetadata extends TopicPartition {
  /** -1 with acks 0. */
  readonly offset: number;
  /** What readers will see; -1 with acks 0 and create time unknown. */
  readonly timestamp: number;
}
