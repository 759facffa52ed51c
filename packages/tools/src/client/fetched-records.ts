import {
  batchIsControl,
  controlRecordType,
  type DecodedRecord,
  decodeBatchRecords,
  readBatches,
  type TimestampType,
} from '@ottla/protocol/records';

export interface FetchedRecord extends DecodedRecord {
  readonly timestampType: TimestampType;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/**
 * The records of a fetch response from `fromOffset` on, without control records and without those of aborted
 * transactions. `nextOffset` is where to fetch next. A batch that was cut off at the end is left for the next fetch.
 */
export function fetchedRecords(
  data: Buffer,
  fromOffset: number,
  abortedTransactions: readonly AbortedTransaction[],
  decompressedBytesMax: number,
): { records: FetchedRecord[]; nextOffset: number } {
  const records: FetchedRecord[] = [];
  const pending = [...abortedTransactions].sort((left, right) => left.firstOffset - right.firstOffset);
  const aborted = new Set<number>();
  let nextOffset = fromOffset;
  for (const batch of readBatches(data)) {
    while (pending[0] !== undefined && pending[0].firstOffset <= batch.lastOffset)
      aborted.add(pending.shift()?.producerId ?? -1);
    if (batchIsControl(batch.buffer, batch.start)) {
      const [marker] = decodeBatchRecords(batch, decompressedBytesMax);
      if (marker !== undefined && marker.key !== null && controlRecordType(marker.key) === 'ABORT')
        aborted.delete(batch.producerId);
    } else if (!(batch.isTransactional && aborted.has(batch.producerId))) {
      for (const record of decodeBatchRecords(batch, decompressedBytesMax)) {
        if (record.offset >= fromOffset) records.push({ ...record, timestampType: batch.timestampType });
      }
    }
    nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
  }
  return { records, nextOffset };
}
