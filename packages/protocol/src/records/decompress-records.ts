import { CompressionError } from '../compression/compression-error.ts';
import { decompress } from '../compression/index.ts';
import {
  BATCH_OVERHEAD,
  batchAttributes,
  batchCompression,
  batchMagic,
  batchSizeInBytes,
  COMPRESSION_MASK,
} from './batch-header.ts';
import { MessageCursor } from './message-cursor.ts';
import { RecordsError } from './records-error.ts';

/** Where the uncompressed records of a batch, or the messages inside an entry, lie. */
export interface RecordBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * The uncompressed records (magic 2), or the messages inside a wrapper (magic 0, 1), or the plain entry itself. Without
 * compression a view. `maxOutputBytes` bounds the decompressed size. Throws `RecordsError`.
 */
export function decompressRecords(b: Buffer, at: number, maxOutputBytes: number): RecordBytes {
  const end = at + batchSizeInBytes(b, at);
  const magic = batchMagic(b, at);
  const codec = batchCompression(b, at);
  if (codec === 'none') return { bytes: b, start: magic === 2 ? at + BATCH_OVERHEAD : at, end };
  if (codec === undefined || (codec === 'zstd' && magic < 2)) {
    const id = batchAttributes(b, at) & COMPRESSION_MASK;
    throw new RecordsError('invalid', `Compression codec ${id} is not possible in a batch of magic ${magic}`);
  }
  const input = magic === 2 ? b.subarray(at + BATCH_OVERHEAD, end) : wrappedValue(b, at, end);
  try {
    const bytes = decompress(codec, input, maxOutputBytes, { legacyLz4Header: magic === 0 });
    return { bytes, start: 0, end: bytes.length };
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    throw new RecordsError(error.kind === 'corrupt' ? 'invalid' : error.kind, error.message, { cause: error });
  }
}

function wrappedValue(b: Buffer, at: number, end: number): Buffer {
  const wrapper = new MessageCursor().reset(b, at, end);
  if (!wrapper.next()) throw new RecordsError('invalid', `The message is malformed: ${wrapper.problem}`);
  const value = wrapper.value();
  if (value === null) throw new RecordsError('invalid', 'A compressed message has a null value');
  return value;
}
