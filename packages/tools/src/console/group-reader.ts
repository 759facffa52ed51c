/** Reads as a member of a consumer group (classic protocol, range assignment); commits what was printed. */
import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  clampToNumber,
  decodeRecordValue,
  ErrorCode,
  encodeRecordValue,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  SyncGroupRequest,
  SyncGroupResponse,
  ZERO_UUID,
} from '@ottla/protocol';
import { type RpcApi, RpcError } from '@ottla/rpc';
import { type Cluster, check, ServerError } from '../client/cluster.ts';
import { topicLeaders } from '../client/topic-partitions.ts';
import { type ConsumedRecord, PartitionReader, type Position, type RecordReader } from './partition-reader.ts';
import { assignRange } from './range-assignor.ts';

export interface GroupReaderOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly reset: 'earliest' | 'latest';
  readonly committed: boolean;
  readonly signal: AbortSignal;
}

const SESSION_TIMEOUT_MS = 45_000;
const REBALANCE_TIMEOUT_MS = 300_000;
const HEARTBEAT_MS = 3_000;
const COMMIT_MS = 5_000;
const TIMEOUT_MS = 60_000;
/** Fetches are kept short, so that a rebalance is noticed soon. */
const FETCH_WAIT_MS = 250;
const SUBSCRIPTION_VERSION = 1;

export class GroupReader implements RecordReader {
  readonly #cluster: Cluster;
  readonly #options: GroupReaderOptions;
  #coordinator = -1;
  #memberId = '';
  #generationId = -1;
  #reader: PartitionReader | undefined;
  #toCommit = new Map<string, Position>();
  #heartbeatDue = 0;
  #commitDue = 0;

  private constructor(cluster: Cluster, options: GroupReaderOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  static async join(cluster: Cluster, options: GroupReaderOptions): Promise<GroupReader> {
    const reader = new GroupReader(cluster, options);
    await reader.#rejoin();
    return reader;
  }

  async poll(signal: AbortSignal, idleMs: number): Promise<readonly ConsumedRecord[] | undefined> {
    const began = performance.now();
    while (!signal.aborted) {
      try {
        await this.#keepUp();
        const records = (await this.#reader?.fetch(FETCH_WAIT_MS)) ?? [];
        if (records.length > 0) return records;
        if (this.#reader === undefined || this.#reader.positions.length === 0)
          await new Promise((resolve) => setTimeout(resolve, FETCH_WAIT_MS));
      } catch (error) {
        if (!leavesGroup(error)) throw error;
        await this.#rejoin();
      }
      if (idleMs >= 0 && performance.now() - began >= idleMs) return undefined;
    }
    return [];
  }

  processed(records: readonly ConsumedRecord[]): void {
    for (const { topic, partition, offset } of records)
      this.#toCommit.set(`${partition}:${topic}`, { topic, partition, offset: offset + 1 });
  }

  async close(): Promise<void> {
    try {
      await this.#commit();
      const api = { request: LeaveGroupRequest, response: LeaveGroupResponse };
      const { group } = this.#options;
      const member = { memberId: this.#memberId };
      await this.#call(
        api,
        (await this.#cluster.versionOf(api)) >= 3
          ? { groupId: group, members: [member] }
          : { groupId: group, ...member, members: [] },
      );
    } catch (error) {
      // The group notices by the session timeout.
      if (!(error instanceof ServerError || error instanceof RpcError)) throw error;
    }
  }

  async #keepUp(): Promise<void> {
    const now = performance.now();
    if (now >= this.#heartbeatDue) {
      this.#heartbeatDue = now + HEARTBEAT_MS;
      const member = { groupId: this.#options.group, generationId: this.#generationId, memberId: this.#memberId };
      check((await this.#call({ request: HeartbeatRequest, response: HeartbeatResponse }, member)).errorCode);
    }
    if (now >= this.#commitDue) {
      this.#commitDue = now + COMMIT_MS;
      await this.#commit();
    }
  }

  async #commit(): Promise<void> {
    if (this.#toCommit.size === 0) return;
    const offsets = [...this.#toCommit.values()];
    this.#toCommit = new Map();
    const byId =
      (await this.#cluster.versionOf({ request: OffsetCommitRequest, response: OffsetCommitResponse })) >= 10;
    const topics = [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
      ...(byId ? { topicId: this.#reader?.topicId(topic) ?? ZERO_UUID } : { name: topic }),
      partitions: offsets
        .filter((each) => each.topic === topic)
        .map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedMetadata: '',
        })),
    }));
    const request = {
      groupId: this.#options.group,
      generationIdOrMemberEpoch: this.#generationId,
      memberId: this.#memberId,
      topics,
    };
    const answer = await this.#call({ request: OffsetCommitRequest, response: OffsetCommitResponse }, request);
    for (const topic of answer.topics) for (const { errorCode } of topic.partitions) check(errorCode);
  }

  /** Joins, assigns when it leads, and starts where the group has committed. */
  async #rejoin(): Promise<void> {
    await this.#cluster.retrying(async () => {
      if (this.#options.signal.aborted) return;
      try {
        await this.#findCoordinator();
        await this.#commit().catch((error: unknown) => {
          if (!leavesGroup(error)) throw error;
        });
        const assigned = await this.#joinAndSync();
        this.#reader = await this.#open(assigned);
        this.#heartbeatDue = performance.now() + HEARTBEAT_MS;
        this.#commitDue = performance.now() + COMMIT_MS;
      } catch (error) {
        if (leavesGroup(error)) throw new ServerError(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        throw error;
      }
    }, TIMEOUT_MS);
  }

  async #findCoordinator(): Promise<void> {
    const api = { request: FindCoordinatorRequest, response: FindCoordinatorResponse };
    const batched = (await this.#cluster.versionOf(api)) >= 4;
    const answer = await this.#cluster.call(
      api,
      batched ? { coordinatorKeys: [this.#options.group] } : { key: this.#options.group },
    );
    const found = batched ? answer.coordinators[0] : answer;
    check(found?.errorCode ?? ErrorCode.COORDINATOR_NOT_AVAILABLE);
    await this.#cluster.metadata([]);
    this.#coordinator = found?.nodeId ?? -1;
  }

  async #joinAndSync(): Promise<ReadonlyMap<string, readonly number[]>> {
    const subscription = encodeRecordValue(
      ConsumerProtocolSubscription,
      { topics: this.#options.topics, userData: null, ownedPartitions: [] },
      SUBSCRIPTION_VERSION,
    );
    const api = { request: JoinGroupRequest, response: JoinGroupResponse };
    const join = () =>
      this.#call(
        api,
        {
          groupId: this.#options.group,
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
          rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
          memberId: this.#memberId,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: subscription }],
        },
        REBALANCE_TIMEOUT_MS + TIMEOUT_MS,
      );
    let joined = await join();
    if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.#memberId = joined.memberId;
      joined = await join();
    }
    if (joined.errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.#memberId = '';
    check(joined.errorCode);
    this.#memberId = joined.memberId;
    this.#generationId = joined.generationId;
    const assignments = joined.leader === joined.memberId ? await this.#assign(joined) : [];
    const synced = await this.#call(
      { request: SyncGroupRequest, response: SyncGroupResponse },
      {
        groupId: this.#options.group,
        generationId: this.#generationId,
        memberId: this.#memberId,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments,
      },
      REBALANCE_TIMEOUT_MS + TIMEOUT_MS,
    );
    check(synced.errorCode);
    if (synced.assignment.length === 0) return new Map();
    return new Map(
      decodeRecordValue(ConsumerProtocolAssignment, synced.assignment).assignedPartitions.map(
        ({ topic, partitions }) => [topic, partitions],
      ),
    );
  }

  async #assign(joined: JoinGroupResponse): Promise<{ memberId: string; assignment: Buffer }[]> {
    const subscribers = joined.members.map(({ memberId, metadata }) => ({
      memberId,
      topics: decodeRecordValue(ConsumerProtocolSubscription, metadata).topics,
    }));
    const topics = await topicLeaders(
      this.#cluster,
      [...new Set(subscribers.flatMap((each) => each.topics))],
      true,
      TIMEOUT_MS,
    );
    const assigned = assignRange(subscribers, new Map(topics.map(({ name, leaders }) => [name, leaders.size])));
    return [...assigned].map(([memberId, parts]) => {
      const assignedPartitions = [...parts].map(([topic, partitions]) => ({ topic, partitions }));
      return {
        memberId,
        assignment: encodeRecordValue(
          ConsumerProtocolAssignment,
          { assignedPartitions, userData: null },
          SUBSCRIPTION_VERSION,
        ),
      };
    });
  }

  async #open(assigned: ReadonlyMap<string, readonly number[]>): Promise<PartitionReader> {
    const topics = await topicLeaders(this.#cluster, [...assigned.keys()], true, TIMEOUT_MS);
    const reader = new PartitionReader(this.#cluster, topics, [], this.#options.committed);
    const api = { request: OffsetFetchRequest, response: OffsetFetchResponse };
    const version = await this.#cluster.versionOf(api);
    const asked = topics.map(({ name, id }) => ({
      ...(version >= 10 ? { topicId: id } : { name }),
      partitionIndexes: [...(assigned.get(name) ?? [])],
    }));
    const named = topics.map(({ name }) => ({ name, partitionIndexes: [...(assigned.get(name) ?? [])] }));
    if (topics.length === 0) return reader;
    const { group } = this.#options;
    const answer = await this.#call(
      api,
      version >= 8 ? { groups: [{ groupId: group, topics: asked }] } : { groupId: group, topics: named },
    );
    const first = version >= 8 ? answer.groups[0] : answer;
    check(first?.errorCode ?? ErrorCode.NONE);
    for (const topic of topics) {
      const found = first?.topics.find((each) =>
        'topicId' in each && version >= 10 ? each.topicId === topic.id : each.name === topic.name,
      );
      for (const partition of assigned.get(topic.name) ?? []) {
        const committed = clampToNumber(
          found?.partitions.find((each) => each.partitionIndex === partition)?.committedOffset ?? -1,
        );
        const offset = committed >= 0 ? committed : await reader.offsetOf(topic.name, partition, this.#options.reset);
        reader.positions.push({ topic: topic.name, partition, offset });
      }
    }
    return reader;
  }

  #call<Req, Res>(api: RpcApi<Req, Res>, request: Req, timeoutMs?: number): Promise<Res> {
    return this.#cluster.callNode(this.#coordinator, api, request, timeoutMs);
  }
}

/** Errors after which a member has to join again. */
function leavesGroup(error: unknown): boolean {
  if (error instanceof RpcError) return true;
  if (!(error instanceof ServerError)) return false;
  const codes: readonly number[] = [
    ErrorCode.REBALANCE_IN_PROGRESS,
    ErrorCode.ILLEGAL_GENERATION,
    ErrorCode.UNKNOWN_MEMBER_ID,
    ErrorCode.NOT_COORDINATOR,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ];
  return codes.includes(error.code);
}
