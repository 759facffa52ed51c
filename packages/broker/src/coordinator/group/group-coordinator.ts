/**
 * The group coordinator of this broker: which partition of __consumer_offsets a group belongs to, and its operations on
 * the shard of that partition. Kafka's GroupCoordinatorService.
 */
import { Logger, type Platform, type Timer } from '@ottla/platform';
import { type ErrorCode as Code, ErrorCode } from '@ottla/protocol';
import { partitionForId } from '@ottla/protocol/records';
import type { Partition } from '../../replication/partition.ts';
import type { LeadershipListener } from '../../replication/replica-manager.ts';
import { PartitionLog } from '../runtime/partition-log.ts';
import { CoordinatorRuntime } from '../runtime/runtime.ts';
import type { Outcome, Reply } from '../runtime/shard.ts';
import { type CommitRequest, commitOffsets } from './commit-offsets.ts';
import {
  deleteGroup,
  deleteOffsets,
  deleteTopicOffsets,
  expireOffsets,
  type TopicPartition,
} from './delete-offsets.ts';
import { DEAD_GROUP, describe, type GroupDescription } from './describe.ts';
import type { OffsetAndMetadata } from './group-records.ts';
import type { GroupSettings } from './group-settings.ts';
import { GroupShard } from './group-shard.ts';
import { type JoinRequest, joinGroup } from './join-group.ts';
import { heartbeat, type LeavingMember, leaveGroup, type SyncRequest, syncGroup } from './membership.ts';
import { type JoinResult, joinError, type SyncResult, syncError } from './results.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';

export interface GroupCoordinatorOptions {
  readonly platform: Platform;
  readonly brokerId: number;
  readonly settings: () => GroupSettings;
  /** Partitions of __consumer_offsets: as they are, or as it would be created. */
  readonly partitionCount: () => number;
  readonly decompressedBytesMax: number;
}

export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: string;
}

export class GroupCoordinator implements LeadershipListener {
  readonly #options: GroupCoordinatorOptions;
  readonly #runtime: CoordinatorRuntime<GroupShard>;
  #expiry: Timer | undefined;

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options;
    const name = `GroupCoordinator id=${options.brokerId}`;
    const logger = new Logger(options.platform.log, 'kafka.coordinator.group.GroupCoordinator', `[${name}]: `);
    this.#runtime = new CoordinatorRuntime({
      platform: options.platform,
      name,
      topic: OFFSETS_TOPIC,
      decompressedBytesMax: options.decompressedBytesMax,
      build: (_partition, host) =>
        new GroupShard(host, { platform: options.platform, logger, settings: options.settings }),
    });
    this.#scheduleExpiry();
  }

  partitionFor(groupId: string): number {
    return partitionForId(groupId, this.#options.partitionCount());
  }

  elected(partition: Partition): void {
    if (partition.topic === OFFSETS_TOPIC) this.#runtime.elected(partition.partition, new PartitionLog(partition));
  }

  resigned(topic: string, partition: number): void {
    if (topic === OFFSETS_TOPIC) this.#runtime.resigned(partition);
  }

  close(): void {
    this.#expiry?.cancel();
    this.#runtime.close();
  }

  joinGroup(request: JoinRequest, answer: (result: JoinResult) => void): void {
    if (request.groupId === '') return answer(joinError(request.memberId, ErrorCode.INVALID_GROUP_ID));
    this.#runtime.act(
      this.partitionFor(request.groupId),
      (shard) => joinGroup(shard, request, answer),
      (error) => answer(joinError(request.memberId, error)),
    );
  }

  syncGroup(request: SyncRequest, answer: (result: SyncResult) => void): void {
    if (request.groupId === '') return answer(syncError(ErrorCode.INVALID_GROUP_ID));
    this.#runtime.act(
      this.partitionFor(request.groupId),
      (shard) => syncGroup(shard, request, answer),
      // The shard is being loaded: the member has to join again anyway once it knows.
      (error) =>
        answer(syncError(error === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.REBALANCE_IN_PROGRESS : error)),
    );
  }

  heartbeat(
    groupId: string,
    memberId: string,
    groupInstanceId: string | null,
    generationId: number,
    answer: (error: Code) => void,
  ): void {
    if (groupId === '') return answer(ErrorCode.INVALID_GROUP_ID);
    this.#runtime.act(
      this.partitionFor(groupId),
      (shard) => answer(heartbeat(shard, groupId, memberId, groupInstanceId, generationId)),
      // While the shard is loaded nobody knows better: let the member go on.
      (error) => answer(error === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : error),
    );
  }

  leaveGroup(
    groupId: string,
    members: readonly LeavingMember[],
    answer: (error: Code, members: readonly Code[]) => void,
  ): void {
    if (groupId === '') return answer(ErrorCode.INVALID_GROUP_ID, []);
    this.#runtime.act(
      this.partitionFor(groupId),
      (shard) => {
        const result = leaveGroup(shard, groupId, members);
        answer(result.error, result.members);
      },
      (error) => answer(error, []),
    );
  }

  /** The outcome's response has one error for each offset. */
  commitOffsets(request: CommitRequest, reply: Reply<readonly Code[]>): void {
    this.#runtime.write<readonly Code[]>(
      this.partitionFor(request.groupId),
      (shard) => commitOffsets(shard, request),
      reply,
    );
  }

  /**
   * The offsets of `partitions`, undefined where there is none; or of everything the group has committed when
   * `partitions` is null.
   */
  fetchOffsets(
    groupId: string,
    partitions: readonly TopicPartition[] | null,
    reply: Reply<readonly (TopicPartition & { readonly offset: OffsetAndMetadata | undefined })[]>,
  ): void {
    this.#runtime.read(
      this.partitionFor(groupId),
      (shard) => {
        if (partitions !== null)
          return partitions.map(({ topic, partition }) => ({
            topic,
            partition,
            offset: shard.offsets.get(groupId, topic, partition),
          }));
        const all: (TopicPartition & { readonly offset: OffsetAndMetadata | undefined })[] = [];
        for (const [topic, offsets] of shard.offsets.of(groupId) ?? [])
          for (const [partition, offset] of offsets) all.push({ topic, partition, offset });
        return all;
      },
      reply,
    );
  }

  deleteOffsets(groupId: string, partitions: readonly TopicPartition[], reply: Reply<readonly Code[]>): void {
    this.#runtime.write<readonly Code[]>(
      this.partitionFor(groupId),
      (shard) => deleteOffsets(shard, groupId, partitions),
      reply,
    );
  }

  deleteGroup(groupId: string, answer: (error: Code) => void): void {
    if (groupId === '') return answer(ErrorCode.INVALID_GROUP_ID);
    this.#runtime.write<Code>(
      this.partitionFor(groupId),
      (shard) => deleteGroup(shard, groupId),
      (outcome) => answer('response' in outcome ? outcome.response : outcome.error),
    );
  }

  describeGroup(groupId: string, reply: Reply<GroupDescription & { readonly found: boolean }>): void {
    this.#runtime.read(
      this.partitionFor(groupId),
      (shard) => {
        const group = shard.group(groupId);
        return group === undefined ? { ...DEAD_GROUP, found: false } : { ...describe(group), found: true };
      },
      reply,
    );
  }

  /** Every group this broker coordinates. COORDINATOR_LOAD_IN_PROGRESS beside them when some are still being loaded. */
  listGroups(): { readonly error: Code; readonly groups: readonly GroupListing[] } {
    const groups: GroupListing[] = [];
    for (const { shard } of this.#runtime.active()) {
      for (const group of shard.groups())
        groups.push({ groupId: group.groupId, protocolType: group.protocolType ?? '', state: group.state });
    }
    return { error: this.#runtime.isLoading ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NONE, groups };
  }

  /** Topics are gone: so are the offsets committed for them. */
  topicsDeleted(topics: ReadonlySet<string>): void {
    for (const { partition } of this.#runtime.active())
      this.#runtime.write(partition, (shard) => deleteTopicOffsets(shard, topics), ignore);
  }

  #scheduleExpiry(): void {
    this.#expiry = this.#options.platform.clock.setTimer(this.#options.settings().offsetsRetentionCheckMs, () => {
      for (const { partition } of this.#runtime.active()) this.#runtime.write(partition, expireOffsets, ignore);
      this.#scheduleExpiry();
    });
  }
}

/** A clean-up that failed comes again at the next check. */
function ignore(_outcome: Outcome<unknown>): void {}
