import { type Deferred, deferred } from '@ottla/common';
import { ErrorCode } from '@ottla/testkit';
import { expect, test } from 'vitest';
import type { ConsumerOptions } from '../../index.ts';
import { scriptedGroup } from '../test-support/scripted-group.ts';
import { eventually, values } from '../test-support/shop.ts';

/** What a member of two partitions that reads all the time sees, until one of them is taken away. */
async function losesOne(options: ConsumerOptions) {
  const group = await scriptedGroup(2);
  group.assign(0, 1);
  await group.fill(2000);
  const seen: { partition: number; value: string }[] = [];
  const consumer = group.reader(options);
  const reading = (async () => {
    for await (const { partition, value } of consumer) {
      seen.push({ partition, value });
      if (seen.length % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  await eventually(() => new Set(seen.map(({ partition }) => partition)).size === 2);
  return { group, consumer, seen, reading };
}

test('the revoke hook is awaited before the broker is told, and heartbeats go on meanwhile', async () => {
  let hook: Deferred<void> | undefined;
  const { group, consumer, reading } = await losesOne({
    onRevoked: () => {
      hook ??= deferred();
      return hook.promise;
    },
  });
  group.assign(0);
  await eventually(() => hook !== undefined);
  const before = group.heartbeats.length;
  await eventually(() => group.heartbeats.length > before + 3);
  expect(group.heartbeats.slice(before).map(({ topicPartitions }) => topicPartitions)).toContain(null);
  const told = () => group.heartbeats.slice(before).flatMap(({ topicPartitions }) => topicPartitions ?? []);
  expect(told()).toEqual([]);
  hook?.resolve();
  await eventually(() => told().length > 0);
  expect(told()[0]?.partitions).toEqual([0]);
  expect(consumer.assignment).toEqual([{ topic: 'orders', partition: 0 }]);
  await consumer.close();
  await reading;
});

test('records of a revoked partition are never handed out after onRevoked resolved (protocol consumer)', async () => {
  const gone = new Set<number>();
  const saved = deferred();
  const { group, consumer, seen, reading } = await losesOne({
    onRevoked: async (partitions) => {
      for (const { partition } of partitions) gone.add(partition);
      await saved.promise;
    },
  });
  group.assign(0);
  await eventually(() => gone.has(1));
  const before = seen.length;
  await group.fill(200);
  await eventually(() => seen.filter(({ partition }) => partition === 0).length === 1100);
  saved.resolve();
  await eventually(() => consumer.assignment.length === 1);
  expect(new Set(seen.slice(before).map(({ partition }) => partition))).toEqual(new Set([0]));
  // All that was handed out of it, and nothing else, is committed.
  expect(group.committed.get(1)).toBe(seen.filter(({ partition }) => partition === 1).length);
  await consumer.close();
  await reading;
});

test('a member that is fenced loses everything, is told so, and joins as a new one', async () => {
  const group = await scriptedGroup(2);
  group.assign(0, 1);
  const log: string[] = [];
  const consumer = group.reader({
    onAssigned: (partitions) => void log.push(`assigned ${partitions.length}`),
    onRevoked: (partitions) => void log.push(`revoked ${partitions.length}`),
    onLost: (partitions) => void log.push(`lost ${partitions.length}`),
  });
  const batches = consumer.batches();
  const first = batches.next();
  await group.fill(4);
  const batch = (await first).value;
  let isFenced = false;
  group.intercept = ({ memberEpoch }) => {
    if (isFenced || memberEpoch <= 0) return undefined;
    isFenced = true;
    return ErrorCode.FENCED_MEMBER_EPOCH;
  };
  // Who works on a batch hears of it at once.
  await new Promise((resolve) => batch?.signal.addEventListener('abort', resolve));
  const rest = batches.next();
  await eventually(() => log.length === 3);
  expect(log).toEqual(['assigned 2', 'lost 2', 'assigned 2']);
  const joins = group.heartbeats.filter(({ memberEpoch }) => memberEpoch === 0);
  expect(joins).toHaveLength(2);
  for (const join of joins) expect(join).toMatchObject({ topicPartitions: [], subscribedTopicNames: ['orders'] });
  await consumer.close();
  await rest;
});

test('a consumer that cannot heartbeat throws from the iterator (protocol consumer)', async () => {
  const group = await scriptedGroup(1);
  group.assign(0);
  const log: string[] = [];
  const consumer = group.reader({
    heartbeatIntervalMs: 50,
    sessionTimeoutMs: 200,
    onLost: () => void log.push('lost'),
  });
  const waiting = consumer[Symbol.asyncIterator]().next();
  await eventually(() => consumer.assignment.length === 1);
  group.intercept = () => new Promise(() => {});
  await expect(waiting).rejects.toMatchObject({ code: 'SESSION_EXPIRED', retriable: true });
  expect(log).toEqual(['lost']);
});

test('a member that closes while its join has no answer yet leaves all the same', async () => {
  const group = await scriptedGroup(1);
  const answer = deferred();
  group.intercept = ({ memberEpoch }) => (memberEpoch === 0 ? answer.promise.then(() => undefined) : undefined);
  const consumer = group.reader();
  const waiting = consumer[Symbol.asyncIterator]().next();
  await eventually(() => group.heartbeats.length === 1);
  const closing = consumer.close();
  answer.resolve();
  await closing;
  expect(await waiting).toMatchObject({ done: true });
  expect(group.heartbeats.map(({ memberEpoch }) => memberEpoch)).toEqual([0, -1]);
  expect(group.heartbeats[1]?.memberId).toBe(group.heartbeats[0]?.memberId);
});

test('a static member that closes comes back: it leaves for a while', async () => {
  const group = await scriptedGroup(1);
  group.assign(0);
  const consumer = group.reader({ instanceId: 'a' });
  const waiting = consumer[Symbol.asyncIterator]().next();
  await eventually(() => consumer.assignment.length === 1);
  await consumer.close();
  await waiting;
  expect(group.heartbeats.at(-1)).toMatchObject({ memberEpoch: -2, instanceId: 'a' });
});

test('a commit under an epoch that was just raised is tried again under the new one', async () => {
  const group = await scriptedGroup(1);
  group.assign(0);
  await group.fill(1);
  const consumer = group.reader({ autoCommit: false });
  expect(await values(consumer, 1)).toEqual(['0']);
  const epochs: number[] = [];
  group.interceptCommit = (epoch) => {
    epochs.push(epoch);
    if (epochs.length === 1) group.assign(0);
    return epoch < 3 ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.NONE;
  };
  await consumer.commit();
  expect(group.committed.get(0)).toBe(1);
  expect([epochs[0], epochs.at(-1)]).toEqual([2, 3]);
});

test('a target that comes while the one before is worked on is reached too', async () => {
  const group = await scriptedGroup(3);
  const hooks: Deferred<void>[] = [];
  const consumer = group.reader({
    onAssigned: () => {
      const hook = deferred();
      hooks.push(hook);
      return hook.promise;
    },
  });
  const waiting = consumer[Symbol.asyncIterator]().next();
  group.assign(0);
  await eventually(() => hooks.length === 1);
  const before = group.heartbeats.length;
  group.assign(1, 2);
  await eventually(() => group.heartbeats.length > before + 2);
  hooks[0]?.resolve();
  await eventually(() => hooks.length === 2);
  hooks[1]?.resolve();
  await eventually(() => consumer.assignment.map(({ partition }) => partition).join() === '1,2');
  await consumer.close();
  await waiting;
});

test('a cluster without such groups: the error names the group, the broker and what to do', async () => {
  const group = await scriptedGroup(1);
  group.intercept = () => ErrorCode.UNSUPPORTED_VERSION;
  await expect(values(group.reader(), 1)).rejects.toMatchObject({
    code: 'UNSUPPORTED_VERSION',
    retriable: false,
    broker: expect.any(Number),
    message: expect.stringMatching(/KIP-848.*'classic' \(group g, broker \d/),
  });
});
