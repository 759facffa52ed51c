import { createSimulatedWorld } from '@ottla/platform/simulated';
import { ErrorCode } from '@ottla/protocol';
import { buildEndTransactionMarker } from '@ottla/protocol/records';
import { expect, test } from 'vitest';
import type { AppendResult, Log } from './index.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';
import { ProducerStateEntry } from './producer-state-entry.ts';
import { deleteOldSegments } from './retention.ts';
import { append, batch, CLIENT, openLog, openManager, testPlatform } from './test-support/logs.ts';

const NOW = 1700000000000;

function from(
  producerId: number,
  baseSequence: number,
  options: { epoch?: number; txn?: boolean; count?: number } = {},
) {
  const records = Array.from({ length: options.count ?? 1 }, (_, at) => ({
    timestamp: NOW,
    value: `${baseSequence + at}`,
  }));
  return batch(records, {
    producerId,
    producerEpoch: options.epoch ?? 0,
    baseSequence,
    isTransactional: options.txn ?? false,
  });
}

function end(log: Log, producerId: number, type: 'COMMIT' | 'ABORT', coordinatorEpoch = 0, producerEpoch = 0) {
  const marker = buildEndTransactionMarker({ type, coordinatorEpoch, producerId, producerEpoch, timestamp: NOW });
  return append(log, marker, { origin: 'coordinator' });
}

test('batches of one turn are checked on top of each other, and a retry within it is answered after the first', async () => {
  const { log } = await openLog(testPlatform());
  const answers: [number, AppendResult][] = [];
  const sink = { appended: (token: number, result: AppendResult) => answers.push([token, result]) };
  const give = (token: number, bytes: Buffer) => log.appendAsLeader(bytes, CLIENT, sink, token);
  expect(give(1, from(7, 0, { count: 2 }))).toBeUndefined();
  expect(give(2, from(7, 2))).toBeUndefined();
  expect(give(3, from(7, 9))).toMatchObject({ error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER });
  expect(give(4, from(7, 0, { count: 2 }))).toBeUndefined();
  expect(give(5, from(7, 3))).toBeUndefined();
  expect(log.stagedEndOffset).toBe(4);
  await append(log, batch(['other']));
  expect(answers.map(([token, result]) => [token, result.error, result.baseOffset, result.lastOffset])).toEqual([
    [1, ErrorCode.NONE, 0, 1],
    [2, ErrorCode.NONE, 2, 2],
    [4, ErrorCode.NONE, 0, 1],
    [5, ErrorCode.NONE, 3, 3],
  ]);
  expect(log.logEndOffset).toBe(5);
  expect(give(6, from(7, 2))).toMatchObject({
    error: ErrorCode.NONE,
    baseOffset: 2,
    lastOffset: 2,
    logAppendTime: NOW,
  });
});

test('a producer whose first batches could not be written begins with these, not with what it sent behind them', async () => {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const { log } = await world.finish(openLog(node.platform));
  const give = async (...batches: Buffer[]) => {
    const answers = await world.finish(Promise.all(batches.map((bytes) => append(log, bytes))));
    return Math.max(...answers.map(({ error }) => error));
  };
  node.disk.failNext({ operation: 'write', path: '.log', code: 'ENOSPC' });
  expect(await give(from(7, 0), from(7, 1))).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect(await give(from(7, 2))).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  expect(await give(from(7, 1, { epoch: 1 }))).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  expect(await give(from(8, 5))).toBe(ErrorCode.NONE);
  expect(await give(from(7, 0))).toBe(ErrorCode.NONE);
  expect(await give(from(7, 1))).toBe(ErrorCode.NONE);
  // A new epoch begins anew.
  node.disk.failNext({ operation: 'write', path: '.log', code: 'ENOSPC' });
  expect(await give(from(9, 3))).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect(await give(from(9, 0, { epoch: 1 }))).toBe(ErrorCode.NONE);
});

test('what a failed write dropped was never seen: its sequence comes again', async () => {
  const { log } = await openLog(testPlatform());
  await append(log, from(7, 0));
  const answers: AppendResult[] = [];
  const sink = { appended: (_: number, result: AppendResult) => answers.push(result) };
  log.appendAsLeader(from(7, 1), CLIENT, sink, 0);
  log.truncateTo(1);
  expect(answers).toMatchObject([{ error: ErrorCode.NOT_LEADER_OR_FOLLOWER }]);
  expect(await append(log, from(7, 2))).toMatchObject({ error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER });
  expect(await append(log, from(7, 1))).toMatchObject({ error: ErrorCode.NONE, baseOffset: 1 });
});

test('the last stable offset waits for the first open transaction, and for its marker to be replicated', async () => {
  const { log } = await openLog(testPlatform());
  await append(log, batch(['plain']));
  await append(log, from(1, 0, { txn: true }));
  await append(log, from(2, 0, { txn: true }));
  log.updateHighWatermark(3);
  expect(log.lastStableOffset).toBe(1);
  expect([log.hasOngoingTransaction(1, 0), log.hasOngoingTransaction(1, 1), log.hasOngoingTransaction(3, 0)]).toEqual([
    true,
    false,
    false,
  ]);
  await end(log, 1, 'COMMIT');
  expect(log.lastStableOffset).toBe(1);
  log.updateHighWatermark(4);
  expect(log.lastStableOffset).toBe(2);
  await end(log, 2, 'ABORT');
  log.updateHighWatermark(5);
  expect(log.lastStableOffset).toBe(5);
  expect(log.abortedTransactions(0, 5)).toEqual([{ producerId: 2, firstOffset: 2 }]);
  expect(log.abortedTransactions(5, 6)).toEqual([]);
});

test('a reader of committed data stops at the last stable offset and is told what was aborted', async () => {
  const { log } = await openLog(testPlatform());
  await append(log, from(1, 0, { txn: true, count: 3 }));
  await end(log, 1, 'ABORT');
  await append(log, from(1, 3, { txn: true }));
  log.updateHighWatermark(5);
  const read = log.read(0, 1 << 20, 'last-stable', true);
  if (read.error !== 0) throw new Error('unreadable');
  expect(read.lastStableOffset).toBe(4);
  expect(read.abortedTransactions).toEqual([{ producerId: 1, firstOffset: 0 }]);
  const all = log.read(0, 1 << 20, 'high-watermark', true);
  if (all.error !== 0) throw new Error('unreadable');
  expect(all.abortedTransactions).toBeNull();
  expect(read.records.sizeBytes).toBeLessThan(all.records.sizeBytes);
});

test('within a transaction only transactional batches, and markers of no older coordinator', async () => {
  const { log } = await openLog(testPlatform());
  await append(log, from(1, 0, { txn: true }));
  expect(await append(log, from(1, 1))).toMatchObject({ error: ErrorCode.INVALID_TXN_STATE });
  expect(await end(log, 1, 'COMMIT', 5)).toMatchObject({ error: ErrorCode.NONE });
  expect(await end(log, 1, 'COMMIT', 4)).toMatchObject({ error: ErrorCode.TRANSACTION_COORDINATOR_FENCED });
  expect(await end(log, 1, 'ABORT', 6, -1)).toMatchObject({ error: ErrorCode.INVALID_PRODUCER_EPOCH });
});

test('a marker with a new epoch fences the old one; the new one begins with sequence 0', async () => {
  const { log } = await openLog(testPlatform());
  await append(log, from(1, 0, { txn: true, count: 4 }));
  await end(log, 1, 'ABORT', 0, 1);
  expect(await append(log, from(1, 4, { txn: true }))).toMatchObject({ error: ErrorCode.INVALID_PRODUCER_EPOCH });
  expect(await append(log, from(1, 4, { txn: true, epoch: 1 }))).toMatchObject({
    error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  });
  expect(await append(log, from(1, 0, { txn: true, epoch: 1 }))).toMatchObject({ error: ErrorCode.NONE });
});

test('producers outlive a stop, a roll and a cut', async () => {
  const platform = testPlatform();
  platform.wallMs = NOW;
  const { log, manager } = await openLog(platform, { segmentBytes: 300 });
  for (let sequence = 0; sequence < 20; sequence++) await append(log, from(9, sequence));
  expect(log.segmentCount).toBeGreaterThan(3);
  log.truncateTo(12);
  expect(log.producers()).toMatchObject([{ producerId: 9, lastSequence: 11 }]);
  expect(await append(log, from(9, 11))).toMatchObject({ error: ErrorCode.NONE, baseOffset: 11 });
  expect(await append(log, from(9, 12))).toMatchObject({ error: ErrorCode.NONE, baseOffset: 12 });
  await manager.shutdown({ clean: true });
  const next = testPlatform(platform);
  next.wallMs = NOW;
  const again = (await openManager(next)).get('t', 0);
  if (again === undefined) throw new Error('gone');
  expect(again.producers()).toMatchObject([{ producerId: 9, lastSequence: 12 }]);
  expect(await append(again, from(9, 12))).toMatchObject({ error: ErrorCode.NONE, baseOffset: 12 });
  expect(await append(again, from(9, 14))).toMatchObject({ error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER });
});

test('a retry is known for one after a restart, also when retention took all records', async () => {
  const platform = testPlatform();
  const { log, manager } = await openLog(platform, { retentionMs: 1000 });
  platform.wallMs = NOW + 500;
  await append(log, from(7, 0));
  log.updateHighWatermark(1);
  platform.wallMs = NOW + 5000;
  expect(deleteOldSegments(log.state)).toBe(1);
  expect(log).toMatchObject({ logStartOffset: 1, logEndOffset: 1 });
  await manager.shutdown({ clean: true });
  const restarted = testPlatform(platform);
  restarted.wallMs = platform.wallMs;
  const again = (await openManager(restarted)).get('t', 0);
  if (again === undefined) throw new Error('The log is gone');
  expect(await append(again, from(7, 0))).toMatchObject({ error: ErrorCode.NONE, baseOffset: 0 });
  expect(again.logEndOffset).toBe(1);
});

test('a producer that was silent too long is forgotten, unless it has a transaction open', async () => {
  const platform = testPlatform();
  platform.wallMs = NOW;
  const { log } = await openLog(platform);
  await append(log, from(1, 0));
  await append(log, from(2, 0, { txn: true }));
  log.state.producers.removeExpired(NOW + 86399999, 86400000);
  expect(log.producers()).toHaveLength(2);
  log.state.producers.removeExpired(NOW + 86400000, 86400000);
  expect(log.producers().map((one) => one.producerId)).toEqual([2]);
  expect(await append(log, from(1, 55))).toMatchObject({ error: ErrorCode.NONE });
});

test('a snapshot is read back as it was written, and a damaged one refused', () => {
  const full = new ProducerStateEntry(4000000000000);
  full.addBatch(3, { lastSequence: 2147483647, lastOffset: 5000000000, offsetDelta: 4, timestamp: NOW });
  full.transactionFirstOffset = 4999999996;
  full.coordinatorEpoch = 12;
  const fenced = new ProducerStateEntry(1);
  fenced.setEpoch(7);
  const bytes = encodeProducerSnapshot([full, fenced], 2);
  expect(decodeProducerSnapshot(bytes)).toEqual([full, fenced]);
  expect(bytes.length).toBe(10 + 2 * 46);
  for (const at of [1, 3, 8, 50]) {
    const damaged = Buffer.from(bytes);
    damaged[at] ^= 1;
    expect(() => decodeProducerSnapshot(damaged)).toThrow();
  }
  expect(() => decodeProducerSnapshot(bytes.subarray(0, bytes.length - 1))).toThrow();
});
