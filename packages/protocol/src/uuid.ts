import { ProtocolError } from './protocol-error.ts';

/** 16 bytes in base64url without padding, 22 characters: Kafka's `Uuid.toString()`. */
export type Uuid = string;

/** All bits zero: "none". */
export const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

export function isUuid(text: string): boolean {
  return /^[A-Za-z0-9_-]{21}[AQgw]$/.test(text);
}

export function uuidFromBytes(bytes: Uint8Array): Uuid {
  if (bytes.length !== 16) throw new ProtocolError(`a uuid has 16 bytes, not ${bytes.length}`);
  return formatUuid(bytes, 0);
}

export function uuidToBytes(uuid: Uuid): Buffer {
  const bytes = Buffer.alloc(16);
  writeUuid(bytes, 0, uuid);
  return bytes;
}

// The same topic ids pass by again and again; the table holds this many of them (about 14 KB).
const CACHE_SLOTS = 256;
const cachedBytes = new Int32Array(CACHE_SLOTS * 4);
const cachedTexts = Array.from({ length: CACHE_SLOTS }, () => ZERO_UUID);

/** The uuid at `offset`, which the caller has checked to have 16 bytes behind it. */
export function readUuid(bytes: Uint8Array, offset: number): Uuid {
  const a = (bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3];
  const b = (bytes[offset + 4] << 24) | (bytes[offset + 5] << 16) | (bytes[offset + 6] << 8) | bytes[offset + 7];
  const c = (bytes[offset + 8] << 24) | (bytes[offset + 9] << 16) | (bytes[offset + 10] << 8) | bytes[offset + 11];
  const d = (bytes[offset + 12] << 24) | (bytes[offset + 13] << 16) | (bytes[offset + 14] << 8) | bytes[offset + 15];
  if ((a | b | c | d) === 0) return ZERO_UUID;
  const mixed = a ^ b ^ c ^ d;
  const slot = (mixed ^ (mixed >>> 8) ^ (mixed >>> 16)) & (CACHE_SLOTS - 1);
  const at = slot << 2;
  if (cachedBytes[at] === a && cachedBytes[at + 1] === b && cachedBytes[at + 2] === c && cachedBytes[at + 3] === d) {
    return cachedTexts[slot];
  }
  const text = formatUuid(bytes, offset);
  cachedBytes[at] = a;
  cachedBytes[at + 1] = b;
  cachedBytes[at + 2] = c;
  cachedBytes[at + 3] = d;
  cachedTexts[slot] = text;
  return text;
}

function formatUuid(bytes: Uint8Array, offset: number): Uuid {
  let text = '';
  for (let i = offset; i < offset + 15; i += 3) {
    const three = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    text += ALPHABET[three >> 18] + ALPHABET[(three >> 12) & 63] + ALPHABET[(three >> 6) & 63] + ALPHABET[three & 63];
  }
  const last = bytes[offset + 15];
  return text + ALPHABET[last >> 2] + ALPHABET[(last << 4) & 63];
}

/** Writes the 16 bytes of `uuid` at `offset`; the caller has made room. */
export function writeUuid(target: Uint8Array, offset: number, uuid: Uuid): void {
  if (uuid.length !== 22) throw notUuid(uuid);
  let invalid = 0;
  let at = offset;
  for (let i = 0; i < 20; i += 4) {
    const w = sextet(uuid, i);
    const x = sextet(uuid, i + 1);
    const y = sextet(uuid, i + 2);
    const z = sextet(uuid, i + 3);
    invalid |= w | x | y | z;
    const three = (w << 18) | (x << 12) | (y << 6) | z;
    target[at++] = three >> 16;
    target[at++] = three >> 8;
    target[at++] = three;
  }
  const y = sextet(uuid, 20);
  const z = sextet(uuid, 21);
  invalid |= y | z;
  if (invalid < 0 || (z & 15) !== 0) throw notUuid(uuid);
  target[at] = (y << 2) | (z >> 4);
}

function sextet(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < 128 ? VALUES[code] : -1;
}

function notUuid(text: string): ProtocolError {
  return new ProtocolError(`'${text}' is not a uuid: 22 characters of base64url are`);
}
