/**
 * Directories written by Apache Kafka 3.9.2: `crashed` as a killed broker left it, `clean` the same after that broker had recovered
 * it and stopped in order. `plain-0` holds all codecs, `txn-0` two committed, two aborted and an open transaction.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Disk } from '@ottla/platform';
import { BatchReader, decodeRecords } from '@ottla/protocol/records';
import { expect, test } from 'vitest';
import { decodeProducerSnapshot } from './producer-snapshot.ts';
import { append, batch, DIRECTORY, openManager, readAll, testPlatform } from './test-support/logs.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/kafka-3.9/', import.meta.url));
/** When the records were stamped: later, their producers would count as expired. */
const THEN = 1700000100000;

async function copyTo(disk: Disk, from: string, to: string): Promise<void> {
  await disk.makeDirectory(to);
  for (const name of readdirSync(from)) {
    if (statSync(`${from}/${name}`).isDirectory()) await copyTo(disk, `${from}/${name}`, `${to}/${name}`);
    else await disk.replaceFile(`${to}/${name}`, readFileSync(`${from}/${name}`));
  }
}

async function load(which: 'crashed' | 'clean') {
  const platform = testPlatform();
  platform.wallMs = THEN;
  await copyTo(platform.disk, FIXTURES + which, DIRECTORY);
  const manager = await openManager(platform, { indexIntervalBytes: 100, segmentBytes: 2000, indexBytesMax: 4096 });
  const plain = manager.get('plain', 0);
  const txn = manager.get('txn', 0);
  if (plain === undefined || txn === undefined) throw new Error('not loaded');
  return { platform, manager, plain, txn };
}

test.each(['crashed', 'clean'] as const)('a %s directory is loaded as Kafka would', async (which) => {
  const { plain, txn, manager } = await load(which);
  expect(plain).toMatchObject({
    logStartOffset: 0,
    logEndOffset: 45,
    highWatermark: 45,
    segmentCount: 3,
    latestEpoch: 0,
  });
  expect(txn).toMatchObject({
    logStartOffset: 0,
    logEndOffset: 30,
    highWatermark: 30,
    segmentCount: 2,
    latestEpoch: 0,
  });
  expect(manager.previousBrokerEpoch).toBeUndefined();
  expect(plain.topicId).toBe(readFileSync(`${FIXTURES}${which}/plain-0/partition.metadata`, 'utf8').slice(-22));
  const bytes = readAll(plain);
  const reader = new BatchReader(bytes);
  const seen: string[] = [];
  while (reader.next()) {
    expect(reader.view().crcIsValid).toBe(true);
    for (const record of decodeRecords(bytes, reader.start)) seen.push(`${record.offset} ${record.value?.toString()}`);
  }
  const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
  expect(seen).toEqual(Array.from({ length: 45 }, (_, at) => `${at} ${codecs[Math.floor(at / 9)]}-${at % 9}`));
});

test('open and aborted transactions are known', async () => {
  for (const which of ['crashed', 'clean'] as const) {
    const { txn } = await load(which);
    expect(txn.lastStableOffset).toBe(13);
    expect(txn.abortedTransactions(0, 30).map((one) => one.firstOffset)).toEqual([7, 15]);
    expect(txn.abortedTransactions(13, 14)).toEqual([]);
    const read = txn.read(0, 1 << 20, 'last-stable', true);
    expect(read.error === 0 && read.abortedTransactions?.map((one) => one.firstOffset)).toEqual([]);
    const later = txn.read(7, 1 << 20, 'last-stable', true);
    // As Kafka: up to the next index entry behind the range, so one may be told that begins after it.
    expect(later.error === 0 && later.abortedTransactions?.map((one) => one.firstOffset)).toEqual([7, 15]);
    const open = txn.producers().filter((one) => one.currentTransactionStartOffset >= 0);
    expect(open.map((one) => one.currentTransactionStartOffset)).toEqual([13]);
  }
});

test('recovery rebuilds the indexes byte for byte as Kafka did', async () => {
  const { platform, manager } = await load('crashed');
  await manager.shutdown({ clean: true });
  for (const log of ['plain-0', 'txn-0']) {
    for (const name of readdirSync(`${FIXTURES}clean/${log}`)) {
      if (!name.endsWith('index')) continue;
      const ours = await platform.disk.readFile(`${DIRECTORY}/${log}/${name}`);
      expect(ours.toString('hex'), `${log}/${name}`).toBe(readFileSync(`${FIXTURES}clean/${log}/${name}`, 'hex'));
    }
  }
});

test('recovery finds the producers that Kafka found', async () => {
  const { platform, manager } = await load('crashed');
  await manager.shutdown({ clean: true });
  for (const name of ['plain-0/00000000000000000045.snapshot', 'txn-0/00000000000000000030.snapshot']) {
    const ours = decodeProducerSnapshot(await platform.disk.readFile(`${DIRECTORY}/${name}`));
    for (const entry of decodeProducerSnapshot(readFileSync(`${FIXTURES}clean/${name}`))) {
      expect(ours.find((one) => one.producerId === entry.producerId)).toMatchObject({
        producerEpoch: entry.producerEpoch,
        lastSequence: entry.lastSequence,
        lastOffset: entry.lastOffset,
        lastTimestamp: entry.lastTimestamp,
        coordinatorEpoch: entry.coordinatorEpoch,
        transactionFirstOffset: entry.transactionFirstOffset,
      });
    }
  }
});

test('the index entries of appends are those of recovery', async () => {
  const { manager, plain } = await load('clean');
  for (let at = 0; at < 40; at++) await append(plain, batch([`more-${at}`]));
  expect(plain.segmentCount).toBe(4);
  for (let offset = 0; offset < plain.logEndOffset; offset++) {
    const read = plain.read(offset, 1, 'log-end', true);
    if (read.error !== 0) throw new Error(`offset ${offset}`);
    const bytes = read.records.toBuffer();
    read.records.release();
    const reader = new BatchReader(bytes);
    expect(reader.next()).toBe(true);
    const view = reader.view();
    expect(view.baseOffset <= offset && offset <= view.lastOffset).toBe(true);
  }
  await manager.shutdown({ clean: true });
});
