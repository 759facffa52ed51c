/** A batch that the broker found too large, cut in two at half its bytes; who waits for its records moves along. */
import { decodeRecords } from '@ottla/protocol/records';
import { ProducerBatch } from './batch.ts';
import type { ProducerSettings } from './options.ts';

/** `batch` has at least two records. */
export function splitBatch(batch: ProducerBatch, settings: ProducerSettings): ProducerBatch[] {
  const records = decodeRecords(batch.bytes(), 0);
  const halfBytes = Math.ceil(batch.sizeBytes / 2);
  const first = partOf(batch, settings, halfBytes);
  const second = partOf(batch, settings, halfBytes);
  let cut = 0;
  records.forEach(({ timestamp, key, value, headers }, delta) => {
    const isFirst = delta === 0 || (cut === 0 && first.sizeBytes < halfBytes && delta < records.length - 1);
    if (!isFirst && cut === 0) cut = delta;
    (isFirst ? first : second).add(Number(timestamp), key, value, headers);
  });
  for (const delivery of batch.deliveries) {
    const moved = delivery.move(cut, cut);
    if (moved !== undefined) second.deliveries.push(moved);
    if (moved !== delivery) first.deliveries.push(delivery);
  }
  const parts = [first, second];
  batch.replacedBy(parts);
  return parts;
}

function partOf(batch: ProducerBatch, settings: ProducerSettings, bytes: number): ProducerBatch {
  const { compression, compressionLevel, transactionalId } = settings;
  const isTransactional = transactionalId !== undefined;
  const part = new ProducerBatch({ compression, compressionLevel, isTransactional }, batch.createdMs, bytes);
  part.attempts = batch.attempts;
  part.isClosed = true;
  return part;
}
