/**
 * Files of a log directory, changed between a stop and a start, orderly or not: the log loads or says which file keeps it
 * from that; it then takes records and gives back what it took. Produced batches are changed, too: what is taken can be read.
 */

import type { Platform } from '@ottla/platform';
import { createMemoryPlatform, MemoryDisk } from '@ottla/platform/node';
import { iterateRecords, readBatches, updateBatchCrc } from '@ottla/protocol/records';
import { type AppendResult, defaultLogConfig, type Log, LogManager, StorageError } from '@ottla/storage';
import { type Dice, mutated } from './dice.ts';
import { batchOf } from './records.ts';
import { FuzzFailure, type Subject } from './subject.ts';

const DIRECTORY = '/data';
const shared = createMemoryPlatform({ log: { console: 'none' } });

function platformOn(disk: MemoryDisk): Platform {
  return {
    ...shared,
    disk,
    log: { isEnabled: () => false, write: () => {} },
    locks: { lock: async () => ({ release: async () => {} }) },
    fatal: { halt: () => {}, exit: () => {} },
  };
}

async function open(disk: MemoryDisk): Promise<LogManager> {
  const config = { ...defaultLogConfig, segmentBytes: 1500, indexIntervalBytes: 100 };
  const manager = new LogManager({ platform: platformOn(disk), logDirectories: [DIRECTORY], configFor: () => config });
  await manager.start();
  return manager;
}

const append = (log: Log, records: Buffer): Promise<AppendResult> =>
  new Promise((resolve) => {
    const sink = { appended: (_token: number, result: AppendResult) => resolve(result) };
    const now = log.appendAsLeader(
      records,
      { leaderEpoch: log.latestEpoch ?? 0, origin: 'client', produceVersion: 9 },
      sink,
      0,
    );
    if (now !== undefined) resolve(now);
  });

/** Reads every record from the start of the log to its end. */
function readBack(log: Log): number {
  let offset = log.logStartOffset;
  let count = 0;
  while (offset < log.logEndOffset) {
    const outcome = log.read(offset, 1 << 20, 'log-end', true);
    if (outcome.error !== 0) throw new FuzzFailure(`read at ${offset}: error ${outcome.error}`);
    const bytes = outcome.records.toBuffer();
    outcome.records.release();
    const before = offset;
    for (const batch of readBatches(bytes)) {
      for (const _record of iterateRecords(bytes, batch.start)) count++;
      offset = batch.lastOffset + 1;
    }
    if (offset === before) throw new FuzzFailure(`nothing whole at ${offset} of ${log.logEndOffset}`);
  }
  return count;
}

async function filled(dice: Dice): Promise<{ disk: MemoryDisk; manager: LogManager; log: Log }> {
  const disk = new MemoryDisk({ wallMs: () => 1_700_000_000_000 });
  const manager = await open(disk);
  const log = await manager.create('t', 0, { topicId: 'AAAAAAAAAAAAAAAAAAABAg' });
  if (log instanceof StorageError) throw new Error(log.message);
  for (let count = 3 + dice.below(12); count > 0; count--) {
    await append(log, batchOf(dice.oneOf(['none', 'gzip', 'lz4']), 1 + dice.below(8)));
  }
  return { disk, manager, log };
}

export function logDirectory(): Subject {
  return {
    name: 'log directories',
    async round(dice) {
      const { disk, manager } = await filled(dice);
      const clean = dice.below(2) === 0;
      await manager.shutdown({ clean });
      const changed: string[] = [];
      for (let count = 1 + dice.below(2); count > 0; count--) {
        const folder = dice.oneOf([DIRECTORY, `${DIRECTORY}/t-0`, `${DIRECTORY}/t-0`, `${DIRECTORY}/t-0`]);
        const files = (await disk.list(folder)).filter((entry) => entry.kind === 'file').map((entry) => entry.name);
        // After an orderly stop the batches are believed, as Kafka does.
        const names = clean ? files.filter((name) => !name.endsWith('.log')) : files;
        if (names.length === 0) continue;
        const path = `${folder}/${dice.oneOf(names)}`;
        await disk.replaceFile(path, mutated(await disk.readFile(path), dice));
        changed.push(path);
      }
      const what = `${clean ? 'clean' : 'unclean'}, ${changed.join(', ')}`;
      let again: LogManager;
      try {
        again = await open(disk);
      } catch (error) {
        if (error instanceof Error && ('code' in error || error.name === 'InconsistentTopicIdError')) return;
        throw new FuzzFailure(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
      }
      const log = again.get('t', 0);
      if (log === undefined || log.isOffline) return;
      try {
        const before = log.logEndOffset;
        const { error, baseOffset } = await append(log, batchOf('none', 2));
        if (error !== 0 || baseOffset !== before)
          throw new FuzzFailure(`append got error ${error} at ${baseOffset} of ${before}`);
        if (!clean) readBack(log);
      } catch (error) {
        throw new FuzzFailure(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
      } finally {
        await again.shutdown({ clean: false });
      }
    },
  };
}

export function produced(): Subject {
  let subject: Promise<{ log: Log }> | undefined;
  let left = 0;
  return {
    name: 'produced batches',
    async round(dice) {
      if (left === 0) {
        left = 300;
        subject = filled(dice);
      }
      left--;
      const log = (await subject)?.log;
      if (log === undefined) return;
      const bytes = mutated(batchOf(dice.oneOf(['none', 'gzip', 'snappy', 'lz4', 'zstd']), 1 + dice.below(6)), dice);
      if (bytes.length > 61 && bytes[16] === 2 && dice.below(3) > 0) {
        bytes.writeInt32BE(bytes.length - 12, 8);
        updateBatchCrc(bytes, 0);
      }
      const text = bytes.toString('hex');
      const before = log.logEndOffset;
      try {
        const { error } = await append(log, bytes);
        if (error !== 0 && log.logEndOffset !== before)
          throw new FuzzFailure(`refused with ${error}, and the log grew`);
        if (error === 0 && left % 20 === 0) readBack(log);
      } catch (error) {
        throw new FuzzFailure(`${text}: ${error instanceof Error ? error.stack : String(error)}`);
      }
    },
  };
}
