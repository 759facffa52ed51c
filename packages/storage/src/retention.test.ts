import { readBatches } from '@ottla/protocol/records';
import { expect, test } from 'vitest';
import type { LogConfig } from './log-config.ts';
import { deleteOldSegments } from './retention.ts';
import { append, batch, DIRECTORY, openLog, testPlatform } from './test-support/logs.ts';

const NOW = 1700000000000;

/** Ten batches of 200 bytes and one second apart, five to a segment, the last a second ago. */
async function tenBatches(config: Partial<LogConfig>, timestamps = true) {
  const platform = testPlatform();
  platform.wallMs = NOW;
  const { log } = await openLog(platform, { segmentBytes: 1000, retentionMs: -1, ...config });
  for (let at = 0; at < 10; at++) {
    const timestamp = timestamps ? NOW - (10 - at) * 1000 : -1;
    const value = 'x'.repeat(129);
    await append(log, batch([{ timestamp, key: 'k', value }]));
  }
  log.updateHighWatermark(10);
  expect(log.segmentCount).toBe(2);
  expect(log.sizeBytes).toBe(2000);
  return { log, platform };
}

test('by time: segments go whose newest record is too old', async () => {
  const { log } = await tenBatches({ retentionMs: 6000 });
  expect(deleteOldSegments(log.state)).toBe(0);
  const younger = await tenBatches({ retentionMs: 5999 });
  expect(deleteOldSegments(younger.log.state)).toBe(1);
  expect(younger.log).toMatchObject({ logStartOffset: 5, logEndOffset: 10, segmentCount: 1 });
});

test('all of them: an empty segment is left to write to', async () => {
  const { log, platform } = await tenBatches({ retentionMs: 0 });
  expect(deleteOldSegments(log.state)).toBe(2);
  expect(log).toMatchObject({ logStartOffset: 10, logEndOffset: 10, segmentCount: 1 });
  expect(await append(log, batch(['next']))).toMatchObject({ baseOffset: 10 });
  const files = (await platform.disk.list(`${DIRECTORY}/t-0`)).map((entry) => entry.name);
  expect(files).toContain('00000000000000000000.log.deleted');
  expect(files).toContain('00000000000000000010.log');
});

test('not the one that is being written to: its records would be where nobody looks', async () => {
  const { log } = await tenBatches({ segmentBytes: 1200, retentionMs: 0, flushMessages: 1 });
  // The bytes are in the file, the flush is under way.
  const answer = append(log, batch(['next']));
  log.writer.writeStaged();
  expect(log.isWriting).toBe(true);
  expect(deleteOldSegments(log.state)).toBe(1);
  expect(await answer).toMatchObject({ baseOffset: 10 });
  expect(log).toMatchObject({ logStartOffset: 6, logEndOffset: 11, segmentCount: 1 });
  log.updateHighWatermark(11);
  const read = log.read(10, 1000, 'high-watermark', true);
  if (read.error !== 0) throw new Error(`error ${read.error}`);
  expect([...readBatches(read.records.toBuffer())].map(({ baseOffset }) => baseOffset)).toEqual([10]);
  expect(deleteOldSegments(log.state)).toBe(1);
});

test('records without timestamps count from when they were written', async () => {
  const { log, platform } = await tenBatches({ retentionMs: 1000 }, false);
  expect(deleteOldSegments(log.state)).toBe(0);
  platform.wallMs = NOW + 1001;
  expect(deleteOldSegments(log.state)).toBe(2);
});

test('by size: the oldest go while the log is too large without them', async () => {
  for (const [retentionBytes, removed] of [
    [2000, 0],
    [1001, 0],
    [1000, 1],
    [0, 2],
  ]) {
    const { log } = await tenBatches({ retentionBytes });
    expect([retentionBytes, deleteOldSegments(log.state)]).toEqual([retentionBytes, removed]);
  }
});

test('nothing at or beyond the high watermark goes', async () => {
  const { log } = await tenBatches({ retentionMs: 0 });
  log.updateHighWatermark(7);
  expect(deleteOldSegments(log.state)).toBe(1);
  expect(log.logStartOffset).toBe(5);
});

test('a compacted topic keeps its old segments, but not what lies below the log start', async () => {
  const { log } = await tenBatches({ retentionMs: 0, compact: true, deleteOld: false });
  expect(deleteOldSegments(log.state)).toBe(0);
  log.incrementLogStartOffset(6);
  expect(deleteOldSegments(log.state)).toBe(1);
  expect(log).toMatchObject({ logStartOffset: 6, segmentCount: 1 });
});

test('segments roll by size, by the age of their records, and when an index is full', async () => {
  const bySize = await openLog(testPlatform(), { segmentBytes: 2 * batch(['x'.repeat(30)]).length });
  for (let at = 0; at < 6; at++) await append(bySize.log, batch(['x'.repeat(30)]));
  expect(bySize.log.segmentCount).toBe(3);
  const byAge = await openLog(testPlatform(), { segmentMs: 1000 });
  for (const timestamp of [5000, 5500, 6000, 6001, 6500, 9000]) await append(byAge.log, batch([{ timestamp }]));
  expect(byAge.log.segmentCount).toBe(3);
  const byIndex = await openLog(testPlatform(), { indexBytesMax: 24, indexIntervalBytes: 0 });
  for (let at = 0; at < 20; at++) await append(byIndex.log, batch([{ timestamp: at }]));
  expect(byIndex.log.segmentCount).toBeGreaterThan(5);
});

test('lookups by time', async () => {
  const { log } = await openLog(testPlatform(), { segmentBytes: 250, indexIntervalBytes: 50 });
  const stamps = [100, 300, 200, 400, 350, 700, 500, 600];
  for (const timestamp of stamps) await append(log, batch([{ timestamp }, { timestamp: timestamp + 1 }]));
  log.updateHighWatermark(16);
  for (let wanted = 90; wanted < 720; wanted += 7) {
    const flat = stamps.flatMap((timestamp) => [timestamp, timestamp + 1]);
    const offset = flat.findIndex((timestamp) => timestamp >= wanted);
    const expected = offset < 0 ? undefined : { timestamp: flat[offset], offset, leaderEpoch: 0 };
    expect(log.offsetForTimestamp(wanted)).toEqual(expected);
  }
  expect(log.maxTimestampOffset()).toEqual({ timestamp: 701, offset: 11, leaderEpoch: 0 });
  expect(log.legacyOffsetsBefore(-1, 100)[0]).toBe(16);
  expect(log.legacyOffsetsBefore(-2, 100)).toEqual([0]);
  expect(log.legacyOffsetsBefore(0, 100)).toEqual([]);
  expect(log.legacyOffsetsBefore(-1, 2)).toHaveLength(2);
});
