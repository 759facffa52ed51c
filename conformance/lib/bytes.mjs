// The primitives that a request written by hand is made of.

/** @param {number} bytes 1 to 6 @param {number} value @returns {Buffer} big-endian, two's complement */
export const int = (bytes, value) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
};

/** @param {bigint | number} value @returns {Buffer} */
export const int64 = (value) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
};

/** A STRING; null is a NULLABLE_STRING's. @param {string | null} value @returns {Buffer} */
export const text = (value) =>
  value === null ? int(2, -1) : Buffer.concat([int(2, Buffer.byteLength(value)), Buffer.from(value)]);

/** BYTES; null is -1. @param {Buffer | null} value @returns {Buffer} */
export const bytes = (value) => (value === null ? int(4, -1) : Buffer.concat([int(4, value.length), value]));

/** @param {number} value a signed varint, zigzag, up to 53 bits @returns {Buffer} */
export const varint = (value) => {
  const out = [];
  let left = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
  while (left > 127n) {
    out.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  return Buffer.from([...out, Number(left)]);
};
