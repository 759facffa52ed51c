import { ErrorCode } from '@ottla/testkit';
import { expect, test } from 'vitest';
import type { ConsumerOptions, TopicPartition } from '../../index.ts';
import { cooperativeStickyAssignor, rangeAssignor, roundRobinAssignor, stickyAssignor } from '../assignors/index.ts';
import { committedOf, eventually, orders, shop, upTo, values } from '../test-support/shop.ts';

/** Hooks that keep what they are told. */
function recorded(log: string[], name: string): ConsumerOptions {
  const note = (what: string) => (partitions: readonly TopicPartition[]) => {
    log.push(
      `${name} ${what} ${partitions
        .map(({ partition }) => partition)
        .toSorted((a, b) => a - b)
        .join()}`,
    );
  };
  return { onAssigned: note('assigned'), onRevoked: note('revoked'), onLost: note('lost') };
}

const FAST: ConsumerOptions = { heartbeatIntervalMs: 20, sessionTimeoutMs: 1000 };

/** Reads on in the background, one record at a time, until the consumer closes. */
async function readAll(consumer: AsyncIterable<{ readonly value: string }>, into: string[]): Promise<void> {
  for await (const { value } of consumer) into.push(value);
}

for (const [name, assignor] of Object.entries({
  rangeAssignor,
  roundRobinAssignor,
  stickyAssignor,
  cooperativeStickyAssignor,
})) {
  test(`two members share a topic, and the one that stays takes over: ${name}`, async () => {
    const { fill, reader } = await shop(4);
    await fill(40);
    const log: string[] = [];
    const [one, two]: [string[], string[]] = [[], []];
    const first = reader({ ...FAST, assignors: [assignor()], ...recorded(log, 'first') });
    const reading = readAll(first, one);
    await eventually(() => one.length === 40);
    const second = reader({ ...FAST, assignors: [assignor()], ...recorded(log, 'second') });
    const readingToo = readAll(second, two);
    await eventually(() => first.assignment.length === 2 && second.assignment.length === 2);
    await fill(40, 40);
    await eventually(() => one.length + two.length === 80);
    expect([...one, ...two].toSorted()).toEqual(upTo(80).toSorted());
    await second.close();
    await readingToo;
    await eventually(() => first.assignment.length === 4);
    await fill(4, 80);
    await eventually(() => one.length + two.length === 84);
    await first.close();
    await reading;
    expect(log[0]).toBe('first assigned 0,1,2,3');
    expect(log.at(-1)).toBe('first revoked 0,1,2,3');
    if (name.startsWith('cooperative')) {
      // Only what moves is revoked.
      expect(log.filter((line) => line.startsWith('first revoked'))[0]).toMatch(/^first revoked \d,\d$/);
    } else {
      expect(log[1]).toBe('first revoked 0,1,2,3');
    }
  });
}

test('the revoke hook is awaited before the member joins again', async () => {
  const { server, fill, reader } = await shop(2);
  await fill(2);
  const order: string[] = [];
  let finish = (): void => {};
  const first = reader({
    ...FAST,
    onRevoked: () =>
      new Promise((resolve) => {
        order.push('revoking');
        finish = () => {
          order.push('revoked');
          resolve();
        };
      }),
  });
  const reading = readAll(first, []);
  await eventually(() => first.assignment.length === 2);
  server.intercept(
    'JoinGroup',
    ({ body }) => void order.push(body.memberId === first.groupMetadata.memberId ? 'first joins' : 'second joins'),
  );
  const second = reader(FAST);
  const readingToo = readAll(second, []);
  await eventually(() => order.includes('revoking'));
  // The second one is in the group's next generation already, and the first one lets it wait.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(order.filter((step) => step !== 'second joins')).toEqual(['revoking']);
  finish();
  await eventually(() => second.assignment.length === 1);
  expect(order.filter((step) => step !== 'second joins').slice(0, 3)).toEqual(['revoking', 'revoked', 'first joins']);
  await second.close();
  const closing = first.close();
  await eventually(() => order.filter((step) => step === 'revoking').length >= 2 && (finish(), true));
  finish();
  await closing;
  await Promise.all([reading, readingToo]);
});

test('records of a revoked partition are never handed out after onRevoked resolved', async () => {
  const { fill, reader } = await shop(4);
  await fill(4000);
  for (const assignor of [rangeAssignor, cooperativeStickyAssignor]) {
    const gone = new Set<number>();
    let late = 0;
    let seen = 0;
    const options = { ...FAST, group: `g-${assignor().name}`, assignors: [assignor()] };
    const first = reader({
      ...options,
      assignors: [assignor()],
      onAssigned: (partitions) => partitions.forEach(({ partition }) => gone.delete(partition)),
      // From the hook's start on: what it saves must not change under it.
      onRevoked: async (partitions) => {
        partitions.forEach(({ partition }) => gone.add(partition));
        await new Promise((resolve) => setTimeout(resolve, 30));
      },
    });
    const reading = (async () => {
      for await (const { partition } of first) {
        if (gone.has(partition)) late++;
        seen++;
        if (seen % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await eventually(() => seen > 50);
    const second = reader({ ...options, assignors: [assignor()] });
    const readingToo = readAll(second, []);
    await eventually(() => first.assignment.length === 2 && second.assignment.length === 2);
    await second.close();
    await first.close();
    await Promise.all([reading, readingToo]);
    expect(late).toBe(0);
  }
});

test('a partition is not revoked while one of its records is in the hands of the application', async () => {
  const { fill, reader } = await shop();
  await fill(3);
  const log: string[] = [];
  const first = reader({ ...FAST, ...recorded(log, 'first') });
  const iterator = first[Symbol.asyncIterator]();
  expect((await iterator.next()).value?.value).toBe('0');
  const second = reader({ ...FAST, instanceId: 'comes first in the order of members' });
  const got: string[] = [];
  const reading = readAll(second, got);
  await eventually(() => second.subscription.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(log).toEqual(['first assigned 0']);
  const waiting = iterator.next();
  await eventually(() => got.length === 2);
  expect(log[1]).toBe('first revoked 0');
  expect(got).toEqual(['1', '2']);
  await Promise.all([first.close(), second.close()]);
  await Promise.all([waiting, reading]);
});

test('auto-commit never commits a record that the application has not finished', async () => {
  const { kafka, fill, reader } = await shop();
  await fill(10);
  const consumer = reader({ ...FAST, autoCommit: { intervalMs: 5 } });
  let handled = 0;
  for await (const { offset } of consumer) {
    // Time for several commits while this record is in our hands.
    await eventually(async () => offset === 0 || ((await committedOf(kafka, 'g')) ?? 0) === offset);
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect((await committedOf(kafka, 'g')) ?? 0).toBeLessThanOrEqual(offset);
    if (++handled === 4) break;
  }
  await consumer.close();
  expect(await committedOf(kafka, 'g')).toBe(3);
});

test('an automatic commit never takes back what the application commits meanwhile', async () => {
  const { server, kafka, fill, reader } = await shop();
  await fill(10);
  const consumer = reader({ ...FAST, autoCommit: { intervalMs: 20 } });
  const iterator = consumer[Symbol.asyncIterator]();
  for (let i = 0; i < 5; i++) await iterator.next();
  await eventually(async () => (await committedOf(kafka, 'g')) === 4);
  for (let i = 0; i < 3; i++) await iterator.next();
  // Time for the automatic one to come due while this one is under way.
  server.intercept('OffsetCommit', () => ({ delayMs: 100 }), { times: 1 });
  await consumer.commit();
  await iterator.return?.();
  await consumer.close();
  expect(await committedOf(kafka, 'g')).toBe(8);
});

test('a rebalance commits what was processed, so that nothing comes twice', async () => {
  const { fill, reader } = await shop(2);
  await fill(100);
  const got: string[] = [];
  const options = { ...FAST, autoCommit: { intervalMs: 600_000 } };
  const first = reader(options);
  const reading = readAll(first, got);
  await eventually(() => got.length === 100);
  const second = reader(options);
  const readingToo = readAll(second, got);
  await eventually(() => second.assignment.length === 1);
  await fill(20, 100);
  await eventually(() => got.length >= 120);
  expect(got.toSorted()).toEqual(upTo(120).toSorted());
  await Promise.all([first.close(), second.close()]);
  await Promise.all([reading, readingToo]);
});

test('a consumer that cannot heartbeat throws from the iterator', async () => {
  const { server, reader } = await shop();
  const log: string[] = [];
  const consumer = reader({ heartbeatIntervalMs: 20, sessionTimeoutMs: 300, ...recorded(log, 'first') });
  const iterator = consumer[Symbol.asyncIterator]();
  const waiting = iterator.next();
  await eventually(() => consumer.assignment.length === 1);
  server.intercept('Heartbeat', () => 'disconnect');
  server.intercept('JoinGroup', () => 'disconnect');
  await expect(waiting).rejects.toMatchObject({ code: 'SESSION_EXPIRED', retriable: true });
  expect(log).toEqual(['first assigned 0', 'first lost 0']);
});

test('the first heartbeat leaves one interval after joining', async () => {
  const { server, reader } = await shop();
  let joinedMs = 0;
  const beatsMs: number[] = [];
  server.intercept('SyncGroup', () => {
    joinedMs = performance.now();
  });
  server.intercept('Heartbeat', () => void beatsMs.push(performance.now() - joinedMs));
  const consumer = reader({ ...FAST, heartbeatIntervalMs: 100 });
  const reading = readAll(consumer, []);
  await eventually(() => beatsMs.length > 0);
  expect(beatsMs[0]).toBeGreaterThan(99);
  await consumer.close();
  await reading;
});

test('a member that the group has given up loses its partitions and comes back', async () => {
  const { server, fill, reader } = await shop();
  const log: string[] = [];
  const got: string[] = [];
  const consumer = reader({ ...FAST, ...recorded(log, 'first') });
  const reading = readAll(consumer, got);
  await eventually(() => consumer.assignment.length === 1);
  server.intercept('Heartbeat', () => ({ error: ErrorCode.UNKNOWN_MEMBER_ID }), { times: 1 });
  await eventually(() => log.length === 3);
  await fill(3);
  await eventually(() => got.length === 3);
  expect(log).toEqual(['first assigned 0', 'first lost 0', 'first assigned 0']);
  await consumer.close();
  await reading;
});

test('a leader whose assignor fails comes back as who it was, so that the group waits for nobody', async () => {
  const { server, fill, reader } = await shop();
  await fill(1);
  const asked: string[] = [];
  server.intercept('JoinGroup', ({ body }) => void asked.push(body.memberId));
  const range = rangeAssignor();
  let failures = 1;
  const assignor = {
    ...range,
    assign: (...given: Parameters<typeof range.assign>) => {
      if (failures-- > 0) throw new Error('no plan');
      return range.assign(...given);
    },
  };
  const consumer = reader({ assignors: [assignor], sessionTimeoutMs: 30_000 });
  await expect(values(consumer, 1)).rejects.toThrow('no plan');
  expect(await values(consumer, 1)).toEqual(['0']);
  const { memberId } = consumer.groupMetadata;
  expect(asked).toEqual(['', memberId, memberId]);
});

test('who takes longer than maxPollIntervalMs leaves the group, and joins again when it reads', async () => {
  const { fill, reader } = await shop();
  await fill(3);
  const log: string[] = [];
  const slow = reader({ ...FAST, maxPollIntervalMs: 100, ...recorded(log, 'slow') });
  const iterator = slow[Symbol.asyncIterator]();
  expect((await iterator.next()).value?.value).toBe('0');
  await eventually(() => slow.groupMetadata.memberId === '');
  const quick = reader(FAST);
  // The slow one still has its record in hand, and the other one gets the partition.
  expect(await values(quick, 3)).toEqual(['0', '1', '2']);
  expect(log).toEqual(['slow assigned 0']);
  const waiting = iterator.next();
  await eventually(() => log.length === 2);
  expect(log[1]).toBe('slow lost 0');
  await quick.close();
  await slow.close();
  await waiting;
});

test('a static member keeps its partitions over a restart, without a rebalance', async () => {
  const { reader } = await shop(2);
  const log: string[] = [];
  const open = (name: string) => reader({ ...FAST, instanceId: name, ...recorded(log, name) });
  const [a, b] = [open('a'), open('b')];
  const reading = [readAll(a, []), readAll(b, [])];
  await eventually(() => a.assignment.length === 1 && b.assignment.length === 1);
  const [before, generation] = [a.assignment, b.groupMetadata.generationId];
  await a.close();
  const again = open('a');
  reading.push(readAll(again, []));
  await eventually(() => again.assignment.length === 1);
  expect(again.assignment).toEqual(before);
  expect(b.groupMetadata.generationId).toBe(generation);
  const fenced = open('a');
  reading.push(readAll(fenced, []));
  await expect(reading[2]).rejects.toMatchObject({ code: 'FENCED_INSTANCE_ID' });
  await Promise.all([b.close(), again.close(), fenced.close()]);
});

test('more partitions: the leader has the group join again', async () => {
  const { server, kafka, reader } = await shop(1);
  const consumer = reader(FAST);
  const reading = readAll(consumer, []);
  await eventually(() => consumer.assignment.length === 1);
  await server.broker.services.admin.createPartitions([{ topic: 'orders', count: 3, assignments: null }], {
    timeoutMs: 5000,
    validateOnly: false,
  });
  await kafka.cluster.refresh(['orders']);
  await eventually(() => consumer.assignment.length === 3);
  await consumer.close();
  await reading;
});

test('unsubscribe leaves the group; another subscription joins it again', async () => {
  const { server, fill, reader } = await shop();
  await fill(2);
  await server.createTopic('other', 1);
  const consumer = reader(FAST);
  expect(await values(consumer, 1)).toEqual(['0']);
  await consumer.unsubscribe();
  expect(consumer.assignment).toEqual([]);
  const resubscribed = consumer.subscribe('other', 'orders');
  await resubscribed.poll({ timeout: 50 });
  await eventually(async () => {
    await resubscribed.poll({ timeout: 20 });
    return resubscribed.assignment.length === 2;
  });
  expect(resubscribed.assignment.map(({ topic }) => topic).toSorted()).toEqual(['orders', 'other']);
});

test('a hook that throws ends the iteration with its error', async () => {
  const { reader } = await shop();
  const consumer = reader({ ...FAST, onAssigned: () => Promise.reject(new Error('no state')) });
  await expect(values(consumer, 1)).rejects.toThrow('no state');
});

test('a seek in onAssigned decides where reading starts', async () => {
  const { fill, kafka } = await shop();
  await fill(5);
  const consumer = kafka
    .consumer({
      group: 'g',
      ...FAST,
      onAssigned: (partitions) => partitions.forEach((place) => consumer.seek(place, 3)),
    })
    .subscribe(orders);
  expect(await values(consumer, 2)).toEqual(['3', '4']);
});
