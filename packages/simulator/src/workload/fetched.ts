import { BatchReader, decodeRecords } from '@ottla/protocol/records';
import type { BatchPrint, PartitionModel } from '../model/partition-model.ts';
import { idOf } from '../model/send.ts';
import type { Verdict } from '../verdict.ts';

/**
 * Takes in what a fetch from `fetchOffset` returned and gives the next offset to fetch. Checks what every consumer relies on:
 * the answer begins with the record asked for, nothing is skipped, checksums fit, nothing lies beyond the high watermark.
 */
export function takeRecords(
  model: PartitionModel,
  verdict: Verdict,
  records: Buffer,
  fetchOffset: number,
  highWatermark: number,
  life: number,
): number {
  const reader = new BatchReader(records);
  let next = fetchOffset;
  while (reader.next()) {
    const batch = reader.view();
    const where = (): string => `${model.name}: fetch from ${fetchOffset}, batch ${batch.baseOffset}`;
    verdict.require(batch.crcIsValid, 'R11 checksum', () => `${where()} has a wrong checksum`);
    verdict.require(
      batch.baseOffset <= next && batch.lastOffset >= next,
      'poll-skip',
      () => `${where()} to ${batch.lastOffset} does not have ${next}`,
    );
    verdict.require(
      batch.lastOffset < highWatermark,
      'R6 high-watermark',
      () => `${where()} ends at ${batch.lastOffset}, the high watermark is ${highWatermark}`,
    );
    const print: BatchPrint = {
      baseOffset: batch.baseOffset,
      epoch: batch.partitionLeaderEpoch,
      crc: records.readUInt32BE(batch.start + 17),
    };
    let expected = batch.baseOffset;
    for (const { offset, value } of decodeRecords(records, batch.start)) {
      verdict.require(offset === expected, 'poll-skip', () => `${where()} has ${offset} where ${expected} belongs`);
      expected++;
      const id = idOf(value);
      if (id === undefined) verdict.fail('correctness', 'R10 phantom', `${where()} has a value of nobody at ${offset}`);
      model.learn(offset, id, life, print);
    }
    next = batch.lastOffset + 1;
  }
  verdict.require(
    reader.stop !== 'corrupt',
    'R11 checksum',
    () => `${model.name}: fetch from ${fetchOffset} returned what is no batch at ${reader.start}`,
  );
  return next;
}
