import {
  ErrorCode,
  ListOffsetsRequest,
  ListOffsetsResponse,
  type ProduceResponse as Produced,
  ProduceRequest,
  ProduceResponse,
} from '@ottla/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RawClient } from '../test-support/raw-client.ts';
import { batchOf, fetchFrom, TestBroker } from '../test-support/test-broker.ts';
import { ControllerRequests } from './controller-requests.task.ts';
import type { Partition } from './partition.ts';

let broker: TestBroker;
let writer: RawClient;

beforeEach(async () => {
  broker = await TestBroker.start();
  writer = await broker.connect();
  await broker.createTopic('a', 1, { 'min.insync.replicas': '1' });
});

afterEach(async () => {
  await broker.close();
});

function partition(): Partition {
  const held = broker.broker.services.replicas.partition('a', 0);
  if (typeof held === 'number') throw new Error(`error ${held}`);
  return held;
}

/** As the controller would say it, were there a broker 1. */
function decide(state: { leader?: number; leaderEpoch: number; isr: number[] }): void {
  const { replicas } = broker.broker.services;
  replicas.applyState('a', 0, partition().log, {
    leader: 0,
    partitionEpoch: state.leaderEpoch,
    replicas: [0, 1],
    ...state,
  });
}

function send(
  values: readonly string[],
  acks: number,
  timeoutMs = 60_000,
): { answer: Promise<Produced>; isAnswered(): boolean } {
  const id = writer.post(ProduceRequest, 10, {
    acks,
    timeoutMs,
    topicData: [{ name: 'a', partitionData: [{ index: 0, records: batchOf(values) }] }],
  });
  let isAnswered = false;
  const answer = writer.answer(ProduceResponse, 10, id).finally(() => {
    isAnswered = true;
  });
  return { answer, isAnswered: () => isAnswered };
}

const resultOf = (answer: Produced) => answer.responses[0]?.partitionResponses[0];

/** What broker 1 asks for: it has everything below `offset`. */
function followerFetches(offset: number) {
  return broker.fetch({ replicaId: 1, topics: [fetchFrom('a', 0, offset)] });
}

async function visible(): Promise<number> {
  const { responses } = await broker.fetch({ topics: [fetchFrom('a', 0, 0)] });
  return responses[0]?.partitions[0]?.records?.length ?? 0;
}

it('answers acks=all, and shows records, once the slowest in-sync replica has them', async () => {
  decide({ leaderEpoch: 1, isr: [0, 1] });
  const { answer, isAnswered } = send(['x', 'y'], -1);
  const fetched = await followerFetches(0);
  expect(fetched.responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 0 });
  await expect.poll(() => partition().log.logEndOffset).toBe(2);
  expect(await visible()).toBe(0);
  await followerFetches(1);
  expect([partition().highWatermark, isAnswered()]).toEqual([1, false]);
  await followerFetches(2);
  expect(resultOf(await answer)).toMatchObject({ errorCode: 0, baseOffset: 0 });
  expect(await visible()).toBeGreaterThan(0);
});

it('answers acks=1 when the record is written, whoever has it', async () => {
  decide({ leaderEpoch: 1, isr: [0, 1] });
  expect(resultOf(await send(['x'], 1).answer)).toMatchObject({ errorCode: 0, baseOffset: 0 });
  expect(partition().highWatermark).toBe(0);
});

it('gives up on acks=all after the timeout; the record stays', async () => {
  decide({ leaderEpoch: 1, isr: [0, 1] });
  expect(resultOf(await send(['x'], -1, 30).answer)).toMatchObject({
    errorCode: ErrorCode.REQUEST_TIMED_OUT,
    baseOffset: 0,
  });
  expect(partition().log.logEndOffset).toBe(1);
  expect(broker.broker.services.replicas.produceWaiters.size).toBe(0);
});

it("never takes another epoch's high watermark for an acknowledgement (KAFKA-20634)", async () => {
  decide({ leaderEpoch: 1, isr: [0, 1] });
  const { answer } = send(['x'], -1);
  await expect.poll(() => partition().log.logEndOffset).toBe(1);
  decide({ leaderEpoch: 2, isr: [0] });
  expect(partition().highWatermark).toBe(1);
  expect(resultOf(await answer)).toMatchObject({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER });
});

it('takes no word of an earlier epoch for how far a replica is', async () => {
  decide({ leaderEpoch: 1, isr: [0, 1] });
  await send(['x', 'y'], 1).answer;
  await followerFetches(2);
  expect(partition().highWatermark).toBe(2);
  decide({ leader: 1, leaderEpoch: 2, isr: [0, 1] });
  // Broker 1 led meanwhile: it may have cut its log.
  decide({ leaderEpoch: 3, isr: [0, 1] });
  await send(['z'], 1).answer;
  expect(partition().highWatermark).toBe(2);
  await followerFetches(3);
  expect(partition().highWatermark).toBe(3);
});

it('reads no more than a hundred unanswered requests of a connection', async () => {
  decide({ leaderEpoch: 1, isr: [0, 1] });
  const body = {
    acks: -1,
    timeoutMs: 60_000,
    topicData: [{ name: 'a', partitionData: [{ index: 0, records: batchOf(['x']) }] }],
  };
  const ids = Array.from({ length: 150 }, () => writer.post(ProduceRequest, 9, body));
  await expect.poll(() => partition().log.logEndOffset).toBeGreaterThanOrEqual(100);
  await broker.fetch({ topics: [fetchFrom('a', 0, 0)] });
  expect(partition().log.logEndOffset).toBe(100);
  await followerFetches(100);
  await expect.poll(() => partition().log.logEndOffset).toBe(150);
  await followerFetches(150);
  for (const id of ids) expect(resultOf(await writer.answer(ProduceResponse, 9, id))?.errorCode).toBe(0);
});

it('tells producers and consumers at once when it no longer leads, and who does', async () => {
  decide({ leaderEpoch: 1, isr: [0, 1] });
  const waiting = send(['x'], -1);
  await expect.poll(() => partition().log.logEndOffset).toBe(1);
  const reading = broker.fetch({ maxWaitMs: 60_000, topics: [fetchFrom('a', 0, 0)] }, 10);
  await expect.poll(() => broker.broker.services.replicas.fetchWaiters.size).toBe(1);
  decide({ leader: 1, leaderEpoch: 2, isr: [0, 1] });
  expect(resultOf(await waiting.answer)).toMatchObject({
    errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
    currentLeader: { leaderId: 1, leaderEpoch: 2 },
  });
  const { responses } = await reading;
  expect(responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  expect((await broker.produce('a', 0, batchOf(['y']))).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
});

it('keeps to min.insync.replicas: acks=all is refused, and nothing becomes visible below it (KIP-966)', async () => {
  await broker.createTopic('b', 1, { 'min.insync.replicas': '2' });
  const { replicas } = broker.broker.services;
  const held = replicas.partition('b', 0);
  if (typeof held === 'number') throw new Error(`error ${held}`);
  const decideB = (leaderEpoch: number, isr: number[]): void =>
    replicas.applyState('b', 0, held.log, {
      leader: 0,
      leaderEpoch,
      partitionEpoch: leaderEpoch,
      isr,
      replicas: [0, 1],
    });
  decideB(1, [0]);
  expect(await broker.produce('b', 0, batchOf(['x']))).toMatchObject({
    errorCode: ErrorCode.NOT_ENOUGH_REPLICAS,
    baseOffset: -1,
  });
  expect((await broker.produce('b', 0, batchOf(['x']), { acks: 1 })).errorCode).toBe(0);
  expect(held.highWatermark).toBe(0);
  decideB(2, [0, 1]);
  await broker.fetch({ replicaId: 1, topics: [fetchFrom('b', 0, 1)] });
  expect(held.highWatermark).toBe(1);
});

it('does not say what is latest before the high watermark has reached the start of its epoch (KIP-207)', async () => {
  decide({ leaderEpoch: 1, isr: [0, 1] });
  await send(['x', 'y'], 1).answer;
  decide({ leaderEpoch: 2, isr: [0, 1] });
  const latest = async (version: number, replicaId = -1) => {
    const partitions = [{ partitionIndex: 0, timestamp: -1 }];
    const topics = [{ name: 'a', partitions }];
    const answer = await broker.client.call(ListOffsetsRequest, ListOffsetsResponse, version, { replicaId, topics });
    return answer.topics[0]?.partitions[0];
  };
  expect((await latest(5))?.errorCode).toBe(ErrorCode.OFFSET_NOT_AVAILABLE);
  expect((await latest(4))?.errorCode).toBe(ErrorCode.LEADER_NOT_AVAILABLE);
  expect(await latest(5, 1)).toMatchObject({ errorCode: 0, offset: 2 });
  await followerFetches(2);
  expect(await latest(5)).toMatchObject({ errorCode: 0, offset: 2, leaderEpoch: 2 });
});

it('fences requests of another leader epoch', async () => {
  decide({ leaderEpoch: 3, isr: [0] });
  const errorOf = async (currentLeaderEpoch: number) => {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100, currentLeaderEpoch }];
    return (await broker.fetch({ topics: [{ topic: 'a', partitions }] })).responses[0]?.partitions[0]?.errorCode;
  };
  expect([await errorOf(2), await errorOf(3), await errorOf(4), await errorOf(-1)]).toEqual([
    ErrorCode.FENCED_LEADER_EPOCH,
    ErrorCode.NONE,
    ErrorCode.UNKNOWN_LEADER_EPOCH,
    ErrorCode.NONE,
  ]);
});

it('ignores what an older message of the controller says', async () => {
  const requests = new ControllerRequests(broker.broker.services.replicas, { askAgain: () => {}, settled: () => {} });
  const say = async (leader: number, leaderEpoch: number) => {
    const state = {
      leader,
      leaderEpoch,
      partitionIndex: 0,
      controllerEpoch: 1,
      partitionEpoch: 0,
      isr: [leader],
      replicas: [0, 1],
    };
    const more = { topicName: 'a', addingReplicas: [], removingReplicas: [], isNew: false, leaderRecoveryState: 0 };
    const topicStates = [{ topicName: 'a', topicId: partition().topicId, partitionStates: [{ ...state, ...more }] }];
    const cluster = { controllerId: 0, isKRaftController: false, controllerEpoch: 1, brokerEpoch: 1, type: 0 };
    const request = { ...cluster, topicStates, ungroupedPartitionStates: [], liveLeaders: [] };
    return (await requests.becomeLeaderOrFollower(request)).topics[0]?.partitionErrors[0]?.errorCode;
  };
  expect(await say(0, 4)).toBe(ErrorCode.NONE);
  expect([await say(1, 4), await say(1, 3)]).toEqual([
    ErrorCode.STALE_CONTROLLER_EPOCH,
    ErrorCode.STALE_CONTROLLER_EPOCH,
  ]);
  expect([partition().isLeader, partition().leaderEpoch]).toEqual([true, 4]);
  const stop = { partitionIndex: 0, leaderEpoch: 3, deletePartition: true };
  const stopRequest = {
    controllerId: 0,
    isKRaftController: false,
    controllerEpoch: 1,
    brokerEpoch: 1,
    deletePartitions: false,
  };
  const topicStates = [{ topicName: 'a', partitionStates: [stop] }];
  const stopped = await requests.stopReplicas({ ...stopRequest, ungroupedPartitions: [], topics: [], topicStates });
  expect(stopped.partitionErrors[0]?.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
  expect((await broker.produce('a', 0, batchOf(['x']), { acks: 1 })).errorCode).toBe(0);
});

it('tells who must know of leadership, and stops for good when told to', async () => {
  const { replicas } = broker.broker.services;
  const events: string[] = [];
  replicas.onLeadership({
    elected: ({ topic, leaderEpoch }) => events.push(`elected ${topic} ${leaderEpoch}`),
    resigned: (topic) => events.push(`resigned ${topic}`),
  });
  decide({ leaderEpoch: 1, isr: [0] });
  decide({ leader: 1, leaderEpoch: 2, isr: [1] });
  decide({ leaderEpoch: 3, isr: [0] });
  replicas.drop('a', 0);
  expect(events).toEqual(['elected a 0', 'elected a 1', 'resigned a', 'elected a 3', 'resigned a']);
  expect((await broker.produce('a', 0, batchOf(['x']))).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
});
