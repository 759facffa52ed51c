import { DirectoryLockedError } from '@ottla/platform';
import { createSimulatedWorld } from '@ottla/platform/simulated';
import { ErrorCode } from '@ottla/protocol';
import { describe, expect, test } from 'vitest';
import { defaultLogConfig, InconsistentTopicIdError, LogManager, StorageError } from './index.ts';
import { parseLogDirectoryName } from './log-files.ts';
import { append, batch, DIRECTORY, openLog, openManager, readAll, testPlatform } from './test-support/logs.ts';

const ID = 'AAAAAAAAAAAAAAAAAAABAg';

async function names(platform: ReturnType<typeof testPlatform>, path = `${DIRECTORY}/t-0`): Promise<string[]> {
  return (await platform.disk.list(path)).map((entry) => entry.name);
}

test('a log has its topic id, for good', async () => {
  const platform = testPlatform();
  const manager = await openManager(platform);
  const log = await manager.create('t', 0, { topicId: ID });
  if (log instanceof StorageError) throw new Error(log.message);
  await append(log, batch(['a']));
  expect((await platform.disk.readFile(`${DIRECTORY}/t-0/partition.metadata`)).toString()).toBe(
    `version: 0\ntopic_id: ${ID}`,
  );
  expect(await manager.create('t', 0, { topicId: ID })).toBe(log);
  expect(await manager.create('t', 0, { topicId: 'AAAAAAAAAAAAAAAAAAABAw' })).toMatchObject({
    error: ErrorCode.INCONSISTENT_TOPIC_ID,
  });
  expect(() => {
    log.topicId = 'AAAAAAAAAAAAAAAAAAABAw';
  }).toThrow(InconsistentTopicIdError);
  await manager.shutdown({ clean: false });
  expect((await openManager(testPlatform(platform))).get('t', 0)?.topicId).toBe(ID);
});

test('a deleted log is gone at once; its files go later, also after a restart', async () => {
  const platform = testPlatform();
  const { manager, log } = await openLog(platform, { fileDeleteDelayMs: 3600000 });
  await append(log, batch(['a']));
  await manager.delete('t', 0);
  expect(manager.get('t', 0)).toBeUndefined();
  expect(log.isOffline).toBe(true);
  expect(await append(log, batch(['b']))).toMatchObject({ error: ErrorCode.KAFKA_STORAGE_ERROR });
  const renamed = (await names(platform, DIRECTORY)).filter((name) => name.startsWith('t-0'));
  expect(renamed).toEqual([expect.stringMatching(/^t-0\.[0-9a-f]{32}-delete$/)]);
  const fresh = await manager.create('t', 0, { topicId: undefined });
  expect(fresh instanceof StorageError ? fresh.message : fresh.logEndOffset).toBe(0);
  await manager.shutdown({ clean: true });
  const again = await openManager(testPlatform(platform), { fileDeleteDelayMs: 0 });
  await until(async () => (await names(platform, DIRECTORY)).every((name) => !name.endsWith('-delete')));
  expect([...again.logs()].map((one) => one.topic)).toEqual(['t']);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

test("checkpoints are in Kafka's form, and the log start and high watermark come back", async () => {
  const platform = testPlatform();
  const { manager, log } = await openLog(platform, { segmentBytes: 1 << 20 });
  for (let at = 0; at < 10; at++) await append(log, batch([`${at}`]));
  log.updateHighWatermark(8);
  log.incrementLogStartOffset(20);
  expect(log.logStartOffset).toBe(8);
  await log.flush();
  for (const kind of ['recovery-point', 'high-watermark', 'log-start-offset'] as const) await manager.checkpoint(kind);
  const text = async (name: string) => (await platform.disk.readFile(`${DIRECTORY}/${name}`)).toString();
  expect(await text('replication-offset-checkpoint')).toBe('0\n1\nt 0 8\n');
  expect(await text('log-start-offset-checkpoint')).toBe('0\n1\nt 0 8\n');
  // Within the active segment, which may yet get a successor at its end.
  expect(await text('recovery-point-offset-checkpoint')).toBe('0\n1\nt 0 9\n');
  await manager.shutdown({ clean: true });
  expect(await text('recovery-point-offset-checkpoint')).toBe('0\n1\nt 0 10\n');
  const again = (await openManager(testPlatform(platform))).get('t', 0);
  expect(again).toMatchObject({ logStartOffset: 8, highWatermark: 8, logEndOffset: 10, recoveryPoint: 10 });
  expect(again?.read(7, 100, 'log-end', true)).toEqual({ error: ErrorCode.OFFSET_OUT_OF_RANGE });
});

test('an index of garbage does not move the end of the log after a clean stop', async () => {
  const platform = testPlatform();
  const { manager, log } = await openLog(platform);
  for (let at = 0; at < 3; at++) await append(log, batch([`${at}`]));
  await manager.shutdown({ clean: true });
  await platform.disk.replaceFile(`${DIRECTORY}/t-0/00000000000000000000.index`, Buffer.alloc(4001, 'garbage '));
  const again = (await openManager(testPlatform(platform))).get('t', 0);
  if (again === undefined) throw new Error('the log is gone');
  expect(again.logEndOffset).toBe(3);
  expect(await append(again, batch(['3']))).toMatchObject({ error: ErrorCode.NONE, baseOffset: 3 });
  expect(readAll(again).length).toBeGreaterThan(0);
});

test('a checkpoint that is damaged makes recovery read more, not fail', async () => {
  const platform = testPlatform();
  const { manager, log } = await openLog(platform);
  await append(log, batch(['a']));
  await manager.shutdown({ clean: true });
  await platform.disk.unlink(`${DIRECTORY}/.kafka_cleanshutdown`);
  await platform.disk.replaceFile(`${DIRECTORY}/recovery-point-offset-checkpoint`, '0\n2\nt 0 1\n');
  await platform.disk.replaceFile(`${DIRECTORY}/t-0/leader-epoch-checkpoint`, '0\n7\n');
  const again = (await openManager(testPlatform(platform))).get('t', 0);
  expect(again).toMatchObject({ logEndOffset: 1, latestEpoch: 0 });
});

test('a kill while lost leader epochs are read from the batches leaves no part of them', async () => {
  for (let calls = 1; calls < 60; calls++) {
    const world = createSimulatedWorld(calls);
    const node = world.node('broker');
    const { log, manager } = await world.finish(openLog(node.platform, { segmentBytes: 300 }));
    for (const leaderEpoch of [2, 5, 9]) await world.finish(append(log, batch(['x'.repeat(150)]), { leaderEpoch }));
    const { entries } = log.state.epochs;
    await world.finish(manager.shutdown({ clean: true }));
    for (const name of ['.kafka_cleanshutdown', 't-0/leader-epoch-checkpoint']) {
      await world.finish(node.platform.disk.unlink(`${DIRECTORY}/${name}`));
    }
    node.kill();
    const platform = node.restart();
    node.disk.killAfterCalls(calls, 'kill');
    const starting = openManager(platform, { segmentBytes: 300 });
    void starting.catch(() => undefined);
    await world.run({ until: () => !node.running, untilMs: world.nowMs + 1000 });
    if (node.running) node.kill();
    node.disk.cancelInjected();
    const again = (await world.finish(openManager(node.restart(), { segmentBytes: 300 }))).get('t', 0);
    expect([calls, again?.state.epochs.entries]).toEqual([calls, entries]);
  }
});

test('the mark of an orderly stop is gone as soon as the logs are opened', async () => {
  const platform = testPlatform();
  const { manager } = await openLog(platform);
  await manager.shutdown({ clean: true, brokerEpoch: 77 });
  const mark = `${DIRECTORY}/.kafka_cleanshutdown`;
  expect((await platform.disk.readFile(mark)).toString()).toBe('{"version":0,"brokerEpoch":77}');
  const second = await openManager(testPlatform(platform));
  expect(second.previousBrokerEpoch).toBe(77);
  expect(await platform.disk.stat(mark)).toBeUndefined();
});

test.each([
  ['a-b-3', { topic: 'a-b', partition: 3, kind: 'current' }],
  ['a.b-0', { topic: 'a.b', partition: 0, kind: 'current' }],
  ['t-0.0123456789abcdef0123456789abcdef-delete', { topic: 't', partition: 0, kind: 'delete' }],
  ['t-0.0123456789abcdef0123456789abcdef-stray', { topic: 't', partition: 0, kind: 'stray' }],
  ['t-0.0123456789abcdef0123456789abcdef-future', { topic: 't', partition: 0, kind: 'future' }],
  ['lost+found', undefined],
  ['t-x', undefined],
  ['-1', undefined],
])('directory name %s', (name, expected) => {
  expect(parseLogDirectoryName(name)).toEqual(expected);
});

test('directories that are no logs are left alone', async () => {
  const platform = testPlatform();
  for (const name of ['lost+found', '__cluster_metadata-0', 't-1.0123456789abcdef0123456789abcdef-future']) {
    await platform.disk.makeDirectory(`${DIRECTORY}/${name}`);
  }
  const manager = await openManager(platform);
  expect([...manager.logs()]).toEqual([]);
  expect(await names(platform, DIRECTORY)).toContain('lost+found');
});

test('a directory that another broker holds is refused', async () => {
  const platform = testPlatform();
  const locked = { ...platform, locks: { lock: () => Promise.reject(new DirectoryLockedError(DIRECTORY, 12)) } };
  await expect(openManager(locked)).rejects.toThrow(/Failed to acquire lock on file \.lock in \/data/);
});

test('a topic id whose file lost its content in a power loss may be assigned again', async () => {
  const platform = testPlatform();
  const { manager } = await openLog(platform);
  await manager.shutdown({ clean: false });
  await platform.disk.replaceFile(`${DIRECTORY}/t-0/partition.metadata`, Buffer.alloc(40));
  const again = (await openManager(testPlatform(platform))).get('t', 0);
  if (again === undefined) throw new Error('The log is gone');
  expect(again.topicId).toBeUndefined();
  again.topicId = ID;
  expect(await again.flush()).toBe(true);
  expect((await openManager(testPlatform(platform))).get('t', 0)?.topicId).toBe(ID);
});

test.each([
  [1, 1, undefined],
  [1, 0, '/one/t-0'],
  [0, 2, '/two/t-0'],
])('one log in two directories, with %i and %i records: the empty one goes', async (inOne, inTwo, kept) => {
  const world = createSimulatedWorld(1);
  const { platform } = world.node('broker');
  for (const [directory, records] of [['/one', inOne] as const, ['/two', inTwo] as const]) {
    const manager = new LogManager({ platform, logDirectories: [directory], configFor: () => defaultLogConfig });
    await world.finish(manager.start());
    const log = await world.finish(manager.create('t', 0, { topicId: undefined }));
    if (log instanceof StorageError) throw new Error(log.message);
    for (let at = 0; at < records; at++) await world.finish(append(log, batch([`${at}`])));
    await world.finish(manager.shutdown({ clean: true }));
  }
  const both = new LogManager({ platform, logDirectories: ['/one', '/two'], configFor: () => defaultLogConfig });
  if (kept === undefined) {
    await expect(world.finish(both.start())).rejects.toThrow(/Duplicate log directories for t-0/);
    return;
  }
  await world.finish(both.start());
  expect([...both.logs()].map(({ directory, logEndOffset }) => [directory, logEndOffset])).toEqual([
    [kept, inOne + inTwo],
  ]);
  await world.finish(both.shutdown({ clean: true }));
});

describe('what a crash left in a log directory', () => {
  /** Three segments at 0, 2 and 4; the files of the second copied under other names. */
  async function prepare() {
    const platform = testPlatform();
    const { manager, log } = await openLog(platform, { segmentBytes: 160 });
    for (let at = 0; at < 6; at++) await append(log, batch([`${at}`]));
    expect(log.segmentCount).toBe(3);
    const before = readAll(log);
    await manager.shutdown({ clean: true });
    const copy = async (from: string, to: string) =>
      platform.disk.replaceFile(`${DIRECTORY}/t-0/${to}`, await platform.disk.readFile(`${DIRECTORY}/t-0/${from}`));
    return { platform, before, copy, reopen: () => openManager(testPlatform(platform), { segmentBytes: 160 }) };
  }

  const SECOND = '00000000000000000002';

  test('.deleted and .tmp files go', async () => {
    const { platform, before, copy, reopen } = await prepare();
    await copy(`${SECOND}.log`, '00000000000000000009.log.deleted');
    await copy(`${SECOND}.index`, 'leader-epoch-checkpoint.tmp');
    const log = (await reopen()).get('t', 0);
    if (log === undefined) throw new Error('gone');
    expect(readAll(log)).toEqual(before);
    expect((await names(platform)).filter((name) => /deleted|tmp/.test(name))).toEqual([]);
  });

  test('a .swap segment takes the place of those it covers', async () => {
    const { platform, before, copy, reopen } = await prepare();
    for (const suffix of ['log', 'index', 'timeindex']) {
      await copy(`${SECOND}.${suffix}`, `${SECOND}.${suffix}.swap`);
    }
    // The one it replaces was not yet taken away.
    await platform.disk.replaceFile(`${DIRECTORY}/t-0/${SECOND}.log`, 'garbage');
    const log = (await reopen()).get('t', 0);
    if (log === undefined) throw new Error('gone');
    expect(readAll(log)).toEqual(before);
    expect((await names(platform)).filter((name) => name.endsWith('swap'))).toEqual([]);
  });

  test('a .cleaned segment goes, and with it the .swap of the same operation', async () => {
    const { platform, before, copy, reopen } = await prepare();
    await copy(`${SECOND}.log`, '00000000000000000000.log.cleaned');
    await platform.disk.replaceFile(`${DIRECTORY}/t-0/${SECOND}.log.swap`, 'half');
    const log = (await reopen()).get('t', 0);
    if (log === undefined) throw new Error('gone');
    expect(readAll(log)).toEqual(before);
    expect((await names(platform)).filter((name) => /cleaned|swap/.test(name))).toEqual([]);
  });

  test('bytes of an older epoch behind a newer one are of a time before a cut: the log ends before them', async () => {
    const platform = testPlatform();
    const stale = batch(['old'], { baseOffset: 1, partitionLeaderEpoch: 3 });
    const kept = batch(['new'], { baseOffset: 0, partitionLeaderEpoch: 5 });
    await platform.disk.makeDirectory(`${DIRECTORY}/t-0`);
    await platform.disk.replaceFile(`${DIRECTORY}/t-0/00000000000000000000.log`, Buffer.concat([kept, stale]));
    const log = (await openManager(platform)).get('t', 0);
    expect(log).toMatchObject({ logEndOffset: 1, latestEpoch: 5, sizeBytes: kept.length });
  });

  test('an index without its log goes, a log without its index gets one', async () => {
    const { platform, before, copy, reopen } = await prepare();
    await copy(`${SECOND}.index`, '00000000000000000077.index');
    await platform.disk.unlink(`${DIRECTORY}/t-0/${SECOND}.index`);
    const manager = await reopen();
    const log = manager.get('t', 0);
    if (log === undefined) throw new Error('gone');
    expect(readAll(log)).toEqual(before);
    expect(log.read(3, 100, 'log-end', true).error).toBe(0);
    expect(await names(platform)).toContain(`${SECOND}.index`);
    expect(await names(platform)).not.toContain('00000000000000000077.index');
  });
});
