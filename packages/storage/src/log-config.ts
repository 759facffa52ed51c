import type { CompressionType } from '@ottla/protocol/compression';

/**
 * What a log reads of its topic's configuration (Java: LogConfig). Sizes are bytes, times ms; a value beyond
 * Number.MAX_SAFE_INTEGER means "unlimited" and is given as that. A log asks anew each time: an implementation may be
 * a live view.
 */
export interface LogConfig {
  /** segment.bytes */
  readonly segmentBytes: number;
  /** segment.ms */
  readonly segmentMs: number;
  /** segment.jitter.ms */
  readonly segmentJitterMs: number;
  /** segment.index.bytes */
  readonly indexBytesMax: number;
  /** index.interval.bytes */
  readonly indexIntervalBytes: number;
  /** flush.messages */
  readonly flushMessages: number;
  /** flush.ms */
  readonly flushMs: number;
  /** retention.bytes; -1: unlimited */
  readonly retentionBytes: number;
  /** retention.ms; -1: unlimited */
  readonly retentionMs: number;
  /** file.delete.delay.ms */
  readonly fileDeleteDelayMs: number;
  /** max.message.bytes */
  readonly maxMessageBytes: number;
  /** cleanup.policy contains `compact`. */
  readonly compact: boolean;
  /** cleanup.policy contains `delete`. */
  readonly deleteOld: boolean;
  /** compression.type; `producer` keeps what came, `none` is Kafka's `uncompressed`. */
  readonly compressionType: CompressionType | 'producer';
  /** compression.gzip.level, .lz4.level, .zstd.level: of the codec above; undefined: the codec's default. */
  readonly compressionLevel: number | undefined;
  /** message.timestamp.type */
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  /** message.timestamp.before.max.ms */
  readonly timestampBeforeMaxMs: number;
  /** message.timestamp.after.max.ms */
  readonly timestampAfterMaxMs: number;
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Apache Kafka 3.9's defaults. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1073741824,
  segmentMs: 604800000,
  segmentJitterMs: 0,
  indexBytesMax: 10485760,
  indexIntervalBytes: 4096,
  flushMessages: UNLIMITED,
  flushMs: UNLIMITED,
  retentionBytes: -1,
  retentionMs: 604800000,
  fileDeleteDelayMs: 60000,
  maxMessageBytes: 1048588,
  compact: false,
  deleteOld: true,
  compressionType: 'producer',
  compressionLevel: undefined,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: UNLIMITED,
  timestampAfterMaxMs: UNLIMITED,
};
