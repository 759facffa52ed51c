import { createSimulatedWorld, type SimulatedNode, type SimulatedWorld } from '@ottla/platform/simulated';
import { ErrorCode } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { type AppendResult, type Log, LogManager, type LogManagerOptions, StorageError } from './index.ts';
import { defaultLogConfig, type LogConfig } from './log-config.ts';
import { batch, CLIENT, DIRECTORY, openManager, readAll } from './test-support/logs.ts';

interface Fixture {
  readonly world: SimulatedWorld;
  readonly node: SimulatedNode;
  readonly manager: LogManager;
  readonly log: Log;
  readonly answers: [token: number, error: ErrorCode, baseOffset: number][];
  give(token: number, bytes: Buffer): AppendResult | undefined;
  /** Until nothing happens any more within 50 ms. */
  settle(): Promise<void>;
}

async function open(config: Partial<LogConfig> = {}, options: Partial<LogManagerOptions> = {}): Promise<Fixture> {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const manager = await world.finish(openManager(node.platform, config, options));
  const log = await world.finish(manager.create('t', 0, { topicId: undefined }));
  if (log instanceof StorageError) throw new Error(log.message);
  const answers: Fixture['answers'] = [];
  const sink = {
    appended: (token: number, result: AppendResult) => answers.push([token, result.error, result.baseOffset]),
  };
  return {
    world,
    node,
    manager,
    log,
    answers,
    give: (token, bytes) => log.appendAsLeader(bytes, CLIENT, sink, token),
    settle: async () => {
      await world.run({ untilMs: world.nowMs + 50 });
    },
  };
}

test('a full disk refuses the appends of that turn, keeps what was there and takes more once there is room', async () => {
  const { log, node, give, settle, answers, manager } = await open();
  give(1, batch(['a']));
  await settle();
  node.disk.failNext({ operation: 'write', path: '.log', code: 'ENOSPC' });
  give(2, batch(['b']));
  give(3, batch(['c']));
  await settle();
  expect(log.stagedEndOffset).toBe(1);
  give(4, batch(['d']));
  await settle();
  expect(answers).toEqual([
    [1, ErrorCode.NONE, 0],
    [2, ErrorCode.KAFKA_STORAGE_ERROR, -1],
    [3, ErrorCode.KAFKA_STORAGE_ERROR, -1],
    [4, ErrorCode.NONE, 1],
  ]);
  expect(log.isOffline).toBe(false);
  expect(manager.offlineDirectories).toEqual([]);
  expect(readAll(log).length).toBe(
    node.disk.tree.file('read', `${DIRECTORY}/t-0/00000000000000000000.log`).content.size,
  );
});

test('appends that find the disk full are logged once in a while, with how many they were', async () => {
  const { world, log, node, give, settle, answers } = await open();
  const fail = async (token: number): Promise<void> => {
    node.disk.failNext({ operation: 'write', path: '.log', code: 'ENOSPC' });
    give(token, batch(['a']));
    await settle();
  };
  const lines = () => node.log.entries.filter(({ message }) => message.includes('Error while appending'));
  for (let token = 0; token < 5; token++) await fail(token);
  expect(lines()).toHaveLength(1);
  await world.run({ untilMs: world.nowMs + 10_000 });
  await fail(5);
  expect(lines().map(({ message }) => message.replace(/^.* in dir \S+/, ''))).toEqual([
    '',
    ' (and 4 times since the last such line)',
  ]);
  expect(answers.every(([, error]) => error === ErrorCode.KAFKA_STORAGE_ERROR)).toBe(true);
  expect(log.isOffline).toBe(false);
});

test('no room for a new segment refuses the append that needs it', async () => {
  const { log, node, give, settle, answers } = await open({ segmentBytes: 150 });
  give(1, batch(['a'.repeat(50)]));
  await settle();
  node.disk.failNext({ operation: 'open', path: '00000000000000000001', code: 'ENOSPC' });
  give(2, batch(['b'.repeat(50)]));
  await settle();
  give(3, batch(['c'.repeat(50)]));
  await settle();
  expect(answers.map(([, error]) => error)).toEqual([ErrorCode.NONE, ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NONE]);
  expect(log.segmentCount).toBe(2);
  expect(log.logEndOffset).toBe(2);
});

test('an I/O error takes the directory offline, and the broker down with the last one', async () => {
  const { log, node, give, settle, answers, manager } = await open();
  const failed: string[] = [];
  manager.onLogDirFailure((directory) => failed.push(directory));
  node.disk.failNext({ operation: 'write', path: '.log', code: 'EIO' });
  give(1, batch(['a']));
  await settle();
  expect(answers).toEqual([[1, ErrorCode.KAFKA_STORAGE_ERROR, -1]]);
  expect(failed).toEqual([DIRECTORY]);
  expect(log.isOffline).toBe(true);
  expect(log.read(0, 100, 'log-end', true)).toEqual({ error: ErrorCode.KAFKA_STORAGE_ERROR });
  expect(log.appendAsFollower(batch(['x'])).error).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect(manager.liveDirectories).toEqual([]);
  expect(node.failures).toHaveLength(1);
});

test('one of two directories fails: the logs of the other go on', async () => {
  const world = createSimulatedWorld(2);
  const node = world.node('broker');
  const manager = new LogManager({
    platform: node.platform,
    logDirectories: ['/one', '/two'],
    configFor: () => defaultLogConfig,
  });
  await world.finish(manager.start());
  const logs = [];
  for (const partition of [0, 1]) {
    const log = await world.finish(manager.create('t', partition, { topicId: undefined }));
    if (log instanceof StorageError) throw new Error(log.message);
    logs.push(log);
  }
  expect(logs.map((log) => log.logDirectory)).toEqual(['/one', '/two']);
  node.disk.failNext({ operation: 'sync', path: '/one' });
  logs[0]?.appendAsFollower(batch(['a']));
  expect(await world.finish(logs[0]?.flush() ?? Promise.resolve(true))).toBe(false);
  expect(logs.map((log) => log.isOffline)).toEqual([true, false]);
  expect(manager.offlineDirectories).toEqual(['/one']);
  expect(node.failures).toEqual([]);
  const elsewhere = await world.finish(manager.create('t', 2, { topicId: undefined }));
  expect(elsewhere instanceof StorageError ? elsewhere.message : elsewhere.logDirectory).toBe('/two');
  const refused = await world.finish(manager.create('t', 3, { topicId: undefined, directory: '/one' }));
  expect(refused).toMatchObject({ error: ErrorCode.KAFKA_STORAGE_ERROR });
});

test('flush.messages: the answer comes after the fsync, and one fsync serves all that came meanwhile', async () => {
  const { log, node, world, give, answers } = await open({ flushMessages: 1 });
  node.disk.faults.msMin = 10;
  give(1, batch(['a']));
  await world.run({ untilMs: world.nowMs + 5 });
  expect(answers).toEqual([]);
  expect(log.logEndOffset).toBe(0);
  give(2, batch(['b']));
  give(3, batch(['c']));
  await world.run({ until: () => answers.length > 0, untilMs: world.nowMs + 500 });
  expect(answers).toEqual([[1, ErrorCode.NONE, 0]]);
  expect(log.recoveryPoint).toBe(1);
  await world.run({ until: () => answers.length > 1, untilMs: world.nowMs + 500 });
  expect(answers.map(([token]) => token)).toEqual([1, 2, 3]);
  expect(log.recoveryPoint).toBe(3);
  node.powerLoss();
});

test('an fsync that fails before the answer refuses the appends and takes the directory offline', async () => {
  const { log, node, give, settle, answers } = await open({ flushMessages: 1 });
  node.disk.failNext({ operation: 'sync', path: '.log' });
  give(1, batch(['a']));
  give(2, batch(['b']));
  await settle();
  expect(answers.map(([, error]) => error)).toEqual([ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.KAFKA_STORAGE_ERROR]);
  expect(log.isOffline).toBe(true);
});

test('writes on the pool: one at a time, in order, what comes meanwhile follows in one', async () => {
  const { log, node, world, give, answers, settle } = await open({}, { writePolicy: { writesOnPool: () => true } });
  node.disk.faults.msMin = 5;
  give(1, batch(['a']));
  await world.run({ untilMs: world.nowMs + 2 });
  expect(log.isWriting).toBe(true);
  expect(log.logEndOffset).toBe(0);
  for (const token of [2, 3, 4]) give(token, batch([`v${token}`]));
  expect(log.stagedEndOffset).toBe(4);
  await settle();
  expect(answers).toEqual([1, 2, 3, 4].map((token) => [token, ErrorCode.NONE, token - 1]));
  expect(log.isWriting).toBe(false);
  expect(readAll(log).length).toBeGreaterThan(0);
});

test('a write on the pool that finds the disk full is cut back', async () => {
  const { log, node, give, answers, settle } = await open({}, { writePolicy: { writesOnPool: () => true } });
  give(1, batch(['a']));
  await settle();
  node.disk.failNext({ operation: 'write', path: '.log', code: 'ENOSPC' });
  give(2, batch(['b']));
  give(3, batch(['c']));
  await settle();
  give(4, batch(['d']));
  await settle();
  expect(answers.map(([, error, baseOffset]) => [error, baseOffset])).toEqual([
    [ErrorCode.NONE, 0],
    [ErrorCode.KAFKA_STORAGE_ERROR, -1],
    [ErrorCode.KAFKA_STORAGE_ERROR, -1],
    [ErrorCode.NONE, 1],
  ]);
  expect(log.logEndOffset).toBe(2);
  expect(readAll(log).length).toBe(
    node.disk.tree.file('read', `${DIRECTORY}/t-0/00000000000000000000.log`).content.size,
  );
});

test('a log that is cut during a write on the pool refuses it, and takes replicated records when it is done', async () => {
  const { log, node, world, give, answers, settle } = await open({}, { writePolicy: { writesOnPool: () => true } });
  give(1, batch(['a']));
  await settle();
  node.disk.faults.msMin = 20;
  give(2, batch(['b'.repeat(300)]));
  await world.run({ untilMs: world.nowMs + 1 });
  log.truncateTo(1);
  expect(answers[1]).toEqual([2, ErrorCode.NOT_LEADER_OR_FOLLOWER, -1]);
  const replicated = batch(['x'], { baseOffset: 1, partitionLeaderEpoch: 5 });
  expect(log.appendAsFollower(replicated).error).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  await world.finish(log.settled());
  expect(log.appendAsFollower(replicated).error).toBe(ErrorCode.NONE);
  expect(readAll(log, 1)).toEqual(replicated);
  expect(answers).toHaveLength(2);
  expect(readAll(log).length).toBe(
    node.disk.tree.file('read', `${DIRECTORY}/t-0/00000000000000000000.log`).content.size,
  );
});

test('a reader of a segment that is deleted meanwhile gets its bytes; of one that is cut, an error instead of others', async () => {
  const { log, give, settle } = await open({ segmentBytes: 200, fileDeleteDelayMs: 0, retentionBytes: 0 });
  for (let token = 0; token < 6; token++) {
    give(token, batch([`${token}`.repeat(60)]));
    await settle();
  }
  const first = log.read(0, 1000, 'log-end', true);
  const last = log.read(5, 1000, 'log-end', true);
  if (first.error !== 0 || last.error !== 0) throw new Error('unreadable');
  const expected = first.records.toBuffer();
  log.truncateTo(5);
  expect(() => last.records.toBuffer()).toThrow(/cut/);
  log.truncateFullyAndStartAt(50);
  await settle();
  expect(first.records.toBuffer()).toEqual(expected);
  first.records.release();
  last.records.release();
});
