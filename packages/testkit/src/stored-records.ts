import { ErrorCode, errorName } from '@ottla/protocol';
import { type DecodedRecord, decodeBatchRecords, readBatches } from '@ottla/protocol/records';
import type { Log, LogManager } from '@ottla/storage';

/** A record in the log of a partition. Timestamps are ms; `Int64`: a BigInt beyond 2^53. */
export interface StoredRecord extends DecodedRecord {
  readonly partition: number;
}

/** Read at a time; a larger batch is read whole. */
const READ_BYTES_MAX = 1024 * 1024;

/** What the logs of a topic hold, by partition and offset, markers of transactions left out. */
export function storedRecords(logs: LogManager, topic: string): StoredRecord[] {
  const partitions = [...logs.logs()].filter((log) => log.topic === topic);
  if (partitions.length === 0) throw new Error(`There is no topic '${topic}' on this broker`);
  partitions.sort((left, right) => left.partition - right.partition);
  return partitions.flatMap((log) => recordsOf(log));
}

function recordsOf(log: Log): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const outcome = log.read(offset, READ_BYTES_MAX, 'log-end', true);
    if (outcome.error !== ErrorCode.NONE) {
      throw new Error(`${log.topic}-${log.partition} cannot be read at offset ${offset}: ${errorName(outcome.error)}`);
    }
    const from = offset;
    try {
      for (const batch of readBatches(outcome.records.toBuffer())) {
        offset = batch.lastOffset + 1;
        if (batch.isControl) continue;
        for (const record of decodeBatchRecords(batch)) {
          if (record.offset >= from) records.push({ partition: log.partition, ...record });
        }
      }
    } finally {
      outcome.records.release();
    }
    if (offset === from) throw new Error(`${log.topic}-${log.partition} has no whole batch at offset ${offset}`);
  }
  return records;
}
