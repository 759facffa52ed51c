import { deferred } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import { BatchBuilder, buildEndTransactionMarker } from '@ottla/protocol/records';
import { expect, test } from 'vitest';
import { API } from '../api.ts';
import { type ShareConsumerOptions, string, topic } from '../index.ts';
import { client } from '../test-support/client.ts';
import { scripted, scriptedBroker } from '../test-support/scripted-broker.ts';
import { Acknowledgements } from './acknowledgements.ts';

const jobs = topic('jobs', { key: string, value: string });
const ID = 'AAAAAAAAAAAAAAAAAAAABw';

function batch(baseOffset: number, values: readonly string[]): Buffer {
  const builder = new BatchBuilder({ baseOffset });
  for (const value of values) builder.append(1000, null, Buffer.from(value));
  return builder.build();
}

/** Offsets 0 to 2, a marker at 3, 4 to 5. */
const RECORDS = Buffer.concat([
  batch(0, ['a', 'b', 'c']),
  buildEndTransactionMarker({
    type: 'COMMIT',
    coordinatorEpoch: 0,
    producerId: 1,
    producerEpoch: 0,
    timestamp: 1,
    baseOffset: 3,
  }),
  batch(4, ['e', 'f']),
]);

interface Answer {
  readonly records?: Buffer;
  /** first, last, count */
  readonly acquired?: readonly (readonly [number, number, number])[];
  readonly error?: number;
  readonly acknowledgeError?: number;
}

/** A broker that gives one answer after the other to fetches, then nothing. `log`: what, epoch, acknowledgements. */
async function queue(answers: readonly Answer[], acknowledge: () => number = () => 0) {
  const log: unknown[] = [];
  const left = [...answers];
  const drained = deferred();
  const acks = (
    topics: readonly {
      readonly partitions: readonly {
        readonly acknowledgementBatches: readonly {
          readonly firstOffset: number | bigint;
          readonly lastOffset: number | bigint;
          readonly acknowledgeTypes: readonly number[];
        }[];
      }[];
    }[],
  ): unknown[] =>
    topics.flatMap(({ partitions }) =>
      partitions.flatMap(({ acknowledgementBatches }) =>
        acknowledgementBatches.map(({ firstOffset, lastOffset, acknowledgeTypes }) => [
          firstOffset,
          lastOffset,
          acknowledgeTypes,
        ]),
      ),
    );
  const server: { readonly bootstrap: string } = await scriptedBroker([
    scripted(API.Metadata, () => {
      const port = Number(server.bootstrap.split(':')[1]);
      const partitions = [
        { errorCode: 0, partitionIndex: 0, leaderId: 1, leaderEpoch: 0, replicaNodes: [1], isrNodes: [1] },
      ];
      return {
        brokers: [{ nodeId: 1, host: '127.0.0.1', port }],
        controllerId: 1,
        topics: [{ errorCode: 0, name: 'jobs', topicId: ID, partitions }],
      };
    }),
    scripted(API.FindCoordinator, ({ coordinatorKeys }) => ({
      coordinators: coordinatorKeys.map((key) => {
        const port = Number(server.bootstrap.split(':')[1]);
        return { key, nodeId: 1, host: '127.0.0.1', port, errorCode: 0, errorMessage: null };
      }),
    })),
    scripted(API.ShareGroupHeartbeat, ({ memberId, memberEpoch }) => ({
      throttleTimeMs: 0,
      errorCode: 0,
      memberId,
      memberEpoch: memberEpoch < 0 ? -1 : 1,
      heartbeatIntervalMs: 1000,
      assignment: memberEpoch === 0 ? { topicPartitions: [{ topicId: ID, partitions: [0] }] } : null,
    })),
    scripted(API.ShareFetch, ({ shareSessionEpoch, topics }) => {
      const next = left.shift();
      if (next === undefined) drained.resolve();
      if (next !== undefined || acks(topics).length > 0) log.push(['fetch', shareSessionEpoch, ...acks(topics)]);
      const error = { throttleTimeMs: 0, acquisitionLockTimeoutMs: 30_000, nodeEndpoints: [] };
      if (next?.error !== undefined) return { ...error, errorCode: next.error, responses: [] };
      const partition = {
        partitionIndex: 0,
        errorCode: 0,
        acknowledgeErrorCode: next?.acknowledgeError ?? 0,
        currentLeader: { leaderId: -1, leaderEpoch: -1 },
        records: next?.records ?? Buffer.alloc(0),
        acquiredRecords: (next?.acquired ?? []).map(([firstOffset, lastOffset, deliveryCount]) => ({
          firstOffset,
          lastOffset,
          deliveryCount,
        })),
      };
      return { ...error, errorCode: 0, responses: [{ topicId: ID, partitions: [partition] }] };
    }),
    scripted(API.ShareAcknowledge, ({ shareSessionEpoch, topics, isRenewAck }) => {
      log.push([isRenewAck ? 'renew' : 'acknowledge', shareSessionEpoch, ...acks(topics)]);
      const currentLeader = { leaderId: -1, leaderEpoch: -1 };
      const partitions = [{ partitionIndex: 0, errorCode: acknowledge(), currentLeader }];
      const responses = topics.map(({ topicId }) => ({ topicId, partitions }));
      return { throttleTimeMs: 0, errorCode: 0, acquisitionLockTimeoutMs: 30_000, responses, nodeEndpoints: [] };
    }),
  ]);
  const consumer = (options: Partial<ShareConsumerOptions> = {}) =>
    client(server, { retryBackoffMs: 2, retryBackoffMaxMs: 5 })
      .shareConsumer({ group: 'g', fetchMaxWaitMs: 5, ...options })
      .subscribe(jobs);
  return { log, consumer, drained: drained.promise };
}

test('acknowledgements: ranges without holes, one type for all or one each', () => {
  const acks = new Acknowledgements();
  for (const offset of [7, 5, 6]) acks.set(offset, 'accept');
  acks.set(10, 'accept');
  acks.set(11, 'gap');
  acks.set(12, 'reject');
  acks.set(12, 'release');
  expect(acks.batches()).toEqual([
    { firstOffset: 5, lastOffset: 7, acknowledgeTypes: [1] },
    { firstOffset: 10, lastOffset: 12, acknowledgeTypes: [1, 0, 2] },
  ]);
  expect(acks.offsets).toEqual([5, 6, 7, 10, 12]);
});

test('only what was acquired is handed out; what is no record is told as a gap; close ends the session', async () => {
  const { log, consumer } = await queue([
    {
      records: RECORDS,
      acquired: [
        [1, 4, 1],
        [5, 5, 3],
      ],
    },
  ]);
  const reader = consumer();
  const seen: string[] = [];
  for await (const record of reader) {
    seen.push(`${record.offset}${record.value}${record.deliveryCount}`);
    if (record.offset === 2) record.reject();
    if (seen.length === 4) break;
  }
  expect(seen).toEqual(['1b1', '2c1', '4e1', '5f3']);
  await reader.close();
  // Gone on from: 1 and 4. Said: 2. Left by break: 5.
  expect(log).toEqual([
    ['fetch', 0],
    ['acknowledge', -1, [1, 5, [1, 3, 0, 1, 2]]],
  ]);
});

test('acknowledgements travel with the next fetch, or alone when somebody waits; epochs count both', async () => {
  const { log, consumer } = await queue([
    { records: RECORDS, acquired: [[0, 1, 1]] },
    { records: RECORDS, acquired: [[4, 4, 1]] },
  ]);
  const told: unknown[] = [];
  const reader = consumer({
    onAcknowledged: (results) => {
      for (const { topic: name, offsets, error } of results) told.push([name, offsets, error?.code]);
    },
  });
  expect((await reader.poll({ timeout: 5000 })).map(({ value }) => value)).toEqual(['a', 'b']);
  const [last] = await reader.poll({ timeout: 5000 });
  await last?.renew();
  await reader.commit();
  expect(log).toEqual([
    ['fetch', 0],
    ['fetch', 1, [0, 1, [1]]],
    ['renew', 2, [4, 4, [4]]],
    ['acknowledge', 3, [4, 4, [1]]],
  ]);
  expect(told).toEqual([
    ['jobs', [0, 1], undefined],
    ['jobs', [4], undefined],
    ['jobs', [4], undefined],
  ]);
  expect(() => last?.release()).toThrow(/offset 4 of jobs-0 is not this consumer's any more: it was told accept/);
});

test('a session that is lost takes with it what was acquired in it, and a new one begins', async () => {
  const { log, consumer, drained } = await queue([
    { records: RECORDS, acquired: [[0, 0, 1]] },
    { error: ErrorCode.SHARE_SESSION_NOT_FOUND },
    { records: RECORDS, acquired: [[1, 1, 1]] },
  ]);
  const reader = consumer({ acknowledgement: 'explicit' });
  const [first] = await reader.poll({ timeout: 5000 });
  await expect(reader.poll()).rejects.toMatchObject({ code: 'ILLEGAL_STATE', topic: 'jobs', partition: 0 });
  first?.accept();
  const [second] = await reader.poll({ timeout: 5000 });
  expect(second?.value).toBe('b');
  await expect(reader.commit()).rejects.toMatchObject({ code: 'SHARE_SESSION_NOT_FOUND', failures: { size: 1 } });
  second?.accept();
  await reader.poll({ timeout: 20 });
  await drained;
  await reader.commit();
  expect(log).toEqual([
    ['fetch', 0],
    ['fetch', 1, [0, 0, [1]]],
    ['fetch', 0],
    ['fetch', 1, [1, 1, [1]]],
  ]);
});

test('what is damaged is an error, and released', async () => {
  const damaged = Buffer.from(RECORDS);
  damaged[damaged.length - 1] ^= 1;
  const { log, consumer } = await queue([{ records: damaged, acquired: [[2, 5, 1]] }]);
  const reader = consumer();
  await expect(reader.poll({ timeout: 5000 })).rejects.toMatchObject({ code: 'CORRUPT_MESSAGE', topic: 'jobs' });
  expect((await reader.poll({ timeout: 5000 })).map(({ offset }) => offset)).toEqual([2]);
  await reader.commit();
  expect(log.slice(1)).toEqual([['acknowledge', 1, [2, 5, [1, 2, 2, 2]]]]);
});

test('a commit names what the broker refused; a broker without share groups is named', async () => {
  const { consumer } = await queue([{ records: RECORDS, acquired: [[0, 0, 1]] }], () => ErrorCode.INVALID_RECORD_STATE);
  const reader = consumer();
  await reader.poll({ timeout: 5000 });
  const refused = { code: 'INVALID_RECORD_STATE', topic: 'jobs', partition: 0, broker: 1 };
  await expect(reader.commit()).rejects.toMatchObject({
    ...refused,
    failures: new Map([['jobs-0', expect.anything()]]),
  });
  await reader.commit();
  const old = await scriptedBroker([
    scripted(API.FindCoordinator, ({ coordinatorKeys }) => ({
      coordinators: coordinatorKeys.map((key) => {
        const port = Number(old.bootstrap.split(':')[1]);
        return { key, nodeId: 1, host: '127.0.0.1', port, errorCode: 0, errorMessage: null };
      }),
    })),
  ]);
  const nobody = client(old).shareConsumer({ group: 'g' }).subscribe(jobs);
  await expect(nobody.poll({ timeout: 5000 })).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
});
