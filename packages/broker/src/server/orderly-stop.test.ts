import { BrokerConfig } from '@ottla/common';
import { createSimulatedWorld } from '@ottla/platform/simulated';
import { CreateTopicsRequest, CreateTopicsResponse, ErrorCode, ProduceRequest, ProduceResponse } from '@ottla/protocol';
import { BatchBuilder } from '@ottla/protocol/records';
import { RpcConnection } from '@ottla/rpc';
import { expect, test } from 'vitest';
import { startBroker } from './start-broker.task.ts';

const CREATE = { request: CreateTopicsRequest, response: CreateTopicsResponse };
const PRODUCE = { request: ProduceRequest, response: ProduceResponse };

test.each([1, -1])(
  'acks=%d: a batch whose write is under way at an orderly stop is not told to have failed',
  async (acks) => {
    const world = createSimulatedWorld(1);
    const node = world.node('broker');
    // With a flush of each batch a write takes as long as the disk does.
    const properties = { 'broker.id': '0', listeners: 'PLAINTEXT://:9092', 'log.flush.interval.messages': '1' };
    const config = BrokerConfig.parse({ overrides: new Map(Object.entries({ ...properties, 'log.dirs': '/data' })) });
    const broker = await world.finish(startBroker(node.platform, config));
    const client = await world.finish(
      RpcConnection.connect(world.node('client').platform, { host: 'broker', port: 9092, clientId: 'test' }),
    );
    const topics = [{ name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
    await world.finish(client.call(CREATE, { topics, timeoutMs: 1000 }));
    node.disk.faults.msMin = 20;
    const produce = (baseSequence: number) => {
      const builder = new BatchBuilder({ producerId: 7, producerEpoch: 0, baseSequence });
      builder.append(world.nowMs, null, Buffer.from('value'));
      const partitionData = [{ index: 0, records: builder.build() }];
      return client.call(PRODUCE, { acks, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] }, { version: 9 });
    };
    const answers = Promise.all([produce(0), produce(1)]);
    const log = broker.services.logs.get('t', 0);
    await world.run({ until: () => log?.isWriting === true, untilMs: world.nowMs + 100 });
    const stopped = broker.shutdown();
    const errors = (await world.finish(answers)).map(({ responses }) => responses[0]?.partitionResponses[0]?.errorCode);
    expect(errors).toEqual([ErrorCode.NONE, ErrorCode.NONE]);
    await world.finish(stopped);
  },
);
