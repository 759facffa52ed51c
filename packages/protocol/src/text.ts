/*
 * Strings from bytes and back.
 *
 * Kafka's strings are UTF-8, but clients of languages whose strings are bytes send what they like, as the metadata of a
 * committed offset for instance. Bytes that are not UTF-8 are kept: each becomes a lone surrogate, U+DC00 plus the byte,
 * and is written as that byte again (Python's "surrogateescape", PEP 383). So every string re-encodes to what was sent.
 *
 * Topic names, client ids and group ids repeat from request to request, so short ASCII strings are looked up in a table by
 * their bytes: a hit costs no allocation, and equal names are the same object, which makes the map look-ups that follow
 * cheaper. Only the identity of a string depends on the table, never its value.
 */

/** Entries of the table of recent strings: at most about 80 KB. */
const CACHE_SLOTS = 1024;
/** Longest string the table takes, in bytes. */
const CACHED_LENGTH_MAX = 48;

const cache = Array.from({ length: CACHE_SLOTS }, () => '');

/** The string in `bytes` from `start` to `end`. */
export function readText(bytes: Buffer, start: number, end: number): string {
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
  // What is not UTF-8 has become U+FFFD here; but that may also be what was sent.
  return text.includes('\ufffd') ? escapeInvalid(bytes, start, end) : text;
}

function isSame(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

function escapeInvalid(bytes: Buffer, start: number, end: number): string {
  let text = '';
  let validFrom = start;
  for (let at = start; at < end; ) {
    const length = sequenceLength(bytes, at, end);
    if (length > 0) {
      at += length;
      continue;
    }
    text += bytes.toString('utf8', validFrom, at) + String.fromCharCode(0xdc00 + bytes[at]);
    at++;
    validFrom = at;
  }
  return text + bytes.toString('utf8', validFrom, end);
}

/** Length of the well-formed sequence at `at`, 0 if there is none (Unicode, table 3-7). */
function sequenceLength(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > end) return 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (bytes[at + 1] < low || bytes[at + 1] > high) return 0;
  for (let i = 2; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  return length;
}

const ESCAPED = /[\udc80-\udcff]/u;

/** The bytes of a string that has escaped ones in it; undefined for any other, which is plain UTF-8. */
export function escapedBytes(text: string): Buffer | undefined {
  if (!ESCAPED.test(text)) return undefined;
  const pieces: Buffer[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    const isEscape = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
    pieces.push(isEscape ? Buffer.of(code - 0xdc00) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(pieces);
}
