import type { Int64 } from '@ottla/protocol';
import type { CompressionType } from '@ottla/protocol/compression';
import { BatchBuilder } from '@ottla/protocol/records';
import { type Send, valueOf } from '../model/send.ts';

export interface BatchRecord {
  readonly send: Send;
  readonly padding: string;
  readonly timestamp: Int64;
}

/** Records that are sent, and sent again, together. */
export class OutgoingBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly BatchRecord[];
  /** Of an idempotent producer; changes only when its epoch is bumped. */
  sequence = -1;
  /** Acknowledged with this offset; undefined until then. */
  ackedOffset: number | undefined;
  /** The life of the broker that it was sent to first. */
  firstLife = Number.POSITIVE_INFINITY;

  constructor(topic: string, partition: number, records: readonly BatchRecord[]) {
    this.topic = topic;
    this.partition = partition;
    this.records = records;
  }

  encode(codec: CompressionType, producer: { readonly id: number; readonly epoch: number } | undefined): Buffer {
    const identity =
      producer === undefined
        ? {}
        : { producerId: producer.id, producerEpoch: producer.epoch, baseSequence: this.sequence };
    const builder = new BatchBuilder({ compression: codec, ...identity });
    for (const { send, padding, timestamp } of this.records) {
      builder.append(timestamp, Buffer.from(send.id), valueOf(send.id, padding));
    }
    return builder.build();
  }
}
