import { describe, expect, test } from 'vitest';
import {
  ConsumerGroupMemberMetadataValue,
  encodeToBuffer,
  PartitionChangeRecord,
  Reader,
  ZERO_UUID,
} from '../index.ts';
import {
  ConsumerGroupMemberMetadataValueShape,
  javaDouble,
  jsonText,
  messageToJson,
  PartitionChangeRecordShape,
} from './index.ts';

describe('JSON as Jackson writes it', () => {
  test.each([
    [0, '0.0'],
    [1024, '1024.0'],
    [1e7, '1.0E7'],
    [9_999_999.5, '9999999.5'],
    [0.001, '0.001'],
    [0.000_12, '1.2E-4'],
    [-1.5e300, '-1.5E300'],
    [Number.NaN, 'NaN'],
  ])('the double %d', (value, text) => expect(javaDouble(value)).toBe(text));

  test('control characters have capital digits, the rest is not escaped', () => {
    expect(jsonText({ a: '\u001b"\\\n', b: ['ü', 9007199254740993n, null, true] })).toBe(
      '{"a":"\\u001B\\"\\\\\\n","b":["ü",9007199254740993,null,true]}',
    );
  });
});

describe('a message as JSON', () => {
  test('tagged fields are left out while they have their default', () => {
    const change = { partitionId: 3, topicId: ZERO_UUID, leader: 2 };
    const decoded = PartitionChangeRecord.decode(new Reader(encodeToBuffer(PartitionChangeRecord, change, 0)), 0);
    expect(messageToJson(PartitionChangeRecordShape, decoded, 0)).toEqual(change);
  });

  test('a struct that may be null is shown, null or not, and bytes are base 64', () => {
    const member = {
      instanceId: null,
      rackId: null,
      clientId: 'c',
      clientHost: '/h',
      subscribedTopicNames: ['t'],
      subscribedTopicRegex: '',
      rebalanceTimeoutMs: 1,
      serverAssignor: null,
      classicMemberMetadata: {
        sessionTimeoutMs: 5,
        supportedProtocols: [{ name: 'range', metadata: Buffer.from([1, 2, 3]) }],
      },
    };
    const codec = ConsumerGroupMemberMetadataValue;
    const decoded = codec.decode(new Reader(encodeToBuffer(codec, member, 0)), 0);
    expect(messageToJson(ConsumerGroupMemberMetadataValueShape, decoded, 0)).toEqual({
      ...member,
      classicMemberMetadata: { sessionTimeoutMs: 5, supportedProtocols: [{ name: 'range', metadata: 'AQID' }] },
    });
    const none = codec.decode(new Reader(encodeToBuffer(codec, { ...member, classicMemberMetadata: null }, 0)), 0);
    expect(messageToJson(ConsumerGroupMemberMetadataValueShape, none, 0)).toHaveProperty('classicMemberMetadata', null);
  });
});
