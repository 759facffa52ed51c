import { createSimulatedWorld, type SimulatedNode, type SimulatedWorld } from '@ottla/platform/simulated';
import { expect, test } from 'vitest';
import { type Log, type LogManager, StorageError } from './index.ts';
import { append, batch, DIRECTORY, openManager } from './test-support/logs.ts';

const ID = 'AAAAAAAAAAAAAAAAAAABAg';
const OTHER = 'AAAAAAAAAAAAAAAAAAABAw';
const ALL = [
  '00000000000000000000.index',
  '00000000000000000000.log',
  '00000000000000000000.timeindex',
  'leader-epoch-checkpoint',
  'partition.metadata',
];

interface Made {
  readonly world: SimulatedWorld;
  readonly node: SimulatedNode;
  readonly manager: LogManager;
  readonly logs: readonly Log[];
}

/** `count` partitions of t, each led by this broker alone. */
async function make(count: number): Promise<Made> {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const manager = await world.finish(openManager(node.platform));
  const wanted = Array.from({ length: count }, (_, partition) => ({ topic: 't', partition, topicId: ID }));
  const outcomes = await world.finish(manager.createAll(wanted));
  const logs = outcomes.map((outcome) => {
    if (outcome instanceof StorageError) throw new Error(outcome.message);
    outcome.assignEpoch(0, false);
    return outcome;
  });
  return { world, node, manager, logs };
}

async function names({ world, node }: Made, partition: number): Promise<string[]> {
  const entries = await world.finish(node.platform.disk.list(`${DIRECTORY}/t-${partition}`));
  return entries.map(({ name }) => name).toSorted();
}

test('new logs are there before their files; those come by themselves, a few at a time', async () => {
  const made = await make(600);
  expect(await names(made, 599)).toEqual([]);
  await made.world.run({ untilMs: made.world.nowMs + 30 });
  expect([await names(made, 0), await names(made, 599)]).toEqual([ALL, []]);
  await made.world.run({ untilMs: made.world.nowMs + 1000 });
  expect(await names(made, 599)).toEqual(ALL);
});

test('who writes to a new log finds all its files, with its id and its epoch, on disk before the answer', async () => {
  const made = await make(1);
  const [log] = made.logs;
  if (log === undefined) throw new Error('No log');
  expect(await made.world.finish(append(log, batch(['a'])))).toMatchObject({ baseOffset: 0 });
  expect(await names(made, 0)).toEqual(ALL);
  made.node.kill();
  const again = (await made.world.finish(openManager(made.node.restart()))).get('t', 0);
  expect([again?.topicId, again?.logEndOffset, again?.latestEpoch]).toEqual([ID, 1, 0]);
});

test('an orderly stop leaves no log without its files', async () => {
  const made = await make(3);
  await made.world.finish(made.manager.shutdown({ clean: true }));
  for (const partition of [0, 1, 2]) expect(await names(made, partition)).toEqual(ALL);
});

test.each(['kill', 'powerLoss'] as const)(
  'after a %s a log without files is as new, and is told its id again',
  async (end) => {
    const made = await make(1);
    made.node[end]();
    const manager = await made.world.finish(openManager(made.node.restart()));
    const log = manager.get('t', 0);
    if (log === undefined) throw new Error('No log');
    expect([log.topicId, log.logStartOffset, log.logEndOffset]).toEqual([undefined, 0, 0]);
    log.topicId = OTHER;
    expect(await made.world.finish(append(log, batch(['a'])))).toMatchObject({ baseOffset: 0 });
  },
);

test('what can be asked of a log is answered without its files', async () => {
  const made = await make(1);
  const [log] = made.logs;
  if (log === undefined) throw new Error('No log');
  expect(log.read(0, 1000, 'log-end', true)).toMatchObject({ error: 0 });
  expect(log.offsetForTimestamp(0)).toBeUndefined();
  expect(log.maxTimestampOffset()).toBeUndefined();
  expect(log.endOffsetForEpoch(0)).toEqual({ epoch: 0, endOffset: 0 });
  log.truncateTo(0);
  log.truncateFullyAndStartAt(7);
  expect(await made.world.finish(log.flush())).toBe(true);
  expect(await made.world.finish(append(log, batch(['a'])))).toMatchObject({ baseOffset: 7 });
  await made.world.run({ untilMs: made.world.nowMs + 100 });
  expect(log.isOffline).toBe(false);
});

test('a deleted log gets no files any more', async () => {
  const made = await make(2);
  await made.world.finish(made.manager.delete('t', 0));
  await made.world.run({ untilMs: made.world.nowMs + 100 });
  const renamed = (await made.world.finish(made.node.platform.disk.list(DIRECTORY))).find(({ name }) =>
    name.endsWith('-delete'),
  );
  expect(await made.world.finish(made.node.platform.disk.list(`${DIRECTORY}/${renamed?.name}`))).toEqual([]);
  expect(await names(made, 1)).toEqual(ALL);
});
