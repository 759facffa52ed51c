import { INT64_MAX, type Int64, toSafeNumber } from '../int64.ts';
import type { ConfigValue } from './config-type.ts';

export type TimestampType = 'CreateTime' | 'LogAppendTime';
/** `compression.type`; Kafka's `uncompressed` is `none`, `producer` keeps what came. */
export type TopicCompression = 'none' | 'zstd' | 'lz4' | 'snappy' | 'gzip' | 'producer';

/**
 * A topic's properties as its logs use them (Kafka's LogConfig). Sizes are bytes, times ms; a value beyond 2^53 - 1, which
 * is Kafka's way to say "unlimited", is given as that.
 */
export interface LogConfigValues {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  readonly indexBytesMax: number;
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
  readonly deleteOld: boolean;
  readonly uncleanLeaderElectionEnable: boolean;
  readonly minInsyncReplicas: number;
  readonly compressionType: TopicCompression;
  /** The level of that codec; undefined: the codec's own default, or a codec without levels. */
  readonly compressionLevel: number | undefined;
  readonly preallocate: boolean;
  readonly timestampType: TimestampType;
  /** How much older than now a CreateTime may be. 2^53 - 1: any age. */
  readonly timestampBeforeMaxMs: number;
  /** How much later than now a CreateTime may be. 2^53 - 1: any. */
  readonly timestampAfterMaxMs: number;
  readonly messageDownconversionEnable: boolean;
  /** `partition:broker` items, or `*`. */
  readonly leaderThrottledReplicas: readonly string[];
  readonly followerThrottledReplicas: readonly string[];
}

/** A live view: its fields change when the topic's properties or the broker's defaults do. */
export interface LogConfig extends LogConfigValues {
  /** Calls `changed` after any field has changed. Returns the way to stop that. */
  readonly subscribe: (changed: () => void) => () => void;
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
  const bound = (name: string): number =>
    long(name) === INT64_MAX ? number('message.timestamp.difference.max.ms') : number(name);
  const policies = list('cleanup.policy');
  const compressionType = compression(get('compression.type'));
  const isLeveled = compressionType === 'gzip' || compressionType === 'lz4' || compressionType === 'zstd';
  return {
    segmentBytes: number('segment.bytes'),
    segmentMs: number('segment.ms'),
    segmentJitterMs: number('segment.jitter.ms'),
    indexBytesMax: number('segment.index.bytes'),
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
    deleteOld: policies.includes('delete'),
    uncleanLeaderElectionEnable: boolean('unclean.leader.election.enable'),
    minInsyncReplicas: number('min.insync.replicas'),
    compressionType,
    compressionLevel: isLeveled ? level(number(`compression.${compressionType}.level`), compressionType) : undefined,
    preallocate: boolean('preallocate'),
    timestampType: get('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    timestampBeforeMaxMs: bound('message.timestamp.before.max.ms'),
    timestampAfterMaxMs: bound('message.timestamp.after.max.ms'),
    messageDownconversionEnable: boolean('message.downconversion.enable'),
    leaderThrottledReplicas: list('leader.replication.throttled.replicas'),
    followerThrottledReplicas: list('follower.replication.throttled.replicas'),
  };
}

function compression(value: ConfigValue): TopicCompression {
  switch (value) {
    case 'uncompressed':
      return 'none';
    case 'zstd':
    case 'lz4':
    case 'snappy':
    case 'gzip':
      return value;
    default:
      return 'producer';
  }
}

/** -1 is how gzip's default is written. */
function level(value: number, type: TopicCompression): number | undefined {
  return type === 'gzip' && value === -1 ? undefined : value;
}
