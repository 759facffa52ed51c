import type { DiskFile } from '@ottla/platform';
import { BATCH_CORRUPT, BatchView, nextBatchEnd } from '@ottla/protocol/records';
import { ToolError } from '../cli/tool.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Kafka's smallest entry, less its offset and size: an entry that says to be smaller is none. */
const SMALLEST_SIZE = 14;

/** A batch and where in the file it lies. */
export interface PlacedBatch {
  readonly position: number;
  readonly batch: BatchView;
}

/** Size and first offset at least: what is shorter is a torso. */
const HEADER_BYTES = 17;

/**
 * The whole batches of a file from `from` on, within `limit` bytes of its beginning. Ends before what is cut off; throws
 * ToolError, as Kafka does, at what cannot be a batch. A batch is valid until the next one is asked for.
 */
export async function* batchesOf(
  file: DiskFile,
  path: string,
  from: number,
  limit: number,
): AsyncGenerator<PlacedBatch, void> {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  /** Position in the file of the buffer's first byte. */
  let base = from;
  let at = 0;
  for (;;) {
    const end = filled - at < HEADER_BYTES ? 0 : nextBatchEnd(buffer, at, filled);
    if (end === BATCH_CORRUPT) throw corrupt(buffer, at, path);
    if (end > at) {
      yield { position: base + at, batch: new BatchView(buffer, at, end) };
      at = end;
      continue;
    }
    // What is left of the batch goes to the front of a buffer that has room for all of it.
    const needed = filled - at < HEADER_BYTES ? CHUNK_BYTES : buffer.readInt32BE(at + 8) + 12;
    if (base + at + Math.min(needed, HEADER_BYTES) > limit || (needed > CHUNK_BYTES && base + at + needed > limit))
      return;
    const rest = buffer.subarray(at, filled);
    const larger = needed > buffer.length ? Buffer.allocUnsafe(needed) : buffer;
    larger.set(rest);
    buffer = larger;
    base += at;
    filled -= at;
    at = 0;
    const wanted = Math.min(buffer.length - filled, limit - base - filled);
    const read = wanted <= 0 ? 0 : await file.read(buffer, filled, wanted, base + filled);
    if (read === 0) return;
    filled += read;
  }
}

function corrupt(buffer: Buffer, at: number, path: string): ToolError {
  const size = buffer.readInt32BE(at + 8);
  return new ToolError(
    size < SMALLEST_SIZE
      ? `Found record size ${size} smaller than minimum record overhead (${SMALLEST_SIZE}) in file ${path}.`
      : `Found record of size ${size} and magic ${buffer.readInt8(at + 16)}, which cannot be, in file ${path}.`,
  );
}
