import type { LeaderAndIsrRequest, StopReplicaRequest, UpdateMetadataRequest } from '@ottla/protocol';
import { ErrorCode } from '@ottla/protocol';
import { describe, expect, test } from 'vitest';
import { MetadataCache } from '../metadata/metadata-cache.ts';
import { RecordedReplicas } from '../test-support/control-plane.ts';
import { ControllerMessages } from './controller-messages.task.ts';

interface Epochs {
  readonly controllerEpoch: number;
  readonly brokerEpoch: number;
}

const fields = (epochs: Epochs): Epochs & { controllerId: number; isKRaftController: boolean } => ({
  controllerId: 1,
  isKRaftController: false,
  ...epochs,
});
const leaderAndIsr = (epochs: Epochs): LeaderAndIsrRequest => ({
  ...fields(epochs),
  type: 0,
  ungroupedPartitionStates: [],
  topicStates: [],
  liveLeaders: [],
});
const stopReplica = (epochs: Epochs): StopReplicaRequest => ({
  ...fields(epochs),
  deletePartitions: false,
  ungroupedPartitions: [],
  topics: [],
  topicStates: [],
});
const updateMetadata = (epochs: Epochs): UpdateMetadataRequest => ({
  ...fields(epochs),
  type: 0,
  ungroupedPartitionStates: [],
  topicStates: [],
  liveBrokers: [],
});

describe('a broker that hears from a controller', () => {
  const open = (): { messages: ControllerMessages; replicas: RecordedReplicas; metadata: MetadataCache } => {
    const replicas = new RecordedReplicas();
    const metadata = new MetadataCache('cluster');
    const configs = { ensureLoaded: () => Promise.resolve(), forget: () => {} };
    return { messages: new ControllerMessages(replicas, metadata, configs, () => 100), replicas, metadata };
  };

  test('refuses whoever is older than the last one heard', async () => {
    const { messages, replicas, metadata } = open();
    const now = { controllerEpoch: 5, brokerEpoch: 100 };
    const old = { controllerEpoch: 4, brokerEpoch: 100 };
    expect((await messages.updateMetadata(updateMetadata(now))).errorCode).toBe(ErrorCode.NONE);
    expect(metadata.controllerId).toBe(1);
    expect((await messages.updateMetadata({ ...updateMetadata(old), controllerId: 9 })).errorCode).toBe(
      ErrorCode.STALE_CONTROLLER_EPOCH,
    );
    expect((await messages.leaderAndIsr(leaderAndIsr(old))).errorCode).toBe(ErrorCode.STALE_CONTROLLER_EPOCH);
    expect((await messages.stopReplica(stopReplica(old))).errorCode).toBe(ErrorCode.STALE_CONTROLLER_EPOCH);
    expect([metadata.controllerId, replicas.leaderAndIsr.length, replicas.stopped.length]).toEqual([1, 0, 0]);
    expect((await messages.leaderAndIsr(leaderAndIsr(now))).errorCode).toBe(ErrorCode.NONE);
  });

  test('refuses what was meant for an earlier life of this broker; -1 and a later one pass', async () => {
    const { messages, replicas } = open();
    const to = (brokerEpoch: number): LeaderAndIsrRequest => leaderAndIsr({ controllerEpoch: 1, brokerEpoch });
    expect((await messages.leaderAndIsr(to(99))).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
    for (const epoch of [-1, 100, 101]) expect((await messages.leaderAndIsr(to(epoch))).errorCode).toBe(ErrorCode.NONE);
    expect(replicas.leaderAndIsr).toHaveLength(3);
  });
});
