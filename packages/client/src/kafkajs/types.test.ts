import { expectTypeOf, test } from 'vitest';
import type * as kafkajs from './index.ts';

/** What a program that was written for kafkajs says of its clients; it is compiled, never run. */
async function shopOfTypes(kafka: kafkajs.Kafka): Promise<void> {
  const producerConfig: kafkajs.ProducerConfig = {
    createPartitioner:
      () =>
      ({ topic, partitionMetadata, message }: kafkajs.PartitionerArgs): number =>
        (topic.length + String(message.key).length) % partitionMetadata.length,
    retry: { initialRetryTime: 100, retries: 8, restartOnFailure: async (error: Error) => error.name !== 'Fatal' },
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    idempotent: true,
    transactionalId: 'shop',
    transactionTimeout: 30_000,
    maxInFlightRequests: 1,
  };
  const producer: kafkajs.Producer = kafka.producer(producerConfig);
  const headers: kafkajs.IHeaders = { trace: 'a', many: ['b', Buffer.from('c')], none: undefined };
  const message: kafkajs.Message = { key: 'k', value: Buffer.from('v'), headers, partition: 0, timestamp: '0' };
  const record: kafkajs.ProducerRecord = { topic: 'orders', messages: [message], acks: -1, timeout: 1, compression: 1 };
  const sent: kafkajs.RecordMetadata[] = await producer.send(record);
  const batch: kafkajs.ProducerBatch = { topicMessages: [{ topic: sent[0].topicName, messages: [message] }] };
  const transaction: kafkajs.Transaction = await producer.transaction();
  const sender: kafkajs.Sender = transaction;
  await sender.sendBatch(batch);
  const removers = [
    producer.on(producer.events.REQUEST, (event: kafkajs.RequestEvent) => void event.payload.duration),
    producer.on('producer.network.request_timeout', (event: kafkajs.RequestTimeoutEvent) => void event.payload.apiKey),
    producer.on(
      producer.events.REQUEST_QUEUE_SIZE,
      (event: kafkajs.RequestQueueSizeEvent) => void event.payload.queueSize,
    ),
    producer.on(producer.events.CONNECT, (event: kafkajs.ConnectEvent) => void event.timestamp),
  ];
  expectTypeOf(removers[0]).returns.toBeVoid();

  const consumerConfig: kafkajs.ConsumerConfig = {
    groupId: 'shop',
    partitionAssigners: [({ cluster, groupId, logger }) => assignerOf(cluster, groupId, logger)],
    sessionTimeout: 30_000,
    rebalanceTimeout: 60_000,
    heartbeatInterval: 3_000,
    maxBytesPerPartition: 1,
    minBytes: 1,
    maxBytes: 1,
    maxWaitTimeInMs: 1,
    readUncommitted: false,
    maxInFlightRequests: 1,
    rackId: 'r',
    retry: { retries: 1 },
  };
  const consumer: kafkajs.Consumer = kafka.consumer(consumerConfig);
  const all: kafkajs.ConsumerSubscribeTopics = { topics: ['orders', /^b/], fromBeginning: true };
  await consumer.subscribe(all);
  const eachMessage: kafkajs.EachMessageHandler = async ({ message: got, heartbeat, pause }) => {
    expectTypeOf(got.value).toEqualTypeOf<Buffer | null>();
    expectTypeOf(got.offset).toBeString();
    const resume = pause();
    await heartbeat();
    resume();
  };
  const run: kafkajs.ConsumerRunConfig = {
    autoCommit: true,
    autoCommitInterval: null,
    autoCommitThreshold: 100,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 3,
    eachMessage,
    eachBatch: async (payload: kafkajs.EachBatchPayload) => {
      const { batch: got, resolveOffset, uncommittedOffsets, isStale, isRunning, commitOffsetsIfNecessary } = payload;
      for (const { offset } of got.messages) if (isRunning() && !isStale()) resolveOffset(offset);
      const offsets: kafkajs.OffsetsByTopicPartition = uncommittedOffsets();
      await transaction.sendOffsets({ consumerGroupId: 'shop', ...offsets });
      await commitOffsetsIfNecessary();
    },
  };
  await consumer.run(run);
  consumer.on(consumer.events.GROUP_JOIN, (e: kafkajs.ConsumerGroupJoinEvent) => void e.payload.memberAssignment);
  consumer.on(consumer.events.CRASH, (e: kafkajs.ConsumerCrashEvent) => void e.payload.error.message);
  consumer.on(consumer.events.FETCH, (e: kafkajs.ConsumerFetchEvent) => void e.payload.numberOfBatches);
  consumer.on(consumer.events.HEARTBEAT, (e: kafkajs.ConsumerHeartbeatEvent) => void e.payload.groupGenerationId);
  consumer.on(consumer.events.COMMIT_OFFSETS, (e: kafkajs.ConsumerCommitOffsetsEvent) => void e.payload.topics);
  consumer.on(consumer.events.END_BATCH_PROCESS, (e: kafkajs.ConsumerEndBatchProcessEvent) => void e.payload.duration);

  const admin: kafkajs.Admin = kafka.admin({ retry: { retries: 2 } });
  const topic: kafkajs.ITopicConfig = { topic: 'orders', configEntries: [{ name: 'a', value: 'b' }] };
  await admin.createTopics({ topics: [topic], validateOnly: true, waitForLeaders: false, timeout: 1 });
  const offsets: (kafkajs.SeekEntry & { high: string; low: string })[] = await admin.fetchTopicOffsets('orders');
  await admin.deleteTopicRecords({ topic: 'orders', partitions: offsets });
  const metadata: { topics: kafkajs.ITopicMetadata[] } = await admin.fetchTopicMetadata();
  const partitions: kafkajs.PartitionMetadata[] = metadata.topics[0].partitions;
  throw errorOf(partitions);
}

function errorOf(unknownPartitions: kafkajs.PartitionMetadata[]): Error {
  const request: kafkajs.KafkaJSRequestTimeoutErrorMetadata = {
    broker: 'b',
    clientId: 'c',
    correlationId: 0,
    createdAt: 0,
    sentAt: 0,
    pendingDuration: 0,
  };
  const stale: kafkajs.KafkaJSStaleTopicMetadataAssignmentMetadata = { topic: 'orders', unknownPartitions };
  return new Error(JSON.stringify([request, stale]));
}

function assignerOf(cluster: kafkajs.Cluster, groupId: string, logger: kafkajs.Logger): kafkajs.Assigner {
  return {
    name: groupId,
    version: 0,
    protocol: ({ topics }): kafkajs.GroupState => ({ name: groupId, metadata: Buffer.from(topics.join()) }),
    assign: async ({ members, topics }): Promise<kafkajs.GroupMemberAssignment[]> => {
      logger.info('assigning', { count: cluster.findTopicPartitionMetadata(topics[0]).length });
      return members.map(({ memberId, memberMetadata }) => ({ memberId, memberAssignment: memberMetadata }));
    },
  };
}

test('a program with kafkajs’s types compiles', () => {
  expectTypeOf(shopOfTypes).toBeFunction();
  const config: kafkajs.KafkaConfig = {
    brokers: async () => ['localhost:9092'],
    ssl: { rejectUnauthorized: false, ca: ['a'], cert: 'b', key: 'c' },
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: 't' }) },
    logCreator: (level: kafkajs.logLevel) => (entry: kafkajs.LogEntry) => void [level, entry.log.message],
  };
  expectTypeOf(config.brokers).toEqualTypeOf<string[] | kafkajs.BrokersFunction>();
});
