import { ErrorCode } from '@ottla/protocol';
import type { RpcApi } from '@ottla/rpc';
import { LEAVE_GROUP } from '../consumer/apis.ts';
import { coordinatorIsGone } from '../consumer/committed-offsets.ts';
import { CONSUMER_PROTOCOL_TYPE, decodeAssignment } from '../consumer/consumer-protocol.ts';
import { checkCode, KafkaError } from '../errors.ts';
import type { Message } from '../network/cluster.ts';
import type { TopicPartition } from '../records.ts';
import { CONSUMER_GROUP_DESCRIBE, DELETE_GROUPS, DESCRIBE_GROUPS, LIST_GROUPS } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';

export interface GroupListing {
  readonly groupId: string;
  /** `consumer`, `connect`, `share`...; empty for groups that only commit offsets. */
  readonly protocolType: string;
  /** Kafka's name, e.g. `Stable`; empty before Kafka 2.6. */
  readonly state: string;
  /** `classic`, `consumer`, `share`, `streams`; empty before Kafka 3.8. */
  readonly type: string;
}

export interface MemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly host: string;
  /** What it has now. */
  readonly assignment: readonly TopicPartition[];
  /** What it is to have; undefined with the classic protocol. */
  readonly targetAssignment: readonly TopicPartition[] | undefined;
  /** Undefined with the classic protocol. */
  readonly memberEpoch: number | undefined;
}

export interface GroupDescription {
  readonly groupId: string;
  readonly type: 'classic' | 'consumer';
  readonly protocolType: string;
  readonly state: string;
  /** The assignor. */
  readonly protocol: string;
  readonly coordinator: number;
  readonly members: readonly MemberDescription[];
  readonly groupEpoch: number | undefined;
}

export interface GroupFilter {
  readonly states?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
  /** E.g. `consumer`; the empty one too, as Java's listConsumerGroups counts it. */
  readonly protocolTypes?: readonly string[] | undefined;
}

/** Of all brokers: each knows those it coordinates. */
export async function listGroups(calls: Calls, filter: GroupFilter): Promise<GroupListing[]> {
  const brokers = await calls.brokers();
  const byId = new Map<string, GroupListing>();
  const minVersion = filter.types === undefined ? (filter.states === undefined ? 0 : 4) : 5;
  await Promise.all(
    brokers.map(async (node) => {
      const answer = await calls.ask(
        LIST_GROUPS,
        node,
        (version) => ({
          ...(version >= 4 ? { statesFilter: filter.states ?? [] } : {}),
          ...(version >= 5 ? { typesFilter: filter.types ?? [] } : {}),
        }),
        ({ errorCode }) => checkCode(errorCode, null, { broker: node }),
        minVersion,
      );
      for (const { groupId, protocolType, groupState, groupType } of answer.groups)
        byId.set(groupId, { groupId, protocolType, state: groupState, type: groupType });
    }),
  );
  const { protocolTypes } = filter;
  return [...byId.values()]
    .filter(({ protocolType }) => protocolTypes === undefined || protocolTypes.includes(protocolType))
    .toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1));
}

/** Groups of either protocol. A classic group that is not there is described as `Dead`, as Kafka does up to 3.9. */
export async function describeGroups(
  calls: Calls,
  groupIds: readonly string[],
): Promise<Map<string, GroupDescription>> {
  return outcomesByGroup(groupIds, (groupId) => describeGroup(calls, groupId));
}

/** Groups of the classic protocol only, of consumers or not. */
export function describeClassicGroups(
  calls: Calls,
  groupIds: readonly string[],
): Promise<Map<string, GroupDescription>> {
  return outcomesByGroup(groupIds, (groupId) => describeClassicGroup(calls, groupId));
}

/** Each group is asked about at its own coordinator. */
export async function outcomesByGroup<T>(
  groupIds: readonly string[],
  ask: (groupId: string) => Promise<T>,
): Promise<Map<string, T>> {
  const found = await Promise.all(
    groupIds.map(
      async (groupId) => [groupId, await ask(groupId).catch((error: unknown) => KafkaError.from(error))] as const,
    ),
  );
  const outcomes: Outcomes<T> = new Map(found);
  return settled(outcomes);
}

async function describeGroup(calls: Calls, groupId: string): Promise<GroupDescription> {
  const coordinator = await calls.cluster.coordinator('group', groupId, calls.op.signal);
  const versions = await calls.cluster.versions(coordinator, { signal: calls.op.signal });
  if (versions.pick(CONSUMER_GROUP_DESCRIBE) !== undefined) {
    const described = await describeConsumerGroup(calls, groupId);
    if (described !== undefined) return described;
  }
  return describeClassicGroup(calls, groupId);
}

/** Undefined: no group of that protocol. */
async function describeConsumerGroup(calls: Calls, groupId: string): Promise<GroupDescription | undefined> {
  const [node, answer] = await atCoordinator(
    calls,
    groupId,
    CONSUMER_GROUP_DESCRIBE,
    { groupIds: [groupId], includeAuthorizedOperations: false },
    (res) => {
      const code = res.groups[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
      return code === ErrorCode.GROUP_ID_NOT_FOUND || code === ErrorCode.UNSUPPORTED_VERSION ? ErrorCode.NONE : code;
    },
  );
  const [group] = answer.groups;
  if (group === undefined || group.errorCode !== ErrorCode.NONE) return undefined;
  return {
    groupId,
    type: 'consumer',
    protocolType: CONSUMER_PROTOCOL_TYPE,
    state: group.groupState,
    protocol: group.assignorName,
    coordinator: node,
    groupEpoch: group.groupEpoch,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: assignedPartitions(member.assignment),
      targetAssignment: assignedPartitions(member.targetAssignment),
      memberEpoch: member.memberEpoch,
    })),
  };
}

async function describeClassicGroup(calls: Calls, groupId: string): Promise<GroupDescription> {
  const [node, answer] = await atCoordinator(
    calls,
    groupId,
    DESCRIBE_GROUPS,
    { groups: [groupId] },
    (res) => res.groups[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR,
  );
  const [group] = answer.groups;
  if (group === undefined) throw new KafkaError('MALFORMED_RESPONSE', `The answer lacks group ${groupId}`);
  const isConsumer = group.protocolType === CONSUMER_PROTOCOL_TYPE;
  return {
    groupId,
    type: 'classic',
    protocolType: group.protocolType,
    state: group.groupState,
    protocol: group.protocolData,
    coordinator: node,
    groupEpoch: undefined,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: isConsumer ? decodeAssignment(member.memberAssignment) : [],
      targetAssignment: undefined,
      memberEpoch: undefined,
    })),
  };
}

export async function deleteGroups(calls: Calls, groupIds: readonly string[]): Promise<void> {
  await outcomesByGroup(groupIds, (groupId) =>
    atCoordinator(calls, groupId, DELETE_GROUPS, { groupsNames: [groupId] }, (res) => {
      return res.results[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    }),
  );
}

/** Java's MemberToRemove: one of the two. */
export interface MemberToRemove {
  readonly groupInstanceId?: string | undefined;
  readonly memberId?: string | undefined;
}

/** `members`: static ones by their instance id, others by member id. Default: all that the group has. */
export async function removeMembers(
  calls: Calls,
  groupId: string,
  members: readonly MemberToRemove[] | undefined,
  reason: string | undefined,
): Promise<void> {
  const leaving =
    members ??
    (await describeGroup(calls, groupId)).members.map(({ groupInstanceId, memberId }) =>
      groupInstanceId === null ? { memberId } : { groupInstanceId },
    );
  if (leaving.length === 0) return;
  const [, answer] = await atCoordinator(
    calls,
    groupId,
    LEAVE_GROUP,
    (version) => ({
      groupId,
      members: leaving.map(({ groupInstanceId = null, memberId = '' }) => ({
        memberId,
        groupInstanceId,
        ...(version >= 5 ? { reason: reason ?? 'member was removed by an admin' } : {}),
      })),
    }),
    (res) => res.errorCode,
    3,
  );
  const outcomes: Outcomes<true> = new Map();
  for (const { memberId, groupInstanceId, errorCode } of answer.members)
    outcomes.set(
      groupInstanceId ?? memberId,
      outcome(errorCode, null, {}, () => true),
    );
  settled(outcomes);
}

/** Asks the group's coordinator until it is the right one; its node and its answer. */
export function atCoordinator<Req extends object, Res>(
  calls: Calls,
  groupId: string,
  api: RpcApi<Req, Res>,
  message: Message<Req>,
  codeOf: (answer: Res) => number,
  minVersion = 0,
  maxVersion?: number,
): Promise<[node: number, answer: Res]> {
  const { cluster, op } = calls;
  return op.retry(
    async () => {
      const node = await cluster.coordinator('group', groupId, op.signal);
      const answer = await cluster.request(api, node, message, { signal: op.signal, minVersion, maxVersion });
      checkCode(codeOf(answer), null, { broker: node });
      return [node, answer];
    },
    (error) => {
      if (coordinatorIsGone(error)) cluster.forgetCoordinator('group', groupId);
    },
  );
}

export function assignedPartitions(assignment: {
  readonly topicPartitions: readonly { readonly topicName: string; readonly partitions: readonly number[] }[];
}): TopicPartition[] {
  return assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  );
}
