// Record batches written by hand, so that every field of them can be wrong.
//
//   0 base offset, 8 | 8 length, 4 | 12 leader epoch, 4 | 16 magic, 1 | 17 CRC-32C of what follows, 4 | 21 attributes, 2
//   | 23 last offset delta, 4 | 27 first timestamp, 8 | 35 last timestamp, 8 | 43 producer id, 8 | 51 producer epoch, 2
//   | 53 first sequence, 4 | 57 count, 4 | 61 records
import { int, int64, varint } from '../../conformance/lib/bytes.mjs';

const TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli). @param {Buffer} bytes @returns {number} */
export function crc32c(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255];
  return (crc ^ -1) >>> 0;
}

const part = (value) => (value === null ? varint(-1) : Buffer.concat([varint(value.length), value]));

/**
 * One record without headers.
 * @param {{ key?: Buffer | null, value?: Buffer | null, offsetDelta?: number, timestampDelta?: number, length?: number }} [fields]
 * `length`: what it says instead of its true one
 * @returns {Buffer}
 */
export function record({ key = null, value = Buffer.from('value'), offsetDelta = 0, timestampDelta = 0, length } = {}) {
  const body = Buffer.concat([
    int(1, 0),
    varint(timestampDelta),
    varint(offsetDelta),
    part(key),
    part(value),
    varint(0),
  ]);
  return Buffer.concat([varint(length ?? body.length), body]);
}

/**
 * @param {Buffer} records as they lie in the batch: compressed if `attributes` says so
 * @param {{ count?: number, attributes?: number, magic?: number, lastOffsetDelta?: number, baseOffset?: number, producerId?: number,
 *   producerEpoch?: number, baseSequence?: number, timestamp?: number, length?: number }} [fields] where it is not what one plain record needs
 * @returns {Buffer} with the CRC that belongs to it
 */
export function batch(records, fields = {}) {
  const { count = 1, attributes = 0, magic = 2, lastOffsetDelta = count - 1, baseOffset = 0, length } = fields;
  const { producerId = -1, producerEpoch = -1, baseSequence = -1, timestamp = Date.now() } = fields;
  const checked = Buffer.concat([
    int(2, attributes),
    int(4, lastOffsetDelta),
    int64(timestamp),
    int64(timestamp),
    int64(producerId),
    int(2, producerEpoch),
    int(4, baseSequence),
    int(4, count),
    records,
  ]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32c(checked));
  return Buffer.concat([
    int64(baseOffset),
    int(4, length ?? 9 + checked.length),
    int(4, -1),
    int(1, magic),
    crc,
    checked,
  ]);
}

/** One good record. @param {string} [value] */
export const goodBatch = (value = 'value') => batch(record({ value: Buffer.from(value) }));

/** The same bytes, one of them flipped. @param {Buffer} bytes @param {number} at @param {number} [flip] */
export function flipped(bytes, at, flip = 0xff) {
  const copy = Buffer.from(bytes);
  copy[at] ^= flip;
  return copy;
}
