import { ErrorCode } from '@ottla/protocol';
import { decodeRecords, readBatches } from '@ottla/protocol/records';
import { expect, test } from 'vitest';
import type { AppendResult } from './index.ts';
import { append, batch, CLIENT, openLog, openManager, readAll, testPlatform } from './test-support/logs.ts';

function values(bytes: Buffer): string[] {
  return [...readBatches(bytes)].flatMap((one) =>
    decodeRecords(one.buffer, one.start).map((record) => `${record.offset}=${record.value?.toString() ?? 'null'}`),
  );
}

test('appends of one turn are staged, written together and answered in order', async () => {
  const { log } = await openLog(testPlatform());
  const answers: [number, AppendResult][] = [];
  const sink = { appended: (token: number, result: AppendResult) => answers.push([token, result]) };
  for (const token of [1, 2, 3]) expect(log.appendAsLeader(batch(['a', 'b']), CLIENT, sink, token)).toBeUndefined();
  expect(log.logEndOffset).toBe(0);
  expect(log.stagedEndOffset).toBe(6);
  expect(answers).toEqual([]);
  await append(log, batch(['last']));
  expect(answers.map(([token, result]) => [token, result.error, result.baseOffset, result.lastOffset])).toEqual([
    [1, 0, 0, 1],
    [2, 0, 2, 3],
    [3, 0, 4, 5],
  ]);
  expect(values(readAll(log))).toEqual(['0=a', '1=b', '2=a', '3=b', '4=a', '5=b', '6=last']);
});

test('the leader epoch is stamped into batches and noted where it begins', async () => {
  const { log } = await openLog(testPlatform());
  log.assignEpoch(3);
  await append(log, batch(['a']), { leaderEpoch: 3 });
  await append(log, batch(['b']), { leaderEpoch: 5 });
  expect([...readBatches(readAll(log))].map((one) => one.partitionLeaderEpoch)).toEqual([3, 5]);
  expect(log.latestEpoch).toBe(5);
  expect(log.endOffsetForEpoch(3)).toEqual({ epoch: 3, endOffset: 1 });
  expect(log.endOffsetForEpoch(4)).toEqual({ epoch: 3, endOffset: 1 });
  expect(log.endOffsetForEpoch(5)).toEqual({ epoch: 5, endOffset: 2 });
  expect(log.endOffsetForEpoch(6)).toEqual({ epoch: -1, endOffset: -1 });
});

test('an append of an older epoch than the log has seen is refused: it is a deposed leader speaking', async () => {
  const { log } = await openLog(testPlatform());
  log.assignEpoch(3);
  expect(await append(log, batch(['a']), { leaderEpoch: 2 })).toMatchObject({
    error: ErrorCode.NOT_LEADER_OR_FOLLOWER,
  });
});

test('an epoch that a leader begins without writing is on file before assignEpoch returns', async () => {
  const platform = testPlatform();
  const { log } = await openLog(platform);
  log.assignEpoch(7);
  expect((await platform.disk.readFile('/data/t-0/leader-epoch-checkpoint')).toString()).toBe('0\n1\n7 0\n');
});

test('an epoch of a log that nobody else has waits for the flush, and comes back from the batches after a crash', async () => {
  const platform = testPlatform();
  const { log, manager } = await openLog(platform);
  const file = async () => (await platform.disk.readFile('/data/t-0/leader-epoch-checkpoint')).toString();
  log.assignEpoch(1, false);
  await append(log, batch(['a']), { leaderEpoch: 1 });
  expect(await file()).toBe('0\n1\n1 0\n');
  log.assignEpoch(2, false);
  await append(log, batch(['b']), { leaderEpoch: 2 });
  expect([await file(), log.endOffsetForEpoch(1)]).toEqual(['0\n1\n1 0\n', { epoch: 1, endOffset: 1 }]);
  await manager.shutdown({ clean: false });
  const again = await openLog(testPlatform(platform));
  expect(again.log.endOffsetForEpoch(1)).toEqual({ epoch: 1, endOffset: 1 });
  again.log.assignEpoch(3, false);
  await append(again.log, batch(['c']), { leaderEpoch: 3 });
  await again.log.flush();
  expect(await file()).toBe('0\n3\n1 0\n2 1\n3 2\n');
});

test('reads stop at the limit of the reader and tell where it stands', async () => {
  const { log } = await openLog(testPlatform());
  for (const value of ['a', 'b', 'c']) await append(log, batch([value]));
  log.updateHighWatermark(2);
  const seen = (upTo: 'log-end' | 'high-watermark'): string[] => {
    const outcome = log.read(0, 1 << 20, upTo, true);
    if (outcome.error !== ErrorCode.NONE) throw new Error('unreadable');
    const found = values(outcome.records.toBuffer());
    outcome.records.release();
    return found;
  };
  expect(seen('high-watermark')).toEqual(['0=a', '1=b']);
  expect(seen('log-end')).toEqual(['0=a', '1=b', '2=c']);
  const atLimit = log.read(2, 100, 'high-watermark', true);
  expect(atLimit).toMatchObject({ error: 0, highWatermark: 2, logStartOffset: 0 });
  expect(log.read(4, 100, 'log-end', true)).toEqual({ error: ErrorCode.OFFSET_OUT_OF_RANGE });
});

test('maxBytes is kept, except for the one batch that a reader must get', async () => {
  const { log } = await openLog(testPlatform());
  const bytes = batch(['a'.repeat(500)]);
  await append(log, bytes);
  await append(log, batch(['b']));
  const one = log.read(0, 10, 'log-end', true);
  expect(one).toMatchObject({ error: 0, firstBatchIncomplete: false });
  if (one.error === 0) expect(one.records.sizeBytes).toBe(bytes.length);
  const cut = log.read(0, 10, 'log-end', false);
  expect(cut).toMatchObject({ error: 0, firstBatchIncomplete: true });
  if (cut.error === 0) expect(cut.records.sizeBytes).toBe(10);
});

test('what was read tells where it lies in its file, until that is cut off', async () => {
  const { log } = await openLog(testPlatform());
  for (const value of ['a', 'b', 'c']) await append(log, batch([value]));
  const outcome = log.read(1, 1 << 20, 'log-end', true);
  if (outcome.error !== ErrorCode.NONE) throw new Error('unreadable');
  const { records } = outcome;
  const whole = records.toBuffer();
  const range = records.fileRange?.(10, whole.length - 10);
  const target = Buffer.alloc(whole.length - 10);
  expect(range?.file.readSync(target, 0, target.length, range.position)).toBe(target.length);
  expect(target.equals(whole.subarray(10))).toBe(true);
  log.truncateTo(2);
  expect(() => records.fileRange?.(0, whole.length)).toThrow('ENODATA');
  expect(records.fileRange?.(0, whole.length / 2).position).toBe(batch(['a']).length);
  records.release();
});

test('a log survives an orderly stop, and a stop without order, as it was', async () => {
  const platform = testPlatform();
  const first = await openLog(platform);
  for (let index = 0; index < 20; index++) await append(first.log, batch([`v${index}`]), { leaderEpoch: index });
  first.log.updateHighWatermark(15);
  const before = readAll(first.log);
  await first.manager.shutdown({ clean: true, brokerEpoch: 42 });
  const second = await openManager(testPlatform(platform));
  const log = second.get('t', 0);
  expect(second.previousBrokerEpoch).toBe(42);
  expect(log).toMatchObject({ logEndOffset: 20, highWatermark: 15, latestEpoch: 19 });
  if (log === undefined) throw new Error('gone');
  expect(readAll(log)).toEqual(before);
  await append(log, batch(['more']), { leaderEpoch: 20 });
  await second.shutdown({ clean: false });
  const third = await openManager(testPlatform(platform));
  expect(third.previousBrokerEpoch).toBeUndefined();
  expect(third.get('t', 0)).toMatchObject({ logEndOffset: 21, highWatermark: 15 });
});

test('a follower keeps offsets and epochs, and refuses what does not fit', async () => {
  const { log } = await openLog(testPlatform());
  const records = Buffer.concat([
    batch(['a', 'b'], { baseOffset: 0, partitionLeaderEpoch: 1 }),
    batch(['c'], { baseOffset: 2, partitionLeaderEpoch: 4 }),
  ]);
  expect(log.appendAsFollower(Buffer.concat([records, records.subarray(0, 30)]))).toMatchObject({
    error: ErrorCode.NONE,
    baseOffset: 0,
    lastOffset: 2,
  });
  expect(log.logEndOffset).toBe(3);
  expect(log.endOffsetForEpoch(1)).toEqual({ epoch: 1, endOffset: 2 });
  expect(readAll(log)).toEqual(records);
  expect(log.appendAsFollower(records).error).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
  const damaged = batch(['d'], { baseOffset: 3 });
  damaged[damaged.length - 1] ^= 1;
  expect(log.appendAsFollower(damaged).error).toBe(ErrorCode.CORRUPT_MESSAGE);
  const later = batch(['d'], { baseOffset: 3, partitionLeaderEpoch: 9 });
  expect(log.appendAsFollower(later, 8)).toMatchObject({ error: ErrorCode.NONE, lastOffset: -1 });
  expect(log.logEndOffset).toBe(3);
});

test('truncation takes records, epochs and the high watermark with it', async () => {
  const platform = testPlatform();
  const { log, manager } = await openLog(platform, { segmentBytes: 200 });
  for (let index = 0; index < 12; index++) await append(log, batch([`v${index}`]), { leaderEpoch: index });
  log.updateHighWatermark(11);
  expect(log.segmentCount).toBeGreaterThan(3);
  log.truncateTo(5);
  expect(log).toMatchObject({ logEndOffset: 5, highWatermark: 5, latestEpoch: 4 });
  await append(log, batch(['new']), { leaderEpoch: 20 });
  expect(values(readAll(log))).toEqual(['0=v0', '1=v1', '2=v2', '3=v3', '4=v4', '5=new']);
  log.truncateFullyAndStartAt(100);
  expect(log).toMatchObject({ logStartOffset: 100, logEndOffset: 100, highWatermark: 100, latestEpoch: undefined });
  await append(log, batch(['x']), { leaderEpoch: 21 });
  await manager.shutdown({ clean: true });
  const again = (await openManager(testPlatform(platform))).get('t', 0);
  expect(again).toMatchObject({ logStartOffset: 100, logEndOffset: 101 });
});
