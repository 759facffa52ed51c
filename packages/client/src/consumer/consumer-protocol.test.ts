import { describe, expect, test } from 'vitest';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts';

const subscription = {
  topics: ['b', 'a'],
  userData: Buffer.from([9]),
  ownedPartitions: [
    { topic: 'b', partition: 1 },
    { topic: 'a', partition: 2 },
    { topic: 'a', partition: 0 },
  ],
  generationId: 5,
  rackId: 'r1',
};

describe('what members tell each other', () => {
  test('a subscription of version 3, byte for byte as Java writes it', () => {
    expect(encodeSubscription(subscription).toString('hex')).toBe(
      [
        '0003', // version
        '00000002000161000162', // topics, sorted
        '0000000109', // user data
        '00000002000161000000020000000000000002', // owned: a 0, 2
        '0001620000000100000001', // b 1
        '00000005', // generation
        '00027231', // rack
      ].join(''),
    );
  });

  test('older versions lack what came later', () => {
    const read = (version: number) => decodeSubscription(encodeSubscription(subscription, version));
    const sorted = [
      { topic: 'a', partition: 0 },
      { topic: 'a', partition: 2 },
      { topic: 'b', partition: 1 },
    ];
    const base = { topics: ['a', 'b'], userData: Buffer.from([9]) };
    expect(read(0)).toEqual({ ...base, ownedPartitions: [], generationId: -1, rackId: null });
    expect(read(1)).toEqual({ ...base, ownedPartitions: sorted, generationId: -1, rackId: null });
    expect(read(2)).toEqual({ ...base, ownedPartitions: sorted, generationId: 5, rackId: null });
    expect(read(3)).toEqual({ ...base, ownedPartitions: sorted, generationId: 5, rackId: 'r1' });
  });

  test('a newer version is read as the newest known one', () => {
    const bytes = Buffer.concat([encodeSubscription(subscription), Buffer.from('more')]);
    bytes.writeInt16BE(9, 0);
    expect(decodeSubscription(bytes)).toMatchObject({ topics: ['a', 'b'], generationId: 5, rackId: 'r1' });
  });

  test('an assignment', () => {
    const partitions = [
      { topic: 'b', partition: 1 },
      { topic: 'a', partition: 7 },
      { topic: 'b', partition: 0 },
    ];
    const bytes = encodeAssignment(partitions);
    expect(bytes.toString('hex')).toBe('00030000000200016200000002000000010000000000016100000001' + '00000007ffffffff');
    expect(decodeAssignment(bytes)).toEqual([partitions[0], partitions[2], partitions[1]]);
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
  });
});
