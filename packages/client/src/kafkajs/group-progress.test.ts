import { createNodePlatform } from '@ottla/platform/node';
import { expect, test } from 'vitest';
import { API } from '../api.ts';
import { scripted, scriptedBroker } from '../test-support/scripted-broker.ts';
import { GroupProgress } from './group-progress.ts';
import { createLogger } from './logger.ts';
import { KafkaJSProducer } from './producer.ts';
import type { TopicOffsets } from './producer-types.ts';

test('members learn of the offsets that a transaction has committed for their group, and of those alone', async () => {
  const server = await scriptedBroker([
    scripted(
      API.FindCoordinator,
      () => ({ errorCode: 0, nodeId: 1, host: '127.0.0.1', port: Number(server.bootstrap.split(':')[1]) }),
      { max: 2 },
    ),
    scripted(API.InitProducerId, () => ({ throttleTimeMs: 0, errorCode: 0, producerId: 7, producerEpoch: 0 })),
    scripted(API.AddOffsetsToTxn, () => ({ throttleTimeMs: 0, errorCode: 0 })),
    scripted(API.TxnOffsetCommit, ({ topics }) => ({
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
      })),
    })),
    scripted(API.EndTxn, () => ({ throttleTimeMs: 0, errorCode: 0 })),
  ]);
  const groups = new GroupProgress();
  const told: (readonly TopicOffsets[])[] = [];
  groups.join('shop', { committed: (topics) => told.push(topics) });
  const leave = groups.join('shop', { committed: () => told.push([]) });
  groups.join('other', { committed: () => told.push([]) });
  leave();
  const platform = createNodePlatform({ log: { console: 'none', rootLevel: 'OFF' } });
  const logger = createLogger({ level: 0, logCreator: () => () => {}, nowMs: () => 0 });
  const parts = { kafkaConfig: { brokers: [server.bootstrap] }, platform, logger, groups, retry: {} };
  const producer = new KafkaJSProducer(parts, { transactionalId: 't' });
  await producer.connect();
  try {
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, offset: '5' }] }];
    const aborted = await producer.transaction();
    await aborted.sendOffsets({ consumerGroupId: 'shop', topics });
    await aborted.abort();
    expect(told).toEqual([]);
    const committed = await producer.transaction();
    await committed.sendOffsets({ consumerGroupId: 'shop', topics });
    await committed.commit();
    expect(told).toEqual([topics]);
  } finally {
    await producer.disconnect();
  }
});
