import { invalidArgument } from '../errors.ts';
import { positive } from '../options.ts';
import type { OffsetAndMetadata, TopicPartition } from '../records.ts';
import { type Assignor, cooperativeStickyAssignor, rangeAssignor } from './assignors/index.ts';
import type { FetchedRecord } from './fetched-record.ts';

/** Where to start without a committed offset, or when the offset is gone. */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly durationMs: number };

/** Told what goes on in the background. What it throws is not caught: it must not. */
export interface ConsumerObserver {
  rebalancing?(): void;
  /** The assignment is in force; `durationMs`: since this member began to join. */
  joined?(joined: JoinedGroup): void;
  heartbeat?(): void;
  fetching?(broker: number): void;
  /** `partitions`: those that had records. */
  fetched?(broker: number, partitions: number, durationMs: number): void;
  /** Topics that this member was assigned and did not subscribe to: with this they are passed over, without it joins again. */
  foreignTopics?(assigned: readonly string[], foreign: readonly string[]): void;
}

export interface JoinedGroup {
  readonly memberId: string;
  readonly leaderId: string;
  readonly generationId: number;
  /** The assignor's name. */
  readonly protocol: string;
  readonly assignment: readonly TopicPartition[];
  readonly durationMs: number;
}

/** An offset to commit, with its place. */
export interface CommitOffset extends TopicPartition, OffsetAndMetadata {}

/** Sees what comes and goes; what it throws is logged and passed over, as with Java's ConsumerInterceptor. */
export interface ConsumerInterceptor {
  /** Before records are handed out, a list of one partition. Returns what to hand out: these or fewer. */
  onConsume?(records: readonly FetchedRecord[]): readonly FetchedRecord[];
  /** After a commit was answered. */
  onCommit?(offsets: readonly CommitOffset[]): void;
  close?(): void;
}

/** Awaited before the group goes on. What it throws ends the iteration. */
export type RebalanceHook = (partitions: readonly TopicPartition[]) => void | Promise<void>;

/** In brackets: Java's name, where it is not the same in another spelling. Defaults are Java's. */
export interface ConsumerOptions {
  /** Needed for `subscribe` and for commits [group.id]. */
  readonly group?: string | undefined;
  /** Makes the member static (KIP-345): its partitions wait for it while it restarts [group.instance.id]. */
  readonly instanceId?: string | undefined;
  /** `consumer`: the broker assigns (KIP-848, Kafka 4) [group.protocol]. */
  readonly protocol?: 'classic' | 'consumer' | undefined;
  /** With protocol `consumer` [group.remote.assignor]. */
  readonly remoteAssignor?: string | undefined;
  /** In order of preference; default: range, cooperative-sticky [partition.assignment.strategy]. */
  readonly assignors?: readonly Assignor[] | undefined;
  readonly isolation?: 'read_uncommitted' | 'read_committed' | undefined;
  /** Commits what was processed, in the background; default: every 5 s if there is a group [enable.auto.commit]. */
  readonly autoCommit?: boolean | { readonly intervalMs: number } | undefined;
  /** Default: latest [auto.offset.reset]. */
  readonly onReset?: OffsetReset | ((topic: string) => OffsetReset) | undefined;
  readonly onAssigned?: RebalanceHook | undefined;
  /** The partitions are still this member's: state can be flushed and offsets committed. */
  readonly onRevoked?: RebalanceHook | undefined;
  /** Somebody else may have the partitions already. Default: `onRevoked`. */
  readonly onLost?: RebalanceHook | undefined;
  readonly sessionTimeoutMs?: number | undefined;
  readonly heartbeatIntervalMs?: number | undefined;
  /** How long the application may take between two records or batches; also how long a rebalance waits for it. */
  readonly maxPollIntervalMs?: number | undefined;
  /** What `poll` returns at most. */
  readonly maxPollRecords?: number | undefined;
  readonly fetchMinBytes?: number | undefined;
  readonly fetchMaxBytes?: number | undefined;
  readonly fetchMaxWaitMs?: number | undefined;
  readonly maxPartitionFetchBytes?: number | undefined;
  /** What is fetched ahead of the application in all; a partition that has nothing is always fetched. Default 32 MiB. */
  readonly prefetchBytes?: number | undefined;
  /** Where this client is: a replica there is read from if the brokers say so (KIP-392) [client.rack]. */
  readonly rack?: string | undefined;
  readonly checkCrcs?: boolean | undefined;
  readonly allowAutoTopicCreation?: boolean | undefined;
  /** Default true, for static members false: they leave by timing out (KIP-345). */
  readonly leaveOnClose?: boolean | undefined;
  readonly interceptors?: readonly ConsumerInterceptor[] | undefined;
  readonly observer?: ConsumerObserver | undefined;
}

export type ConsumerSettings = {
  readonly [Key in keyof Omit<ConsumerOptions, 'autoCommit' | 'onLost'>]-?: Exclude<ConsumerOptions[Key], undefined>;
} extends infer Defaults
  ? Omit<Defaults, 'group' | 'instanceId' | 'remoteAssignor' | 'onAssigned' | 'onRevoked' | 'observer'> &
      Pick<
        ConsumerOptions,
        'group' | 'instanceId' | 'remoteAssignor' | 'onAssigned' | 'onRevoked' | 'onLost' | 'observer'
      > & {
        /** Undefined: off. */
        readonly autoCommitMs: number | undefined;
      }
  : never;

/** What `onReset` says for a topic. */
export function resetPolicy({ onReset }: ConsumerSettings, topic: string): OffsetReset {
  return typeof onReset === 'function' ? onReset(topic) : onReset;
}

const MIB = 1024 * 1024;

/** Checked, with defaults. Throws KafkaError (INVALID_ARGUMENT). */
export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  const { group, instanceId, autoCommit = group !== undefined } = options;
  if (group === '') throw invalidArgument('group: the name of a group is not empty');
  if (instanceId !== undefined && group === undefined) throw invalidArgument('instanceId: it needs a group');
  const sessionTimeoutMs = positive('sessionTimeoutMs', options.sessionTimeoutMs, 45_000);
  const heartbeatIntervalMs = positive('heartbeatIntervalMs', options.heartbeatIntervalMs, 3_000);
  if (heartbeatIntervalMs >= sessionTimeoutMs)
    throw invalidArgument(
      `heartbeatIntervalMs: ${heartbeatIntervalMs} must be below sessionTimeoutMs, ${sessionTimeoutMs}`,
    );
  const assignors = options.assignors ?? [rangeAssignor(), cooperativeStickyAssignor()];
  if (assignors.length === 0) throw invalidArgument('assignors: give at least one');
  return {
    group,
    instanceId,
    protocol: options.protocol ?? 'classic',
    remoteAssignor: options.remoteAssignor,
    assignors,
    isolation: options.isolation ?? 'read_uncommitted',
    autoCommitMs: autoCommit === false ? undefined : autoCommit === true ? 5_000 : autoCommit.intervalMs,
    onReset: options.onReset ?? 'latest',
    onAssigned: options.onAssigned,
    onRevoked: options.onRevoked,
    onLost: options.onLost ?? options.onRevoked,
    sessionTimeoutMs,
    heartbeatIntervalMs,
    maxPollIntervalMs: positive('maxPollIntervalMs', options.maxPollIntervalMs, 300_000),
    maxPollRecords: Math.max(1, positive('maxPollRecords', options.maxPollRecords, 500)),
    fetchMinBytes: positive('fetchMinBytes', options.fetchMinBytes, 1),
    fetchMaxBytes: positive('fetchMaxBytes', options.fetchMaxBytes, 50 * MIB),
    fetchMaxWaitMs: positive('fetchMaxWaitMs', options.fetchMaxWaitMs, 500),
    maxPartitionFetchBytes: positive('maxPartitionFetchBytes', options.maxPartitionFetchBytes, MIB),
    prefetchBytes: positive('prefetchBytes', options.prefetchBytes, 32 * MIB),
    rack: options.rack ?? '',
    checkCrcs: options.checkCrcs ?? true,
    allowAutoTopicCreation: options.allowAutoTopicCreation ?? true,
    leaveOnClose: options.leaveOnClose ?? instanceId === undefined,
    interceptors: options.interceptors ?? [],
    observer: options.observer,
  };
}
