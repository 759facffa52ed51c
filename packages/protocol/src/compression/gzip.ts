/*
 * gzip: RFC 1952, one member as Kafka writes it; any number of members is read.
 */
import { loadZlib } from '../load-module.ts';
import { CompressionError, corrupted, tooLarge } from './compression-error.ts';

export function compressGzip(input: Uint8Array, level: number | undefined): Buffer {
  return loadZlib().gzipSync(input, level === undefined ? {} : { level });
}

export function decompressGzip(input: Uint8Array, maxOutputBytes: number): Buffer {
  try {
    // zlib refuses a limit of 0; the check after it is the exact one.
    const output = loadZlib().gunzipSync(input, {
      maxOutputLength: Math.max(maxOutputBytes, 1),
      chunkSize: chunkBytes(input, maxOutputBytes),
    });
    if (output.length > maxOutputBytes) throw tooLarge('gzip', maxOutputBytes);
    return output;
  } catch (error) {
    if (error instanceof CompressionError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge('gzip', maxOutputBytes);
    }
    throw corrupted('gzip', error);
  }
}

const CHUNK_BYTES_MIN = 16 * 1024;
/** Deflate makes at most so many bytes of one. */
const RATIO_MAX = 1032;

/** One piece of the size that the trailer names, if that is possible at all: gathering thousands of pieces doubles the time. */
function chunkBytes(input: Uint8Array, maxOutputBytes: number): number {
  let named = 0;
  for (let index = 1; index <= 4; index++) named = named * 256 + (input[input.length - index] ?? 0);
  return Math.max(CHUNK_BYTES_MIN, Math.min(named + 1, maxOutputBytes + 1, RATIO_MAX * input.length));
}
