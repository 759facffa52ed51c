import type { Crypto } from '@ottla/platform';

/** Kafka's Uuid in its text form: 16 bytes as 22 characters of base64url without padding. Usable as a map key. */
export type Uuid = string;

/** All zeroes: "no id" on the wire. */
export const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';
/** 1: the topic id of KRaft's metadata log. */
export const ONE_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** A random (version 4) id, never reserved and never beginning with `-`, which command lines take for an option. */
export function randomUuid(crypto: Pick<Crypto, 'randomBytes'>): Uuid {
  for (;;) {
    const bytes = crypto.randomBytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const text = uuidFromBytes(bytes);
    if (!text.startsWith('-')) return text;
  }
}

export function uuidFromBytes(bytes: Uint8Array, offset = 0): Uuid {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, 16).toString('base64url');
}

/** The 16 bytes of an id. Throws Kafka's texts when it is no id. */
export function uuidToBytes(uuid: Uuid): Buffer {
  if (uuid.length > 24) {
    throw new Error(`Input string with prefix \`${uuid.slice(0, 24)}\` is too long to be decoded as a base64 UUID`);
  }
  const illegal = /[^A-Za-z0-9_-]/.exec(uuid.replace(/={1,2}$/, ''))?.[0];
  if (illegal !== undefined) throw new Error(`Illegal base64 character ${illegal.charCodeAt(0).toString(16)}`);
  const bytes = Buffer.from(uuid, 'base64url');
  if (bytes.length !== 16) {
    throw new Error(
      `Input string \`${uuid}\` decoded as ${bytes.length} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID`,
    );
  }
  return bytes;
}

/** Uuid.RESERVED: never the id of anything. */
export function isReservedUuid(uuid: Uuid): boolean {
  return uuid === ZERO_UUID || uuid === ONE_UUID;
}
