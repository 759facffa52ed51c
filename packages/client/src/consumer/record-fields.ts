/*
 * Fields of a record of magic 2 (layout in the protocol's `record-cursor.ts`) that a walk has found well formed before: a
 * zig-zag varint for the length, -1 for null, then the bytes.
 */

/** Bytes of the field that starts at `at`; -1 for null. */
export function fieldLength(bytes: Buffer, at: number): number {
  let raw = bytes[at];
  if (raw >= 0x80) {
    let next = raw;
    raw &= 0x7f;
    for (let shift = 7; next >= 0x80 && shift < 35; shift += 7) {
      next = bytes[++at];
      raw |= (next & 0x7f) << shift;
    }
  }
  return (raw >>> 1) ^ -(raw & 1);
}

/** Where the next field starts. */
export function fieldEnd(bytes: Buffer, at: number): number {
  const length = fieldLength(bytes, at);
  const start = fieldStart(bytes, at);
  return length < 0 ? start : start + length;
}

/** Behind the length. */
export function fieldStart(bytes: Buffer, at: number): number {
  while (bytes[at] >= 0x80) at++;
  return at + 1;
}
