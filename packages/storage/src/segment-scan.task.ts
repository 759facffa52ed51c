import { BATCH_CORRUPT, batchCrcIsValid, batchLastOffset, nextBatchEnd } from '@ottla/protocol/records';
import { scanChunkBytes } from './limits.ts';
import type { LogSegment } from './log-segment.ts';

/** Called with each whole batch, at [at, end) of `bytes`. False: the batch is not valid, the scan ends before it. */
export type BatchVisitor = (bytes: Buffer, at: number, end: number, position: number) => boolean;

export interface ScanOptions {
  readonly startPosition: number;
  readonly checkCrc: boolean;
}

/**
 * Reads a segment's batches from `startPosition` on, a chunk at a time, and returns the position after the last valid one: a batch
 * that is cut, of impossible structure, with a wrong checksum, or out of offset order ends the scan. Rejects with
 * DiskError.
 */
export async function scanSegment(segment: LogSegment, options: ScanOptions, visit: BatchVisitor): Promise<number> {
  const file = segment.log.pin();
  try {
    const size = file.sizeSync();
    let chunk = Buffer.allocUnsafeSlow(Math.max(1, Math.min(scanChunkBytes, size - options.startPosition)));
    let position = options.startPosition;
    let nextOffset = segment.baseOffset;
    while (position < size) {
      const length = Math.min(chunk.length, size - position);
      const filled = await readFully(file, chunk, length, position);
      let at = 0;
      let end = nextBatchEnd(chunk, at, filled);
      for (; end > at; end = nextBatchEnd(chunk, at, filled)) {
        const lastOffset = batchLastOffset(chunk, at);
        if (lastOffset < nextOffset || !segment.holdsOffset(lastOffset)) return position + at;
        if (options.checkCrc && !batchCrcIsValid(chunk, at)) return position + at;
        if (!visit(chunk, at, end, position + at)) return position + at;
        nextOffset = lastOffset + 1;
        at = end;
      }
      if (end === BATCH_CORRUPT) return position + at;
      if (at === 0) {
        // Not one whole batch: it is larger than the chunk, or it is none.
        const needed = filled >= 12 ? chunk.readInt32BE(8) + 12 : 0;
        if (needed <= chunk.length || needed > size - position) return position;
        chunk = Buffer.allocUnsafeSlow(needed);
      }
      position += at;
    }
    return position;
  } finally {
    segment.log.unpin();
  }
}

async function readFully(
  file: { read(target: Uint8Array, start: number, length: number, position: number): Promise<number> },
  target: Buffer,
  length: number,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < length) {
    const read = await file.read(target, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
