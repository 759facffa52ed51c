/** A small generator of its own (xorshift32), so that a round depends on its seed alone. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 1;
    for (let warm = 0; warm < 8; warm++) this.below(2);
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % bound;
  }

  oneOf<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

const LIES = [-2147483648, -2, -1, 0, 1, 2, 127, 128, 32767, 65536, 16777216, 0x7ffffffe, 0x7fffffff];

/** The bytes with a few of them changed, moved, doubled, taken away; sizes and counts replaced by lies. */
export function mutated(input: Buffer, dice: Dice): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let rounds = 1 + dice.below(4); rounds > 0; rounds--) bytes = mutatedOnce(bytes, dice);
  return bytes;
}

function mutatedOnce(bytes: Buffer, dice: Dice): Buffer {
  const { length } = bytes;
  if (length === 0) return dice.bytes(1 + dice.below(16));
  const at = dice.below(length);
  switch (dice.below(9)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
      return bytes;
    case 1:
      bytes[at] = dice.oneOf([0, 1, 2, 0x7f, 0x80, 0xfe, 0xff]);
      return bytes;
    case 2:
      if (at + 4 <= length) bytes.writeInt32BE(dice.oneOf(LIES), at);
      return bytes;
    case 3:
      if (at + 2 <= length) bytes.writeInt16BE(dice.oneOf([-32768, -2, -1, 0, 1, 32767]), at);
      return bytes;
    case 4:
      if (at + 8 <= length) bytes.writeBigInt64BE(dice.oneOf([-(2n ** 63n), -1n, 0n, 2n ** 53n, 2n ** 63n - 1n]), at);
      return bytes;
    case 5:
      return Buffer.concat([bytes.subarray(0, at), dice.bytes(1 + dice.below(8)), bytes.subarray(at)]);
    case 6:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(length, at + 1 + dice.below(8)))]);
    case 7: {
      const piece = bytes.subarray(at, Math.min(length, at + 1 + dice.below(64)));
      const to = dice.below(length);
      return Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to)]);
    }
    default:
      return bytes.subarray(0, at);
  }
}
