/*
 * Control batches hold one record (as brokers write them) that says what its key's type is:
 *
 *   key    version int16 (0 is written, any >= 0 is read), type int16
 *   value  of ABORT and COMMIT: version int16 = 0, coordinatorEpoch int32
 */
import { BatchBuilder } from './batch-builder.ts';
import type { Int64 } from './int64.ts';

export type ControlRecordType =
  | 'ABORT'
  | 'COMMIT'
  | 'LEADER_CHANGE'
  | 'SNAPSHOT_HEADER'
  | 'SNAPSHOT_FOOTER'
  | 'KRAFT_VERSION'
  | 'KRAFT_VOTERS'
  | 'UNKNOWN';

const TYPES: readonly ControlRecordType[] = [
  'ABORT',
  'COMMIT',
  'LEADER_CHANGE',
  'SNAPSHOT_HEADER',
  'SNAPSHOT_FOOTER',
  'KRAFT_VERSION',
  'KRAFT_VOTERS',
];

/** `UNKNOWN` for types that consumers skip; undefined when the key is no control record key. */
export function controlRecordType(key: Buffer | null): ControlRecordType | undefined {
  if (key === null || key.length < 4 || key.readInt16BE(0) < 0) return undefined;
  return TYPES[key.readInt16BE(2)] ?? 'UNKNOWN';
}

export interface EndTransactionMarker {
  readonly type: 'ABORT' | 'COMMIT';
  readonly coordinatorEpoch: number;
}

/** Undefined when key and value are not an end-of-transaction marker. Longer values of later versions are read too. */
export function parseEndTransactionMarker(key: Buffer | null, value: Buffer | null): EndTransactionMarker | undefined {
  const type = controlRecordType(key);
  if (type !== 'ABORT' && type !== 'COMMIT') return undefined;
  if (value === null || value.length < 6 || value.readInt16BE(0) < 0) return undefined;
  return { type, coordinatorEpoch: value.readInt32BE(2) };
}

export interface MarkerOptions {
  readonly type: 'ABORT' | 'COMMIT';
  readonly coordinatorEpoch: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** The broker's clock, ms. */
  readonly timestamp: Int64;
  readonly baseOffset?: number;
  readonly partitionLeaderEpoch?: number;
}

/** The batch of 78 bytes that ends a transaction in a partition. */
export function buildEndTransactionMarker(options: MarkerOptions): Buffer {
  const builder = new BatchBuilder({
    baseOffset: options.baseOffset ?? 0,
    partitionLeaderEpoch: options.partitionLeaderEpoch ?? -1,
    producerId: options.producerId,
    producerEpoch: options.producerEpoch,
    isTransactional: true,
    isControl: true,
    initialCapacityBytes: 96,
  });
  const key = Buffer.alloc(4);
  key.writeInt16BE(TYPES.indexOf(options.type), 2);
  const value = Buffer.alloc(6);
  value.writeInt32BE(options.coordinatorEpoch, 2);
  builder.append(options.timestamp, key, value);
  return builder.build();
}
