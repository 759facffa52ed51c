import {
  BATCH_OVERHEAD,
  batchMagic,
  LOG_OVERHEAD,
  MAGIC_OFFSET,
  MESSAGE_V0_OVERHEAD,
  MESSAGE_V1_OVERHEAD,
} from './batch-header.ts';
import { readInt64AsNumber } from './int64.ts';

/** `nextBatchEnd`: the bytes up to the limit are fewer than the entry says it has. */
export const BATCH_INCOMPLETE = -1;
/** `nextBatchEnd`: the size is below the format's minimum, the magic is unknown, or an offset or producer id is not a possible one. */
export const BATCH_CORRUPT = -2;

/**
 * The end of the entry at `at`, of any magic, when it lies wholly before `limit`; else `BATCH_INCOMPLETE` or
 * `BATCH_CORRUPT`. After a positive answer every header accessor is safe. No checksum is computed.
 */
export function nextBatchEnd(b: Buffer, at: number, limit: number): number {
  if (limit - at < LOG_OVERHEAD) return BATCH_INCOMPLETE;
  const size = b.readInt32BE(at + 8);
  if (size < MESSAGE_V0_OVERHEAD - LOG_OVERHEAD) return BATCH_CORRUPT;
  if (limit - at <= MAGIC_OFFSET) return BATCH_INCOMPLETE;
  const magic = batchMagic(b, at);
  if (magic < 0 || magic > 2 || size + LOG_OVERHEAD < minimumSize(magic)) return BATCH_CORRUPT;
  const end = at + LOG_OVERHEAD + size;
  if (end > limit) return BATCH_INCOMPLETE;
  return numbersAreSafe(b, at, magic) ? end : BATCH_CORRUPT;
}

function minimumSize(magic: number): number {
  if (magic === 2) return BATCH_OVERHEAD;
  return magic === 1 ? MESSAGE_V1_OVERHEAD : MESSAGE_V0_OVERHEAD;
}

function numbersAreSafe(b: Buffer, at: number, magic: number): boolean {
  const offset = readInt64AsNumber(b, at);
  if (magic < 2) return Number.isSafeInteger(offset);
  const lastOffsetDelta = b.readInt32BE(at + 23);
  return (
    lastOffsetDelta >= 0 &&
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(offset + lastOffsetDelta) &&
    Number.isSafeInteger(readInt64AsNumber(b, at + 43))
  );
}
