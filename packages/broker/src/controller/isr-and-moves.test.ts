import { decodeTopic } from '@ottla/coordination/cluster';
import type { AlterPartitionRequest, AlterPartitionResponse } from '@ottla/protocol';
import { ErrorCode, ZERO_UUID } from '@ottla/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TestPlane } from '../test-support/control-plane.ts';
import { joinFakeBroker, settled, startControlPlane } from '../test-support/control-plane.ts';
import type { ReassignmentResult } from './reassignments.task.ts';

type PartitionRequest = AlterPartitionRequest['topics'][number]['partitions'][number];

let broker: TestPlane;

beforeEach(async () => {
  broker = await startControlPlane();
  await joinFakeBroker(broker, 1);
  await joinFakeBroker(broker, 2);
  await settled(broker);
  const topic = { name: 'a', numPartitions: -1, replicationFactor: -1, configs: [] };
  const assignments = [{ partitionIndex: 0, brokerIds: [0, 1] }];
  await broker.plane.admin.createTopics([{ ...topic, assignments }], { timeoutMs: 5000, validateOnly: false });
});
afterEach(() => broker.close());

async function alter(
  change: Partial<PartitionRequest>,
  options: { version?: number; brokerEpoch?: number; topicId?: string } = {},
): Promise<AlterPartitionResponse> {
  const { metadata, controller, brokerEpoch } = broker.plane;
  const { version = 3 } = options;
  const known = metadata.partition('a', 0);
  const isr = change.newIsr ?? [0, 1];
  const partition: PartitionRequest = {
    partitionIndex: 0,
    leaderEpoch: known?.leaderEpoch ?? 0,
    newIsr: isr,
    newIsrWithEpochs: isr.map((brokerId) => ({ brokerId, brokerEpoch: -1 })),
    leaderRecoveryState: 0,
    partitionEpoch: known?.partitionEpoch ?? 0,
    ...change,
  };
  const topicId = options.topicId ?? metadata.topicId('a');
  const answer = await controller.alterPartition(
    {
      brokerId: 0,
      brokerEpoch: options.brokerEpoch ?? brokerEpoch,
      topics: [{ topicName: 'a', topicId: version >= 2 ? topicId : ZERO_UUID, partitions: [partition] }],
    },
    version,
  );
  await settled(broker);
  return answer;
}

function codeOf(answer: AlterPartitionResponse): number {
  return answer.topics[0]?.partitions[0]?.errorCode ?? answer.errorCode;
}

const known = (): ReturnType<TestPlane['plane']['metadata']['partition']> => broker.plane.metadata.partition('a', 0);

describe('AlterPartition', () => {
  test('shrinks and grows the ISR, in every version, without a new leader epoch', async () => {
    for (let version = 0; version <= 3; version++) {
      const before = known()?.partitionEpoch ?? -1;
      const shrunk = await alter({ newIsr: [0] }, { version });
      expect(shrunk.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, isr: [0], partitionEpoch: before + 1 });
      expect(known()).toMatchObject({ isr: [0], leaderEpoch: 0, partitionEpoch: before + 1 });
      expect(codeOf(await alter({ newIsr: [0, 1] }, { version }))).toBe(0);
      expect(known()).toMatchObject({ isr: [0, 1], partitionEpoch: before + 2 });
    }
  });

  test('is refused in Kafka’s order', async () => {
    const stale = broker.plane.brokerEpoch - 1;
    expect(codeOf(await alter({ newIsr: [0] }, { brokerEpoch: stale }))).toBe(ErrorCode.STALE_BROKER_EPOCH);
    const nobody = 'PF3ORzlySgiKGTJ9OXPtZg';
    expect(codeOf(await alter({ newIsr: [0] }, { topicId: nobody }))).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    expect(codeOf(await alter({ partitionIndex: 7 }))).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(codeOf(await alter({ partitionEpoch: 99, leaderEpoch: -1 }))).toBe(ErrorCode.NOT_CONTROLLER);
    expect(codeOf(await alter({ leaderEpoch: -1, partitionEpoch: -1 }))).toBe(ErrorCode.FENCED_LEADER_EPOCH);
    expect(codeOf(await alter({ newIsr: [0, 1], partitionEpoch: -1 }))).toBe(ErrorCode.NONE);
    expect(codeOf(await alter({ newIsr: [0], partitionEpoch: -1 }))).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    expect(codeOf(await alter({ newIsr: [0], leaderRecoveryState: 1 }))).toBe(ErrorCode.INVALID_REQUEST);
    expect(codeOf(await alter({ newIsr: [0, 9] }))).toBe(ErrorCode.INELIGIBLE_REPLICA);
    expect(codeOf(await alter({ newIsr: [0, 9] }, { version: 1 }))).toBe(ErrorCode.OPERATION_NOT_ATTEMPTED);
    expect(known()).toMatchObject({ isr: [0, 1], partitionEpoch: 0 });
  });

  test('somebody else wrote the state: refused, and the next election reads it again', async () => {
    const path = '/brokers/topics/a/partitions/0/state';
    const other = Buffer.from('{"controller_epoch":1,"leader":0,"version":1,"leader_epoch":4,"isr":[0]}');
    await broker.other.set(path, other, -1);
    expect(codeOf(await alter({ newIsr: [0] }))).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    const results = await broker.plane.admin.electLeaders('preferred', [{ topic: 'a', partition: 0 }], 1000);
    expect(results).toMatchObject([{ error: ErrorCode.ELECTION_NOT_NEEDED }]);
  });
});

describe('reassignment', () => {
  const move = async (replicas: number[] | null): Promise<ReassignmentResult | undefined> => {
    const request = { topic: 'a', partition: 0, replicas };
    const results = await broker.plane.admin.alterReassignments([request], true);
    await settled(broker);
    return results?.[0];
  };
  const stored = async (): Promise<unknown> => {
    const node = await broker.other.get('/brokers/topics/a');
    return node.ok ? decodeTopic(node.data)?.partitions.get(0) : undefined;
  };

  test('adds, waits for the ISR, moves the leader, removes', async () => {
    expect(await move([1, 2])).toMatchObject({ error: ErrorCode.NONE });
    expect(await stored()).toEqual({ replicas: [1, 2, 0], adding: [2], removing: [0] });
    expect(await broker.plane.admin.listReassignments(null)).toMatchObject([
      { topic: 'a', adding: [2], removing: [0] },
    ]);
    expect(known()).toMatchObject({ leader: 0, leaderEpoch: 1, replicas: [1, 2, 0] });
    expect(codeOf(await alter({ newIsr: [0, 1, 2] }))).toBe(0);
    expect(await stored()).toEqual({ replicas: [1, 2], adding: [], removing: [] });
    expect(known()).toMatchObject({ leader: 1, replicas: [1, 2], isr: [1, 2] });
    expect(await broker.plane.admin.listReassignments(null)).toEqual([]);
    const stops = broker.replicas.stopped.flatMap(({ topicStates }) => topicStates[0]?.partitionStates ?? []);
    expect(stops.at(-1)).toMatchObject({ partitionIndex: 0, deletePartition: true });
  });

  test('is cancelled: back to what it was, the added replicas go', async () => {
    await move([2, 0]);
    expect(await stored()).toEqual({ replicas: [2, 0, 1], adding: [2], removing: [1] });
    expect(await move(null)).toMatchObject({ error: ErrorCode.NONE });
    expect(await stored()).toEqual({ replicas: [0, 1], adding: [], removing: [] });
    expect(await move(null)).toMatchObject({ error: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS });
  });

  test('goes on under the next controller', async () => {
    await move([1, 2]);
    await broker.other.delete('/controller', -1);
    await settled(broker);
    expect(broker.plane.controller.active?.reign.context.epoch).toBe(2);
    expect(await broker.plane.admin.listReassignments(null)).toHaveLength(1);
    expect(codeOf(await alter({ newIsr: [0, 1, 2] }))).toBe(0);
    expect(await stored()).toEqual({ replicas: [1, 2], adding: [], removing: [] });
  });

  test('a topic under reassignment does not grow', async () => {
    await move([1, 2]);
    const growth = { topic: 'a', count: 2, assignments: null };
    const [grown] = await broker.plane.admin.createPartitions([growth], { timeoutMs: 1000, validateOnly: false });
    expect(grown).toMatchObject({
      error: ErrorCode.REASSIGNMENT_IN_PROGRESS,
      message: "A partition reassignment is in progress for the topic 'a'.",
    });
  });
});
