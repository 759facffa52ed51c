import { type CompressionType, compress } from '@ottla/protocol/compression';
import { invalidArgument, KafkaError } from '../errors.ts';
import { positive } from '../options.ts';
import type { HeadersInput, RecordMetadata } from '../records.ts';

/** Java's names in brackets where they are not the same in another spelling; the defaults are Java's. */
export interface ProducerOptions {
  readonly acks?: 0 | 1 | 'all' | undefined;
  /** No duplicates and no reordering by retries; default: with acks `all` [enable.idempotence]. */
  readonly idempotent?: boolean | undefined;
  readonly transactionalId?: string | undefined;
  readonly transactionTimeoutMs?: number | undefined;
  /** How long a batch waits for more records. */
  readonly lingerMs?: number | undefined;
  /** A batch is closed at this size; a larger record gets a batch of its own [batch.size]. */
  readonly batchBytes?: number | undefined;
  /** Records in memory, unsent and unacknowledged, at most [buffer.memory]. */
  readonly bufferBytes?: number | undefined;
  /** How long a send waits for room or for metadata [max.block.ms]. */
  readonly blockMaxMs?: number | undefined;
  readonly compression?: CompressionType | undefined;
  readonly compressionLevel?: number | undefined;
  readonly deliveryTimeoutMs?: number | undefined;
  readonly requestTimeoutMs?: number | undefined;
  readonly retries?: number | undefined;
  /** Requests to one broker that are not answered yet [max.in.flight.requests.per.connection]. */
  readonly inFlightMax?: number | undefined;
  readonly requestBytesMax?: number | undefined;
  readonly partitioner?: Partitioner | undefined;
  /** Send fewer records to partitions whose broker is slow [partitioner.adaptive.partitioning.enable]. */
  readonly adaptivePartitioning?: boolean | undefined;
  /** Spread records that have a key, too [partitioner.ignore.keys]. */
  readonly ignoreKeys?: boolean | undefined;
  readonly interceptors?: readonly ProducerInterceptor[] | undefined;
  readonly observer?: ProducerObserver | undefined;
}

/** Told what goes on in the background. What it throws is not caught: it must not. */
export interface ProducerObserver {
  acknowledged?(batch: AcknowledgedBatch): void;
}

export interface AcknowledgedBatch {
  readonly topic: string;
  readonly partition: number;
  /** -1 when it is not known. */
  readonly baseOffset: number;
  /** -1: the records' own timestamps count. */
  readonly logAppendTimeMs: number;
  /** Where the partition's log starts; -1 before Kafka 1.0. */
  readonly logStartOffset: number;
}

/** Told what became of each record that `append` took. What it throws is not caught: it must not. */
export interface AppendListener {
  /** `token`: as `append` was given it. Offset and partition are -1 when they are not known. */
  settled(token: number, error: KafkaError | undefined, partition: number, offset: number): void;
}

export interface PartitionerInput {
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly partitions: number;
}

/** The partition of a record; undefined: as if there were no partitioner. */
export type Partitioner = (record: PartitionerInput) => number | undefined;

/** A record as interceptors see it: before it is serialized. */
export interface InterceptedRecord {
  readonly topic: string;
  readonly key?: unknown;
  readonly value: unknown;
  readonly headers?: HeadersInput | undefined;
  readonly timestamp?: number | bigint | undefined;
  readonly partition?: number | undefined;
}

/** Called in order. What they throw is logged and changes nothing. */
export interface ProducerInterceptor {
  /** May return another record for the same topic. */
  onSend?(record: InterceptedRecord): InterceptedRecord;
  /** Once for each record that was sent or failed; `metadata.offset` is -1 then. */
  onAcknowledged?(metadata: RecordMetadata, error: KafkaError | undefined): void;
}

export interface ProducerSettings {
  readonly acks: -1 | 0 | 1;
  readonly idempotent: boolean;
  readonly transactionalId: string | undefined;
  readonly transactionTimeoutMs: number;
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly bufferBytes: number;
  readonly blockMaxMs: number;
  /** Of batches to come. */
  compression: CompressionType;
  readonly compressionLevel: number | undefined;
  readonly deliveryTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly retries: number;
  readonly inFlightMax: number;
  readonly requestBytesMax: number;
  readonly partitioner: Partitioner | undefined;
  readonly adaptivePartitioning: boolean;
  readonly ignoreKeys: boolean;
  readonly interceptors: readonly ProducerInterceptor[];
  readonly observer: ProducerObserver | undefined;
}

/** The broker tells this many batches of a producer and partition apart (KIP-98). */
export const IDEMPOTENT_IN_FLIGHT_MAX = 5;

export function producerSettings(options: ProducerOptions, requestTimeoutMs: number): ProducerSettings {
  const { acks = 'all', transactionalId } = options;
  const inFlightMax = positive('inFlightMax', options.inFlightMax, 5);
  const retries = positive('retries', options.retries, 2 ** 31 - 1);
  const fits = acks === 'all' && inFlightMax <= IDEMPOTENT_IN_FLIGHT_MAX && retries > 0;
  const idempotent = options.idempotent ?? (transactionalId !== undefined || fits);
  if (inFlightMax < 1) throw invalidArgument('inFlightMax: at least 1 is needed');
  if (idempotent && acks !== 'all') throw invalidArgument(`acks: an idempotent producer needs 'all', not ${acks}`);
  if (idempotent && inFlightMax > IDEMPOTENT_IN_FLIGHT_MAX)
    throw invalidArgument(
      `inFlightMax: an idempotent producer may have ${IDEMPOTENT_IN_FLIGHT_MAX}, not ${inFlightMax}`,
    );
  if (idempotent && retries === 0) throw invalidArgument('retries: an idempotent producer needs at least 1');
  if (transactionalId !== undefined && !idempotent)
    throw invalidArgument('idempotent: a transactional producer cannot do without');
  const lingerMs = positive('lingerMs', options.lingerMs, 0);
  const timeoutMs = positive('requestTimeoutMs', options.requestTimeoutMs, requestTimeoutMs);
  const shortestMs = lingerMs + timeoutMs;
  const deliveryTimeoutMs = positive('deliveryTimeoutMs', options.deliveryTimeoutMs, Math.max(120_000, shortestMs));
  if (deliveryTimeoutMs < shortestMs)
    throw invalidArgument(
      `deliveryTimeoutMs: ${deliveryTimeoutMs} must be at least lingerMs + requestTimeoutMs, ${shortestMs}`,
    );
  assertCodec(options.compression ?? 'none');
  return {
    acks: acks === 'all' ? -1 : acks,
    idempotent,
    transactionalId,
    transactionTimeoutMs: positive('transactionTimeoutMs', options.transactionTimeoutMs, 60_000),
    lingerMs,
    batchBytes: positive('batchBytes', options.batchBytes, 16_384),
    bufferBytes: positive('bufferBytes', options.bufferBytes, 32 * 1024 * 1024),
    blockMaxMs: positive('blockMaxMs', options.blockMaxMs, 60_000),
    compression: options.compression ?? 'none',
    compressionLevel: options.compressionLevel,
    deliveryTimeoutMs,
    requestTimeoutMs: timeoutMs,
    retries,
    inFlightMax,
    requestBytesMax: positive('requestBytesMax', options.requestBytesMax, 1024 * 1024),
    partitioner: options.partitioner,
    adaptivePartitioning: options.adaptivePartitioning ?? true,
    ignoreKeys: options.ignoreKeys ?? false,
    interceptors: options.interceptors ?? [],
    observer: options.observer,
  };
}

/** A codec that is not installed is told now, with what to install, rather than with the first batch. */
export function assertCodec(codec: CompressionType): void {
  try {
    compress(codec, Buffer.alloc(1));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', `compression: ${why}`, { retriable: false, cause: error });
  }
}
