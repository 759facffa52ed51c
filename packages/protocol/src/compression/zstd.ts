/*
 * zstd: RFC 8878 frames, one as we write it, any number as we read them. The back end is node:zlib where it has zstd
 * (Node >= 22.15), else the optional package @cloudpss/zstd.
 */
import { loadPrebuiltAddon, loadZlib } from '../load-module.ts';
import { CompressionError, corrupted, tooLarge } from './compression-error.ts';

const ADDON = '@cloudpss/zstd';
/** Kafka's default for `compression.zstd.level`. */
const LEVEL_DEFAULT = 3;
/** Input handed to the streaming decoder at a time: what one call can yield stays bounded by this times zstd's ratio. */
const STREAM_INPUT_BYTES = 256;
/** A window that the streaming decoder may allocate beside the output, whatever the output's limit. */
const WINDOW_BYTES_ALLOWED = 8 * 1024 * 1024;

interface ZstdBackEnd {
  compress(input: Buffer, level: number): Buffer;
  /** Throws anything on corrupt data and `CompressionError` above the limit. */
  decompress(input: Buffer, maxOutputBytes: number): Buffer;
}

let backEnd: ZstdBackEnd | undefined;

export function compressZstd(input: Buffer, level: number | undefined): Buffer {
  return loadBackEnd().compress(input, level ?? LEVEL_DEFAULT);
}

export function decompressZstd(input: Buffer, maxOutputBytes: number): Buffer {
  const zstd = loadBackEnd();
  try {
    if (input.length === 0) throw new Error('there is no frame');
    return zstd.decompress(input, maxOutputBytes);
  } catch (error) {
    if (error instanceof CompressionError) throw error;
    throw corrupted('zstd', error);
  }
}

function loadBackEnd(): ZstdBackEnd {
  const found = backEnd ?? coreBackEnd() ?? addonBackEnd();
  if (found === undefined) {
    throw new CompressionError(
      'unavailable',
      `zstd needs Node.js 22.15 or later, or the package ${ADDON}, which is not installed or has no binary for this machine: npm install ${ADDON}`,
    );
  }
  backEnd = found;
  return found;
}

interface CoreZstd {
  zstdCompressSync(input: Buffer, options: { params: Record<number, number> }): Buffer;
  zstdDecompressSync(input: Buffer, options: { maxOutputLength: number }): Buffer;
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
}

function isCoreZstd(zlib: object): zlib is CoreZstd {
  return 'zstdCompressSync' in zlib && 'zstdDecompressSync' in zlib;
}

function coreBackEnd(): ZstdBackEnd | undefined {
  const zlib: object = loadZlib();
  if (!isCoreZstd(zlib)) return undefined;
  return {
    compress: (input, level) =>
      zlib.zstdCompressSync(input, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }),
    decompress(input, maxOutputBytes) {
      try {
        const output = zlib.zstdDecompressSync(input, { maxOutputLength: Math.max(maxOutputBytes, 1) });
        if (output.length > maxOutputBytes) throw tooLarge('zstd', maxOutputBytes);
        return output;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
          throw tooLarge('zstd', maxOutputBytes);
        }
        throw error;
      }
    },
  };
}

interface Addon {
  compress(input: Buffer, level: number): Buffer;
  /** Refuses, with "Content size is too large", when an upper bound of the output is not below `limit`. */
  decompress(input: Buffer, limit: number): Buffer;
  readonly Decompressor: new () => {
    data(chunk: Buffer, onOutput: (output: Buffer) => void): void;
    end(onOutput: (output: Buffer) => void): void;
  };
}

function isAddon(value: unknown): value is Addon {
  return (
    typeof value === 'object' &&
    value !== null &&
    'compress' in value &&
    'decompress' in value &&
    'Decompressor' in value
  );
}

function addonBackEnd(): ZstdBackEnd | undefined {
  const addon = loadPrebuiltAddon(ADDON);
  if (!isAddon(addon)) return undefined;
  return {
    compress: (input, level) => addon.compress(input, level),
    decompress(input, maxOutputBytes) {
      const { contentBytes, windowBytes } = firstFrame(input);
      if (contentBytes > maxOutputBytes) throw tooLarge('zstd', maxOutputBytes);
      try {
        const output = addon.decompress(input, maxOutputBytes + 1);
        return output;
      } catch (error) {
        if (!(error instanceof Error && error.message === 'Content size is too large')) throw error;
      }
      // Frames that do not declare their size: the bound that zstd takes for them can be far too high.
      if (windowBytes > Math.max(maxOutputBytes, WINDOW_BYTES_ALLOWED)) throw tooLarge('zstd', maxOutputBytes);
      return stream(addon, input, maxOutputBytes);
    },
  };
}

function stream(addon: Addon, input: Buffer, maxOutputBytes: number): Buffer {
  const decompressor = new addon.Decompressor();
  const chunks: Buffer[] = [];
  let total = 0;
  const take = (chunk: Buffer): void => {
    total += chunk.length;
    // An exception must not cross the addon: what is too much is dropped, and reported below.
    if (total <= maxOutputBytes) chunks.push(chunk);
  };
  for (let at = 0; at < input.length; at += STREAM_INPUT_BYTES) {
    decompressor.data(input.subarray(at, at + STREAM_INPUT_BYTES), take);
    if (total > maxOutputBytes) throw tooLarge('zstd', maxOutputBytes);
  }
  decompressor.end(take);
  if (total > maxOutputBytes) throw tooLarge('zstd', maxOutputBytes);
  return Buffer.concat(chunks, total);
}

/**
 * What the first frame's header declares; a content size of 0 when it does not say.
 *
 *   magic 28 b5 2f fd, descriptor (bits 6-7: size of the content size, 5: single segment, 0-1: size of the dictionary
 *   id), window descriptor unless single segment, dictionary id, content size (little-endian)
 */
function firstFrame(input: Buffer): { contentBytes: number; windowBytes: number } {
  const nothing = { contentBytes: 0, windowBytes: 0 };
  if (input.length < 18 || input.readUInt32LE(0) !== 0xfd2fb528) return nothing;
  const descriptor = input[4];
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeCode = descriptor >>> 6;
  const at = 5 + (singleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3];
  let contentBytes = 0;
  if (sizeCode === 0) contentBytes = singleSegment ? input[at] : 0;
  else if (sizeCode === 1) contentBytes = input.readUInt16LE(at) + 256;
  else if (sizeCode === 2) contentBytes = input.readUInt32LE(at);
  else contentBytes = input.readUInt32LE(at) + input.readUInt32LE(at + 4) * 4294967296;
  if (singleSegment) return { contentBytes, windowBytes: contentBytes };
  const base = 2 ** (10 + (input[5] >>> 3));
  return { contentBytes, windowBytes: base + (base / 8) * (input[5] & 7) };
}
