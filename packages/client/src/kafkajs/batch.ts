import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import type { FetchedRecord } from '../consumer/fetched-record.ts';
import type { Batch, KafkaMessage } from './consumer-types.ts';
import type { IHeaders } from './producer-types.ts';

/** Records of one partition that one fetch brought. What was passed over (control records, aborted ones) counts in offsets. */
export class RecordBatch implements Batch {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: KafkaMessage[];
  readonly fetchedOffset: string;
  /** Behind all that the fetch brought. */
  readonly nextOffset: number;

  constructor(partition: AssignedPartition, fetchedOffset: number, records: readonly FetchedRecord[]) {
    this.topic = partition.topic.name;
    this.partition = partition.partition;
    this.highWatermark = String(partition.highWatermark);
    this.fetchedOffset = String(fetchedOffset);
    this.nextOffset = partition.position;
    this.messages = records.map(messageOf);
  }

  isEmpty(): boolean {
    return this.messages.length === 0;
  }

  isEmptyIncludingFiltered(): boolean {
    return this.nextOffset === Number(this.fetchedOffset);
  }

  isEmptyDueToFiltering(): boolean {
    return this.isEmpty() && !this.isEmptyIncludingFiltered();
  }

  firstOffset(): string | null {
    return this.messages[0]?.offset ?? (this.isEmptyIncludingFiltered() ? null : this.fetchedOffset);
  }

  lastOffset(): string {
    return this.isEmptyIncludingFiltered() ? String(Number(this.highWatermark) - 1) : String(this.nextOffset - 1);
  }

  offsetLag(): string {
    return String(Number(this.highWatermark) - 1 - Number(this.lastOffset()));
  }

  offsetLagLow(): string {
    const first = this.firstOffset();
    return first === null ? '0' : String(Number(this.highWatermark) - 1 - Number(first));
  }
}

export interface FullMessage extends KafkaMessage {
  magicByte: number;
  isControlRecord: boolean;
}

function messageOf(record: FetchedRecord): FullMessage {
  return {
    magicByte: 2,
    attributes: 0,
    timestamp: String(record.timestamp),
    offset: String(record.offset),
    key: record.keyBytes,
    value: record.valueBytes,
    headers: headersOf(record),
    isControlRecord: false,
  };
}

function headersOf(record: FetchedRecord): IHeaders {
  const headers: IHeaders = {};
  for (const { key, value } of record.headers) {
    // kafkajs has no null here.
    const bytes = value ?? Buffer.alloc(0);
    const known = headers[key];
    if (known === undefined) headers[key] = bytes;
    else if (Array.isArray(known)) known.push(bytes);
    else headers[key] = [known, bytes];
  }
  return headers;
}
