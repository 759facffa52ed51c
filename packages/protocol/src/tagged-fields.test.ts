import { expect, test } from 'vitest';
import {
  ApiVersionsResponse,
  ConsumerGroupMemberMetadataValue,
  decodeFromBuffer,
  encodeToBuffer,
  FetchRequest,
  type FetchRequestInit,
  FetchResponse,
  ProduceRequest,
  ProduceResponse,
} from './index.ts';

const fetch: FetchRequestInit = { maxWaitMs: 1, minBytes: 2, topics: [], forgottenTopicsData: [] };

test('a tagged field that was sent although it holds its default is kept, and sent again', () => {
  // clusterId (tag 0): null.
  const plain = encodeToBuffer(FetchRequest, fetch, 12);
  const frame = Buffer.concat([plain.subarray(0, -1), Buffer.from([1, 0, 1, 0])]);
  const value = decodeFromBuffer(FetchRequest, frame, 12);
  expect(value.clusterId).toBe(null);
  expect(value.unknownTaggedFields).toEqual([{ tag: 0, data: Buffer.from([0]) }]);
  expect(encodeToBuffer(FetchRequest, value, 12)).toEqual(frame);
  // A value of its own takes its place.
  const changed = encodeToBuffer(FetchRequest, { ...value, clusterId: 'c' }, 12);
  expect(decodeFromBuffer(FetchRequest, changed, 12)).toEqual({
    ...value,
    clusterId: 'c',
    unknownTaggedFields: undefined,
  });
});

test('so for every kind of default', () => {
  // supportedFeatures: empty; finalizedFeaturesEpoch: -1; zkMigrationReady: false.
  const versions = Buffer.from('0000010000000003000101' + '0108ffffffffffffffff' + '030100', 'hex');
  expect(encodeToBuffer(ApiVersionsResponse, decodeFromBuffer(ApiVersionsResponse, versions, 3), 3)).toEqual(versions);

  const response = encodeToBuffer(
    FetchResponse,
    {
      sessionId: 0,
      responses: [
        {
          topic: 't',
          partitions: [{ partitionIndex: 0, errorCode: 0, highWatermark: 0, abortedTransactions: null, records: null }],
        },
      ],
    },
    12,
  );
  // The partition ends with its tag section, before those of the topic and the message; currentLeader (tag 1) is -1, -1.
  const leader = Buffer.from('010109ffffffffffffffff00', 'hex');
  const frame = Buffer.concat([response.subarray(0, -3), leader, response.subarray(-2)]);
  const decoded = decodeFromBuffer(FetchResponse, frame, 12);
  expect(decoded.responses[0].partitions[0].currentLeader).toEqual({ leaderId: -1, leaderEpoch: -1 });
  expect(encodeToBuffer(FetchResponse, decoded, 12)).toEqual(frame);

  const member = {
    rackId: null,
    clientId: 'c',
    clientHost: 'h',
    subscribedTopicNames: [],
    subscribedTopicRegex: null,
    rebalanceTimeoutMs: 1,
    serverAssignor: null,
    instanceId: null,
  };
  const plain = encodeToBuffer(ConsumerGroupMemberMetadataValue, member, 0);
  const explicitNull = Buffer.concat([plain.subarray(0, -1), Buffer.from([1, 0, 1, 0])]);
  const value = decodeFromBuffer(ConsumerGroupMemberMetadataValue, explicitNull, 0);
  expect(value.classicMemberMetadata).toBe(null);
  expect(encodeToBuffer(ConsumerGroupMemberMetadataValue, value, 0)).toEqual(explicitNull);
});

test('known and unknown tags are written in ascending order', () => {
  const unknownTaggedFields = [
    { tag: 900, data: Buffer.from('z') },
    { tag: 5, data: Buffer.from('a') },
  ];
  const bytes = encodeToBuffer(
    FetchRequest,
    { ...fetch, clusterId: 'c', replicaState: { replicaId: 4 }, unknownTaggedFields },
    15,
  );
  const value = decodeFromBuffer(FetchRequest, bytes, 15);
  expect([value.clusterId, value.replicaState.replicaId]).toEqual(['c', 4]);
  expect(value.unknownTaggedFields?.map((field) => field.tag)).toEqual([5, 900]);
  const twice = [...unknownTaggedFields, { tag: 5, data: Buffer.from('b') }];
  expect(() => encodeToBuffer(FetchRequest, { ...fetch, unknownTaggedFields: twice }, 15)).toThrow(
    'tag 5 occurs twice',
  );
});

test('tags that do not ascend, and sizes that lie, are errors', () => {
  const plain = encodeToBuffer(FetchRequest, fetch, 12).subarray(0, -1);
  const decode = (hex: string) => decodeFromBuffer(FetchRequest, Buffer.concat([plain, Buffer.from(hex, 'hex')]), 12);
  expect(() => decode('0205000500')).toThrow('tag 5 after tag 5');
  expect(() => decode('0205000400')).toThrow('tag 4 after tag 5');
  expect(() => decode('010003026161')).toThrow('tag 0 ends at');
  expect(() => decode('010509')).toThrow('tagged field at offset');
});

test('a version that cannot carry a value says so, unless the field may be dropped', () => {
  expect(() =>
    encodeToBuffer(ProduceRequest, { transactionalId: 'x', acks: 1, timeoutMs: 1, topicData: [] }, 2),
  ).toThrow('ProduceRequest v2: ProduceRequest.transactionalId is set to a value that version 2 cannot carry');
  const partition = { index: 0, errorCode: 0, baseOffset: 0, logStartOffset: 5 };
  const dropped = encodeToBuffer(ProduceResponse, { responses: [{ name: 't', partitionResponses: [partition] }] }, 2);
  expect(decodeFromBuffer(ProduceResponse, dropped, 2).responses[0].partitionResponses[0].logStartOffset).toBe(-1);
  const leader = { ...partition, currentLeader: { leaderId: 1 } };
  expect(() => encodeToBuffer(ProduceResponse, { responses: [{ partitionResponses: [leader] }] }, 9)).toThrow(
    'currentLeader',
  );
  expect(() =>
    encodeToBuffer(FetchRequest, { ...fetch, unknownTaggedFields: [{ tag: 1, data: Buffer.alloc(0) }] }, 4),
  ).toThrow('unknownTaggedFields');
  expect(() => decodeFromBuffer(ProduceRequest, Buffer.alloc(0), 14)).toThrow(
    'ProduceRequest has no version 14: known are 0 to 13',
  );
});
