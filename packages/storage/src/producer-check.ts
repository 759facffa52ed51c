/*
 * What a producer's batch must fulfil before it is appended (Java: ProducerAppendInfo; KIP-98, KIP-360):
 * its epoch is not older than the last one seen, a new epoch begins with sequence 0, within an epoch the sequences are
 * contiguous modulo 2^31, within a transaction every batch is transactional, a marker is not of an older coordinator.
 * A producer of which nothing is known may begin anywhere: retention may have taken what was known. But when the write of its
 * first batches failed it begins with these, or batches that were on their way behind them would take their place.
 */
import { ErrorCode } from '@ottla/protocol';
import type { AppendOrigin } from './append.ts';
import type { ProducerAppend } from './producer-batch.ts';
import { NO_PRODUCER_EPOCH, type ProducerStateEntry } from './producer-state-entry.ts';

/** A transaction that a marker ended (Java: CompletedTxn). */
export interface CompletedTxn {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly isAborted: boolean;
}

export interface ProducerRefusal {
  readonly error: ErrorCode;
  readonly message: string;
}

/** Undefined when the batch may follow what `entry` knows. `where` names the partition in messages. */
export function refusalOf(
  entry: ProducerStateEntry | undefined,
  append: ProducerAppend,
  origin: AppendOrigin,
  where: string,
): ProducerRefusal | undefined {
  if (entry === undefined) return undefined;
  const producer = `producer ${append.producerId} at offset ${append.firstOffset}`;
  if (append.producerEpoch < entry.producerEpoch) {
    return {
      error: ErrorCode.INVALID_PRODUCER_EPOCH,
      message: `Epoch of ${producer} in ${where} is ${append.producerEpoch}, which is smaller than the last seen epoch ${entry.producerEpoch}`,
    };
  }
  if (append.isControl) return markerRefusal(entry, append, where);
  if (origin === 'client' && !inSequence(entry, append)) {
    return {
      error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      message:
        append.producerEpoch === entry.producerEpoch
          ? `Out of order sequence number for ${producer} in partition ${where}: ${append.firstSequence} (incoming seq. number), ${entry.lastSequence} (current end sequence number)`
          : `Invalid sequence number for new epoch of ${producer} in partition ${where}: ${append.producerEpoch} (request epoch), ${append.firstSequence} (seq. number), ${entry.producerEpoch} (current producer epoch)`,
    };
  }
  if (entry.transactionFirstOffset >= 0 && !append.isTransactional) {
    return {
      error: ErrorCode.INVALID_TXN_STATE,
      message: `Expected transactional write from ${producer} in partition ${where}`,
    };
  }
  return undefined;
}

/** May the log's first batch of a producer be this one? `refused`: the first whose write failed. */
export function beginningRefusal(
  refused: ProducerAppend | undefined,
  append: ProducerAppend,
  where: string,
): ProducerRefusal | undefined {
  if (refused === undefined || append.isControl) return undefined;
  const { producerEpoch, firstSequence } = refused;
  const expected = append.producerEpoch === producerEpoch ? firstSequence : 0;
  if (append.producerEpoch >= producerEpoch && append.firstSequence === expected) return undefined;
  return {
    error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    message: `Out of order sequence number for producer ${append.producerId} at offset ${append.firstOffset} in partition ${where}: ${append.firstSequence} (incoming seq. number), but the batch with ${firstSequence} of epoch ${producerEpoch} before it could not be written`,
  };
}

/** Makes `entry` know `append`, which has passed (or needs no) check. */
export function applyAppend(entry: ProducerStateEntry, append: ProducerAppend): CompletedTxn | undefined {
  if (append.isControl) return applyMarker(entry, append);
  entry.addBatch(append.producerEpoch, {
    lastSequence: append.lastSequence,
    lastOffset: append.lastOffset,
    offsetDelta: append.lastOffset - append.firstOffset,
    timestamp: append.maxTimestamp,
  });
  if (append.isTransactional && entry.transactionFirstOffset < 0) entry.transactionFirstOffset = append.firstOffset;
  return undefined;
}

function inSequence(entry: ProducerStateEntry, append: ProducerAppend): boolean {
  if (entry.producerEpoch === NO_PRODUCER_EPOCH) return true;
  if (append.producerEpoch !== entry.producerEpoch) return append.firstSequence === 0;
  const last = entry.lastSequence;
  return append.firstSequence === (last === 0x7fffffff ? 0 : last + 1);
}

function markerRefusal(entry: ProducerStateEntry, append: ProducerAppend, where: string): ProducerRefusal | undefined {
  const marker = append.marker;
  if (marker === undefined || entry.coordinatorEpoch <= marker.coordinatorEpoch) return undefined;
  return {
    error: ErrorCode.TRANSACTION_COORDINATOR_FENCED,
    message: `Invalid coordinator epoch for producerId ${append.producerId} at offset ${append.firstOffset} in partition ${where}: ${marker.coordinatorEpoch} (zombie), ${entry.coordinatorEpoch} (current)`,
  };
}

function applyMarker(entry: ProducerStateEntry, append: ProducerAppend): CompletedTxn | undefined {
  const marker = append.marker;
  if (marker === undefined) return undefined;
  const firstOffset = entry.transactionFirstOffset;
  entry.setEpoch(append.producerEpoch);
  entry.coordinatorEpoch = marker.coordinatorEpoch;
  entry.lastTimestamp = marker.timestamp;
  entry.lastMarkerOffset = append.firstOffset;
  entry.transactionFirstOffset = -1;
  // A marker without data moved nothing: neither the last stable offset nor the transaction index hears of it.
  if (firstOffset < 0) return undefined;
  return {
    producerId: append.producerId,
    firstOffset,
    lastOffset: append.firstOffset,
    isAborted: marker.type === 'ABORT',
  };
}
