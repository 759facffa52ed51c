import { INT64_MAX, type Int64, toSafeNumber } from '../int64.ts';
import type { ConfigValue } from './config-type.ts';

export type TimestampType = 'CreateTime' | 'LogAppendTime';
export type TopicCompression = 'uncompressed' | 'zstd' | 'lz4' | 'snappy' | 'gzip' | 'producer';

/**
 * A topic's properties as its logs use them (Kafka's LogConfig). Sizes and intervals are numbers, cut to 2^53 - 1 where
 * Kafka's "never" is 2^63 - 1; bounds that are compared with a record's timestamp are exact.
 */
export interface LogConfigValues {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  readonly segmentIndexBytes: number;
  readonly indexIntervalBytes: number;
  /** Messages between two flushes; 2^53 - 1: never. */
  readonly flushMessages: number;
  readonly flushMs: number;
  /** -1: no limit. Any negative value means that. */
  readonly retentionBytes: number;
  /** -1: for ever. */
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
  readonly fileDeleteDelayMs: number;
  readonly deleteRetentionMs: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
  /** `cleanup.policy` has compact; both may be true, or neither. */
  readonly compact: boolean;
  readonly delete: boolean;
  readonly uncleanLeaderElectionEnable: boolean;
  readonly minInsyncReplicas: number;
  readonly compressionType: TopicCompression;
  readonly gzipLevel: number;
  readonly lz4Level: number;
  readonly zstdLevel: number;
  readonly preallocate: boolean;
  readonly messageTimestampType: TimestampType;
  /** How much older than now a CreateTime may be. */
  readonly messageTimestampBeforeMaxMs: Int64;
  /** How much later than now a CreateTime may be. */
  readonly messageTimestampAfterMaxMs: Int64;
  readonly messageDownconversionEnable: boolean;
  /** `partition:broker` items, or `*`. */
  readonly leaderThrottledReplicas: readonly string[];
  readonly followerThrottledReplicas: readonly string[];
}

/** A live view: its fields change when the topic's properties or the broker's defaults do. */
export interface LogConfig extends LogConfigValues {
  /** Calls `changed` after any field has changed. Returns the way to stop that. */
  subscribe(changed: () => void): () => void;
}

/** `get` gives the effective, valid value of a topic property. */
export function logConfigValues(get: (name: string) => ConfigValue): LogConfigValues {
  const number = (name: string): number => toSafeNumber(long(name));
  const long = (name: string): Int64 => {
    const value = get(name);
    return typeof value === 'number' || typeof value === 'bigint' ? value : 0;
  };
  const boolean = (name: string): boolean => get(name) === true;
  const list = (name: string): readonly string[] => {
    const value = get(name);
    return Array.isArray(value) ? value : [];
  };
  // The older property counts where the newer one was left at "any" (KIP-937).
  const bound = (name: string): Int64 =>
    long(name) === INT64_MAX ? long('message.timestamp.difference.max.ms') : long(name);
  const policies = list('cleanup.policy');
  return {
    segmentBytes: number('segment.bytes'),
    segmentMs: number('segment.ms'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentIndexBytes: number('segment.index.bytes'),
    indexIntervalBytes: number('index.interval.bytes'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    retentionBytes: Math.max(number('retention.bytes'), -1),
    retentionMs: Math.max(number('retention.ms'), -1),
    maxMessageBytes: number('max.message.bytes'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    deleteRetentionMs: number('delete.retention.ms'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    compact: policies.includes('compact'),
    delete: policies.includes('delete'),
    uncleanLeaderElectionEnable: boolean('unclean.leader.election.enable'),
    minInsyncReplicas: number('min.insync.replicas'),
    compressionType: compression(get('compression.type')),
    gzipLevel: number('compression.gzip.level'),
    lz4Level: number('compression.lz4.level'),
    zstdLevel: number('compression.zstd.level'),
    preallocate: boolean('preallocate'),
    messageTimestampType: get('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    messageTimestampBeforeMaxMs: bound('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: bound('message.timestamp.after.max.ms'),
    messageDownconversionEnable: boolean('message.downconversion.enable'),
    leaderThrottledReplicas: list('leader.replication.throttled.replicas'),
    followerThrottledReplicas: list('follower.replication.throttled.replicas'),
  };
}

function compression(value: ConfigValue): TopicCompression {
  switch (value) {
    case 'uncompressed':
    case 'zstd':
    case 'lz4':
    case 'snappy':
    case 'gzip':
      return value;
    default:
      return 'producer';
  }
}
