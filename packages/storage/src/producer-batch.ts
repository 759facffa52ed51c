import type { Int64 } from '@ottla/common';
import {
  BATCH_OVERHEAD,
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestamp,
  batchCompression,
  batchIsControl,
  batchIsTransactional,
  batchLastOffset,
  batchLastSequence,
  batchMaxTimestamp,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  type EndTransactionMarker,
  parseEndTransactionMarker,
  RecordCursor,
} from '@ottla/protocol/records';

/** The outcome that a coordinator wrote for a transaction, and when. */
export interface EndTxnMarker extends EndTransactionMarker {
  readonly timestamp: Int64;
}

/** What the producer state needs to know of a batch that has a producer id. */
export interface ProducerAppend {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly maxTimestamp: Int64;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  /** Of a control batch; undefined when compaction left it empty, or the marker is of another kind. */
  readonly marker: EndTxnMarker | undefined;
}

/** Undefined for a batch without a producer id. The batch must be whole, and its offsets final. */
export function producerAppendOf(bytes: Buffer, at: number, end: number): ProducerAppend | undefined {
  const producerId = batchProducerId(bytes, at);
  if (producerId < 0) return undefined;
  const isControl = batchIsControl(bytes, at);
  return {
    producerId,
    producerEpoch: batchProducerEpoch(bytes, at),
    firstSequence: batchBaseSequence(bytes, at),
    lastSequence: batchLastSequence(bytes, at),
    firstOffset: batchBaseOffset(bytes, at),
    lastOffset: batchLastOffset(bytes, at),
    maxTimestamp: batchMaxTimestamp(bytes, at),
    isTransactional: batchIsTransactional(bytes, at),
    isControl,
    marker: isControl ? readEndTxnMarker(bytes, at, end) : undefined,
  };
}

const cursor = new RecordCursor();

/** Of the first record; a broker writes control batches uncompressed and with one record. */
function readEndTxnMarker(bytes: Buffer, at: number, end: number): EndTxnMarker | undefined {
  if (batchCompression(bytes, at) !== 'none') return undefined;
  cursor.reset(bytes, at + BATCH_OVERHEAD, end, batchRecordCount(bytes, at));
  if (!cursor.next()) return undefined;
  const marker = parseEndTransactionMarker(cursor.key(), cursor.value());
  if (marker === undefined) return undefined;
  return { ...marker, timestamp: cursor.timestampFrom(batchBaseTimestamp(bytes, at)) };
}
