import { expect, test } from 'vitest';
import {
  decodeRecordKey,
  decodeRecordValue,
  encodeRecordKey,
  encodeRecordValue,
  GroupMetadataKey,
  INT64_MAX,
  LegacyOffsetCommitKey,
  OffsetCommitKey,
  OffsetCommitValue,
  recordKeyType,
  recordValueVersion,
} from './index.ts';

test('keys begin with their type', () => {
  const key = encodeRecordKey(OffsetCommitKey, { group: 'g', topic: 't', partition: 2 });
  expect(key.toString('hex')).toBe('0001' + '000167' + '000174' + '00000002');
  expect([recordKeyType(key), OffsetCommitKey.apiKey, LegacyOffsetCommitKey.apiKey, GroupMetadataKey.apiKey]).toEqual([
    1, 1, 0, 2,
  ]);
  expect(decodeRecordKey(OffsetCommitKey, key)).toEqual({ group: 'g', topic: 't', partition: 2 });
  expect(() => decodeRecordKey(GroupMetadataKey, key)).toThrow('a record key of type 1 is no GroupMetadataKey (2)');
  expect(() => decodeRecordKey(OffsetCommitKey, Buffer.concat([key, key]))).toThrow('left over');
});

test('values begin with their version', () => {
  const value = { offset: INT64_MAX, metadata: 'm', commitTimestamp: 5 };
  const bytes = encodeRecordValue(OffsetCommitValue, value, 3);
  expect(bytes.toString('hex')).toBe('0003' + '7fffffffffffffff' + 'ffffffff' + '00016d' + '0000000000000005');
  expect(recordValueVersion(bytes)).toBe(3);
  expect(decodeRecordValue(OffsetCommitValue, bytes)).toMatchObject(value);
  bytes[1] = 9;
  expect(() => decodeRecordValue(OffsetCommitValue, bytes)).toThrow('OffsetCommitValue has no version 9');
});
