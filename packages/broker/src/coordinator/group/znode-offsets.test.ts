import { BrokerConfig } from '@ottla/common';
import { createSimulatedWorld } from '@ottla/platform/simulated';
import {
  CreateTopicsRequest,
  CreateTopicsResponse,
  ErrorCode,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
} from '@ottla/protocol';
import { RpcConnection } from '@ottla/rpc';
import { expect, test } from 'vitest';
import { startBroker } from '../../server/start-broker.task.ts';

const COMMIT = { request: OffsetCommitRequest, response: OffsetCommitResponse };
const FETCH = { request: OffsetFetchRequest, response: OffsetFetchResponse };
const CREATE = { request: CreateTopicsRequest, response: CreateTopicsResponse };

test('OffsetCommit v0 keeps offsets beside those of the groups, over a restart; OffsetFetch v0 reads them', async () => {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const properties = {
    'broker.id': '0',
    listeners: 'PLAINTEXT://:9092',
    'log.dirs': '/data',
    'offset.metadata.max.bytes': '4',
  };
  const config = BrokerConfig.parse({ overrides: new Map(Object.entries(properties)) });
  const start = () => world.finish(startBroker(node.restart(), config));
  const connect = () =>
    world.finish(RpcConnection.connect(world.node('client').platform, { host: 'broker', port: 9092, clientId: 'old' }));
  await start();
  let client = await connect();
  const topics = [{ name: 't', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }];
  await world.finish(client.call(CREATE, { topics, timeoutMs: 1000 }));
  const commit = async (offset: number, committedMetadata = '') => {
    const partition = (partitionIndex: number) => ({ partitionIndex, committedOffset: offset, committedMetadata });
    const body = { groupId: 'g', topics: [{ name: 't', partitions: [partition(0), partition(7)] }] };
    const answer = await world.finish(client.call(COMMIT, body, { version: 0 }));
    return answer.topics[0]?.partitions.map(({ errorCode }) => errorCode);
  };
  const fetch = async () => {
    const asked = [
      { name: 't', partitionIndexes: [0, 1] },
      { name: 'none', partitionIndexes: [0] },
    ];
    const answer = await world.finish(client.call(FETCH, { groupId: 'g', topics: asked }, { version: 0 }));
    return answer.topics.map(({ partitions }) =>
      partitions.map(({ errorCode, committedOffset }) => [errorCode, committedOffset]),
    );
  };
  const UNKNOWN = [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1];
  expect(await fetch()).toEqual([[UNKNOWN, UNKNOWN], [UNKNOWN]]);
  expect(await commit(5)).toEqual([ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
  expect(await commit(6, 'long text')).toEqual([
    ErrorCode.OFFSET_METADATA_TOO_LARGE,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ]);
  expect(await fetch()).toEqual([[[ErrorCode.NONE, 5], UNKNOWN], [UNKNOWN]]);
  await commit(8);
  await start();
  client = await connect();
  expect(await fetch()).toEqual([[[ErrorCode.NONE, 8], UNKNOWN], [UNKNOWN]]);
});
