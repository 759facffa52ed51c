/*
 * What a log that nobody writes to must be like, whatever happened before:
 * R8: the leader epoch cache ascends in both columns and is what the batches say, but for a newest epoch without records.
 * R11: offsets are dense over all batches and segments, every batch is whole, and its checksum fits.
 * R12: sequences of one producer and epoch follow each other, and what the broker knows of a producer is what its last
 *      batch says.
 */
import type { SimulatedDisk } from '@ottla/platform/simulated';
import type { BatchView } from '@ottla/protocol/records';
import { incrementSequence } from '@ottla/protocol/records';
import type { Log } from '@ottla/storage';
import type { Verdict } from '../verdict.ts';
import { type ScannedSegment, scanLog } from './log-scan.ts';

interface LastOfProducer {
  readonly epoch: number;
  readonly lastSequence: number;
}

/** Returns the batches from the log start on. `isAtRest`: nothing is being written, so the disk has the log and no more. */
export function checkLog(log: Log, disk: SimulatedDisk, verdict: Verdict, isAtRest: boolean): BatchView[] {
  const name = `${log.topic}-${log.partition}`;
  const segments = scanLog(disk, log.directory);
  if (segments === undefined) {
    return verdict.fail('correctness', 'R11 density', `${name} has no directory ${log.directory}`);
  }
  const batches = checkDensity(name, log, segments, verdict, isAtRest);
  checkEpochs(name, log, batches, verdict);
  checkProducers(name, log, batches, verdict);
  return batches;
}

function checkDensity(
  name: string,
  log: Log,
  segments: readonly ScannedSegment[],
  verdict: Verdict,
  isAtRest: boolean,
): BatchView[] {
  const check = 'R11 density';
  const all: BatchView[] = [];
  let expected: number | undefined;
  for (const segment of segments) {
    expected ??= segment.baseOffset;
    const last = segment === segments[segments.length - 1];
    verdict.require(
      segment.baseOffset === expected,
      check,
      () => `${name}: segment ${segment.baseOffset} follows a log that ends at ${expected}`,
    );
    verdict.require(
      segment.restBytes === 0 || (last && !isAtRest),
      check,
      () => `${name}: segment ${segment.baseOffset} has ${segment.restBytes} bytes behind its last batch`,
    );
    for (const batch of segment.batches) {
      if (batch.baseOffset >= log.logEndOffset && !isAtRest) break;
      const where = (): string => `${name}: batch ${batch.baseOffset} of segment ${segment.baseOffset}`;
      verdict.require(batch.baseOffset === expected, check, () => `${where()} is expected at ${expected}`);
      verdict.require(batch.crcIsValid, 'R11 checksum', () => `${where()} has a wrong checksum`);
      verdict.require(
        batch.recordCount === batch.lastOffsetDelta + 1,
        check,
        () => `${where()} has ${batch.recordCount} records and ends at delta ${batch.lastOffsetDelta}`,
      );
      expected = batch.lastOffset + 1;
      all.push(batch);
    }
  }
  verdict.require(
    (expected ?? 0) === log.logEndOffset,
    check,
    () => `${name}: the log end is ${log.logEndOffset}, the last batch ends at ${expected}`,
  );
  const first = segments[0]?.baseOffset ?? 0;
  verdict.require(
    first <= log.logStartOffset && log.logStartOffset <= log.logEndOffset,
    check,
    () => `${name}: the log start ${log.logStartOffset} is not within ${first} and ${log.logEndOffset}`,
  );
  return all.filter((batch) => batch.lastOffset >= log.logStartOffset);
}

function checkEpochs(name: string, log: Log, batches: readonly BatchView[], verdict: Verdict): void {
  const check = 'R8 epoch-cache';
  const { entries } = log.state.epochs;
  const expected: { epoch: number; startOffset: number }[] = [];
  for (const batch of batches) {
    const epoch = batch.partitionLeaderEpoch;
    const latest = expected[expected.length - 1]?.epoch ?? -1;
    verdict.require(epoch >= latest, check, () => `${name}: epoch ${epoch} at ${batch.baseOffset} after ${latest}`);
    if (epoch > latest) expected.push({ epoch, startOffset: Math.max(batch.baseOffset, log.logStartOffset) });
  }
  const last = entries[entries.length - 1];
  const latest = expected[expected.length - 1]?.epoch ?? -1;
  // A leader notes its epoch before the first record of it.
  if (last !== undefined && last.epoch > latest && last.startOffset === log.logEndOffset) expected.push(last);
  // Segments that retention removed may be back after a power loss, and the epochs that were cut off with them not.
  const [first] = entries;
  const { retentionMs, retentionBytes } = log.config;
  if (first !== undefined && (retentionMs >= 0 || retentionBytes >= 0)) {
    const cut = expected.filter(({ startOffset }) => startOffset <= first.startOffset).length;
    const [earlier] = expected.splice(0, cut).slice(-1);
    if (earlier !== undefined) expected.unshift({ ...earlier, startOffset: first.startOffset });
  }
  verdict.require(
    JSON.stringify(entries) === JSON.stringify(expected),
    check,
    () => `${name}: the cache has ${JSON.stringify(entries)}, the batches say ${JSON.stringify(expected)}`,
  );
}

function checkProducers(name: string, log: Log, batches: readonly BatchView[], verdict: Verdict): void {
  const check = 'R12 producer-state';
  const producers = new Map<number, LastOfProducer>();
  for (const batch of batches) {
    const { producerId, producerEpoch: epoch, baseSequence, lastSequence } = batch;
    if (producerId < 0) continue;
    const before = producers.get(producerId);
    if (before !== undefined) {
      const next = before.epoch === epoch ? incrementSequence(before.lastSequence, 1) : 0;
      verdict.require(
        epoch >= before.epoch && baseSequence === next,
        check,
        () =>
          `${name}: producer ${producerId} has at ${batch.baseOffset} epoch ${epoch} sequence ${baseSequence} after epoch ${before.epoch} sequence ${before.lastSequence}`,
      );
    }
    producers.set(producerId, { epoch, lastSequence });
  }
  const known = new Map(log.producers().map((producer) => [producer.producerId, producer]));
  for (const [producerId, { epoch, lastSequence }] of producers) {
    const state = known.get(producerId);
    verdict.require(
      state?.producerEpoch === epoch && state.lastSequence === lastSequence,
      check,
      () =>
        `${name}: producer ${producerId} is at epoch ${epoch} sequence ${lastSequence} in the log, and the broker knows ${JSON.stringify(state)}`,
    );
  }
  if (log.logStartOffset > 0) return;
  for (const producerId of known.keys()) {
    verdict.require(
      producers.has(producerId),
      check,
      () => `${name}: the broker knows producer ${producerId}, of which the log has nothing`,
    );
  }
}
