import type { FetchedRecord } from '../consumer/fetched-record.ts';
import { KafkaError } from '../errors.ts';
import type { CallOptions } from '../options.ts';
import type { ConsumerRecord, Headers, TimestampType } from '../records.ts';
import type { AcknowledgeType } from './acknowledgements.ts';
import type { ShareBroker } from './share-broker.ts';
import type { SharePartition } from './share-session.ts';

/** What a record of a share group has beside its content. */
export interface Acknowledgeable {
  /** 1 with the first delivery; behind `group.share.delivery.count.limit` a record is given up. */
  readonly deliveryCount: number;
  /** Until when nobody else gets it, ms since 1970. */
  readonly lockedUntilMs: number;
  /** Processed: nobody gets it any more. */
  accept(): void;
  /** Not processed: it is delivered again, to anybody. */
  release(): void;
  /** Can't be processed: nobody gets it any more. */
  reject(): void;
  /** Keeps it locked for another period (Kafka 4.2). Resolves when the broker has done so. */
  renew(options?: CallOptions): Promise<void>;
}

export interface RecordKeeper {
  acknowledge(record: ShareRecord, type: Exclude<AcknowledgeType, 'gap' | 'renew'>): void;
  renew(record: ShareRecord, options: CallOptions): Promise<void>;
}

/** Where a record was acquired. */
export interface RecordOrigin {
  readonly place: SharePartition;
  readonly broker: ShareBroker;
  readonly keeper: RecordKeeper;
}

/** A record that this member has acquired. */
export class ShareRecord implements ConsumerRecord<string, unknown, unknown>, Acknowledgeable {
  readonly deliveryCount: number;
  readonly origin: RecordOrigin & { readonly generation: number };
  lockedUntilMs: number;
  /** What was said about it; it may be said otherwise until it was sent. */
  said: AcknowledgeType | undefined = undefined;
  isSent = false;
  readonly #record: FetchedRecord;

  constructor(record: FetchedRecord, deliveryCount: number, lockedUntilMs: number, origin: RecordOrigin) {
    this.#record = record;
    this.deliveryCount = deliveryCount;
    this.lockedUntilMs = lockedUntilMs;
    this.origin = { ...origin, generation: origin.broker.generation };
  }

  get topic(): string {
    return this.#record.topic;
  }

  get partition(): number {
    return this.#record.partition;
  }

  get offset(): number {
    return this.#record.offset;
  }

  get timestamp(): number {
    return this.#record.timestamp;
  }

  get timestampType(): TimestampType {
    return this.#record.timestampType;
  }

  get key(): unknown {
    return this.#record.key;
  }

  get value(): unknown {
    return this.#record.value;
  }

  get headers(): Headers {
    return this.#record.headers;
  }

  get leaderEpoch(): number {
    return this.#record.leaderEpoch;
  }

  accept(): void {
    this.#say('accept');
  }

  release(): void {
    this.#say('release');
  }

  reject(): void {
    this.#say('reject');
  }

  renew(options: CallOptions = {}): Promise<void> {
    this.#throwIfSent();
    return this.origin.keeper.renew(this, options);
  }

  toJSON(): unknown {
    return { ...this.#record.toJSON(), deliveryCount: this.deliveryCount };
  }

  #say(type: 'accept' | 'release' | 'reject'): void {
    this.#throwIfSent();
    this.said = type;
    this.origin.keeper.acknowledge(this, type);
  }

  #throwIfSent(): void {
    if (!this.isSent) return;
    const { topic, partition, offset } = this;
    const what = this.said ?? 'release';
    throw new KafkaError(
      'ILLEGAL_STATE',
      `The record at offset ${offset} of ${topic}-${partition} is not this consumer's any more: it was told ${what}`,
      { topic, partition },
    );
  }
}

/** A record as what its topic declares. Here, and only here, bytes become the application's types. */
export function typedShareRecords<R>(records: readonly ShareRecord[]): (R & Acknowledgeable)[];
export function typedShareRecords(records: readonly ShareRecord[]): readonly unknown[] {
  return records;
}
