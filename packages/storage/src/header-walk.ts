import type { DiskFile } from '@ottla/platform';
import {
  BATCH_OVERHEAD,
  batchMagic,
  batchSizeInBytes,
  LOG_OVERHEAD,
  MESSAGE_V0_OVERHEAD,
  MESSAGE_V1_OVERHEAD,
} from '@ottla/protocol/records';
import { headerWalkBytes } from './limits.ts';

const window = Buffer.alloc(headerWalkBytes);

/** Bytes that say how long an entry is and of which magic. */
const PREFIX_BYTES = LOG_OVERHEAD + 5;

/** The least an entry of `magic` can have; Infinity for a magic that does not exist. */
export function leastBatchBytes(magic: number): number {
  if (magic === 2) return BATCH_OVERHEAD;
  if (magic === 1) return MESSAGE_V1_OVERHEAD;
  return magic === 0 ? MESSAGE_V0_OVERHEAD : Number.POSITIVE_INFINITY;
}

/** Size of the entry at `at`, or -1 when what is there can't be one. At least 17 bytes must be there. */
export function plausibleBatchBytes(bytes: Buffer, at: number): number {
  const size = batchSizeInBytes(bytes, at);
  return size >= leastBatchBytes(batchMagic(bytes, at)) ? size : -1;
}

/**
 * Calls `visit` with the header of each batch of [start, end) of a segment, without reading what is between them; `at`
 * is the header's place in `bytes`, `position` the batch's in the file. Ends with what `visit` returns when that is not
 * undefined; with undefined at a batch that `end` cuts, and at what cannot be a batch. `visit` must not walk itself: the
 * bytes are shared by all walks.
 */
export function walkHeaders<Found>(
  file: DiskFile,
  start: number,
  end: number,
  visit: (bytes: Buffer, at: number, position: number, sizeBytes: number) => Found | undefined,
): Found | undefined {
  let position = start;
  let windowStart = start;
  let windowEnd = start;
  while (position + PREFIX_BYTES <= end) {
    let at = position - windowStart;
    if (position + BATCH_OVERHEAD > windowEnd && windowEnd < end) {
      windowStart = position;
      at = 0;
      const length = Math.min(window.length, end - position);
      windowEnd = position + file.readSync(window, 0, length, position);
    }
    if (position + PREFIX_BYTES > windowEnd) return undefined;
    const sizeBytes = plausibleBatchBytes(window, at);
    if (sizeBytes < 0 || position + sizeBytes > end) return undefined;
    const found = visit(window, at, position, sizeBytes);
    if (found !== undefined) return found;
    position += sizeBytes;
  }
  return undefined;
}
