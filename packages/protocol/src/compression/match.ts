/*
 * The byte moves that snappy and LZ4 share.
 */

/** Below this a loop beats the call to the engine's copy. */
const LOOP_MAX = 48;

export function copyBytes(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  if (length > LOOP_MAX) {
    to.set(from.subarray(start, start + length), at);
    return;
  }
  for (let i = 0; i < length; i++) to[at + i] = from[start + i];
}

/** Repeats what lies `offset` bytes back; source and target may overlap, and then the pattern repeats. */
export function copyMatch(bytes: Uint8Array, at: number, offset: number, length: number): void {
  let from = at - offset;
  if (length <= LOOP_MAX) {
    for (const end = from + length; from < end; ) bytes[at++] = bytes[from++];
    return;
  }
  // Each round doubles the period, so a run of one byte takes a few calls.
  let period = offset;
  let left = length;
  while (left > period) {
    bytes.copyWithin(at, from, from + period);
    at += period;
    left -= period;
    period *= 2;
  }
  bytes.copyWithin(at, from, from + left);
}

/** How many bytes at `a` and `b` (`a < b`) agree before `end`. */
export function matchLength(view: DataView, a: number, b: number, end: number): number {
  const start = b;
  while (b + 4 <= end) {
    const difference = view.getInt32(a, true) ^ view.getInt32(b, true);
    if (difference !== 0) return b - start + ((31 - Math.clz32(difference & -difference)) >>> 3);
    a += 4;
    b += 4;
  }
  while (b < end && view.getUint8(a) === view.getUint8(b)) {
    a++;
    b++;
  }
  return b - start;
}
