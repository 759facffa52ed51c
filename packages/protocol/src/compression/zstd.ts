/*
 * zstd: RFC 8878 frames, one as we write it, any number as we read them. The back end is node:zlib where it has zstd
 * (Node >= 22.15), else the optional package @cloudpss/zstd.
 */
import { loadPrebuiltAddon, loadZlib } from '../load-module.ts';
import { CompressionError, corrupted, tooLarge } from './compression-error.ts';
import { readZstdFrame, type ZstdFrame } from './zstd-frame.ts';

const ADDON = '@cloudpss/zstd';
/** Kafka's default for `compression.zstd.level`. */
const LEVEL_DEFAULT = 3;
/** Input handed to the streaming decoder at a time: what one call can yield stays bounded by this times zstd's ratio. */
const STREAM_INPUT_BYTES = 256;
/** A window that the streaming decoder may allocate beside the output, whatever the output's limit. */
const WINDOW_BYTES_ALLOWED = 8 * 1024 * 1024;

interface Span extends ZstdFrame {
  readonly start: number;
}

interface ZstdBackEnd {
  compress(input: Buffer, level: number): Buffer;
  /** Throws anything on corrupt data and `CompressionError` above the limit. `frames` lie one after the other. */
  decompress(input: Buffer, frames: readonly Span[], maxOutputBytes: number): Buffer;
}

let backEnd: ZstdBackEnd | undefined;

export function compressZstd(input: Buffer, level: number | undefined): Buffer {
  return loadBackEnd().compress(input, level ?? LEVEL_DEFAULT);
}

export function decompressZstd(input: Buffer, maxOutputBytes: number): Buffer {
  const zstd = loadBackEnd();
  try {
    return zstd.decompress(input, contentFrames(input, maxOutputBytes), maxOutputBytes);
  } catch (error) {
    if (error instanceof CompressionError) throw error;
    throw corrupted('zstd', error);
  }
}

/** The frames that have content, when what they declare is within the limit. */
function contentFrames(input: Buffer, maxOutputBytes: number): Span[] {
  if (input.length === 0) throw new Error('there is no frame');
  const frames: Span[] = [];
  let declared = 0;
  for (let start = 0; start < input.length; ) {
    const frame = readZstdFrame(input, start);
    if (!frame.isSkippable) frames.push({ start, ...frame });
    declared += Math.max(frame.contentBytes, 0);
    if (declared > maxOutputBytes) throw tooLarge('zstd', maxOutputBytes);
    start = frame.end;
  }
  return frames;
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
    decompress(input, frames, maxOutputBytes) {
      // Node.js stops, silently, at the end of the first frame.
      const parts: Buffer[] = [];
      let left = maxOutputBytes;
      for (const { start, end } of frames) {
        const part = coreFrame(zlib, input.subarray(start, end), left);
        if (part === undefined) throw tooLarge('zstd', maxOutputBytes);
        left -= part.length;
        parts.push(part);
      }
      return parts.length === 1 ? parts[0] : Buffer.concat(parts);
    },
  };
}

/** Undefined above the limit. */
function coreFrame(zlib: CoreZstd, frame: Buffer, maxOutputBytes: number): Buffer | undefined {
  try {
    // zlib refuses a limit of 0.
    const output = zlib.zstdDecompressSync(frame, { maxOutputLength: Math.max(maxOutputBytes, 1) });
    return output.length > maxOutputBytes ? undefined : output;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
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
    decompress(input, frames, maxOutputBytes) {
      try {
        return addon.decompress(input, maxOutputBytes + 1);
      } catch (error) {
        if (!(error instanceof Error && error.message === 'Content size is too large')) throw error;
      }
      // Frames that do not declare their size: the bound that zstd takes for them can be far too high.
      const windowBytesMax = Math.max(maxOutputBytes, WINDOW_BYTES_ALLOWED);
      if (frames.some(({ windowBytes }) => windowBytes > windowBytesMax)) throw tooLarge('zstd', maxOutputBytes);
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
