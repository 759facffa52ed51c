import type { Crypto } from '@ottla/platform';

/** A random UUID in its usual text form (version 4), the tail of a member id. */
export function randomUuidText(crypto: Crypto): string {
  const bytes = crypto.randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
