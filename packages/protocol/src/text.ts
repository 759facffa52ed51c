/*
 * Strings from bytes. Topic names, client ids and group ids repeat from request to request, so short ASCII strings are
 * looked up in a table by their bytes: a hit costs no allocation, and equal names are the same object, which makes the
 * map look-ups that follow cheaper. Only the identity of a string depends on the table, never its value.
 */

/** Entries of the table of recent strings: at most about 80 KB. */
const CACHE_SLOTS = 1024;
/** Longest string the table takes, in bytes. */
const CACHED_LENGTH_MAX = 48;

const cache = new Array<string>(CACHE_SLOTS).fill('');
// The `ignoreBOM` keeps a byte order mark as the character that it is.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The string in `bytes` from `start` to `end`; undefined when they are not UTF-8. */
export function readText(bytes: Buffer, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 0) return '';
  if (length <= CACHED_LENGTH_MAX) {
    let bits = 0;
    let hash = length;
    for (let i = start; i < end; i++) {
      const byte = bytes[i];
      bits |= byte;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    if (bits < 128) {
      const slot = (hash ^ (hash >>> 10)) & (CACHE_SLOTS - 1);
      const known = cache[slot];
      if (isSame(known, bytes, start, length)) return known;
      const text = bytes.toString('latin1', start, end);
      cache[slot] = text;
      return text;
    }
  }
  const text = bytes.toString('utf8', start, end);
  // Invalid sequences become U+FFFD, but that may also have been sent as such.
  if (!text.includes('\ufffd')) return text;
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

function isSame(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
