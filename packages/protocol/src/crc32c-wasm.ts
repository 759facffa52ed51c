/*
 * CRC-32C in WebAssembly, assembled here so that no binary lies in the repository.
 *
 * Two steps. `slice` takes 16 bytes a round through 16 tables (slicing by 16). `crc` first shrinks long input: the
 * checksum is the remainder of the input, seen as a polynomial, by the Castagnoli polynomial P. A multiple of P with
 * few terms, 1 + y^a + ... + y^D for y = x^128, lets each 16-byte vector be replaced by the sum of the vectors that
 * stand `LOOKBACK` places later, with nothing but XOR. (A multiple of P in x is one in x^128 too: squaring is linear
 * over GF(2).) What is left of any input are D vectors, which `slice` finishes. The terms come from a search over all
 * sums of eight powers of x modulo P; this is the lowest degree that has one.
 *
 * Memory below `at`, which the owner of the memory sets aside (CRC32C_SCRATCH_BYTES, aligned to 16):
 *
 *   0      16 tables of 256 int32
 *   16384  window: the last D vectors, then a chunk of CHUNK, then D zero vectors while the tail is made
 *   ...    tail: the D vectors that are left
 */

/** The part of WebAssembly that is used here; it is not in TypeScript's ES library. */
interface Memory {
  readonly buffer: ArrayBuffer;
}
declare const WebAssembly: {
  readonly Memory: new (descriptor: { initial: number; maximum: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** Distances, in vectors, at which a vector is added again; the largest is D. */
const LOOKBACK = [4, 8, 21, 61, 67, 78, 79];
const D = 79;
const VECTOR = 16;
const CHUNK = 512;
/** Vectors from which folding beats slicing alone. */
const FOLD_FROM = 112;
const TABLES_BYTES = 16 * 1024;
const WINDOW_BYTES = (D + CHUNK + D) * VECTOR;
const TAIL_BYTES = D * VECTOR;

export const CRC32C_SCRATCH_BYTES = TABLES_BYTES + WINDOW_BYTES + TAIL_BYTES;
const PAGE_BYTES = 65536;

/** `state` is the register before the final inversion; -1 at the start. Addresses are those of the memory. */
export type Crc32cInMemory = (at: number, length: number, state: number) => number;

export function newMemory(bytes: number): Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/** Checksums over any part of `memory`, in place. `scratchAt` is where CRC32C_SCRATCH_BYTES are set aside. */
export function crc32cOver(memory: Memory, scratchAt: number): Crc32cInMemory {
  writeTables(new Int32Array(memory.buffer, scratchAt, TABLES_BYTES / 4));
  const module = new WebAssembly.Module(Uint8Array.from(assemble(scratchAt)));
  const { crc } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  if (!isCrc(crc)) throw new TypeError('the assembled module does not export crc');
  return crc;
}

function isCrc(value: unknown): value is Crc32cInMemory {
  return typeof value === 'function';
}

/** Table k holds the effect of a byte that k more bytes follow. */
export function writeTables(tables: Int32Array): void {
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
    tables[i] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const previous = tables[i - 256];
    tables[i] = tables[previous & 0xff] ^ (previous >>> 8);
  }
}

const I32 = 0x7f;
const EMPTY_TYPE = 0x40;
/** `\0asm`, version 1. */
const MODULE_HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const END = 0x0b;

const op = {
  i32Load: 0x28,
  i32Load8: 0x2d,
  i32Store: 0x36,
  add: 0x6a,
  sub: 0x6b,
  and: 0x71,
  xor: 0x73,
  shl: 0x74,
  shr: 0x76,
  ltU: 0x49,
  gtU: 0x4b,
} as const;

/** LEB128, unsigned. */
function u(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  bytes.push(left);
  return bytes;
}

function constant(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left < -64 || left > 63) {
    bytes.push((left & 0x7f) | 0x80);
    left >>= 7;
  }
  return [0x41, ...bytes, left & 0x7f];
}

const get = (local: number): number[] => [0x20, ...u(local)];
const set = (local: number): number[] => [0x21, ...u(local)];
const load = (offset: number): number[] => [op.i32Load, 0, ...u(offset)];
const loadByte = (offset: number): number[] => [op.i32Load8, 0, ...u(offset)];
const loadVector = (offset: number): number[] => [0xfd, 0x00, 0, ...u(offset)];
const storeVector = (offset: number): number[] => [0xfd, 0x0b, 0, ...u(offset)];
const xorVector = [0xfd, 0x51];
const memoryCopy = [0xfc, 0x0a, 0, 0];
const memoryFill = [0xfc, 0x0b, 0];
const increase = (local: number, by: number): number[] => [...get(local), ...constant(by), op.add, ...set(local)];
const call = (index: number): number[] => [0x10, ...u(index)];
/** Runs `body` as long as `condition` holds. */
const whileTrue = (condition: number[], body: number[]): number[] => [
  0x02,
  EMPTY_TYPE,
  0x03,
  EMPTY_TYPE,
  ...condition,
  0x45,
  0x0d,
  1,
  ...body,
  0x0c,
  0,
  END,
  END,
];
const when = (condition: number[], body: number[]): number[] => [...condition, 0x04, EMPTY_TYPE, ...body, END];

function section(id: number, items: readonly number[][]): number[] {
  const content = [...u(items.length), ...items.flat()];
  return [id, ...u(content.length), ...content];
}

function text(value: string): number[] {
  return [...u(value.length), ...Buffer.from(value, 'latin1')];
}

function functionBody(locals: readonly number[], code: readonly number[]): number[] {
  const body = [...u(locals.length), ...locals.flatMap((type) => [1, type]), ...code, END];
  return [...u(body.length), ...body];
}

function assemble(at: number): number[] {
  const type = (params: number, results: number): number[] => [
    0x60,
    ...u(params),
    ...Array<number>(params).fill(I32),
    ...u(results),
    ...Array<number>(results).fill(I32),
  ];
  return [
    ...MODULE_HEADER,
    ...section(1, [type(3, 1), type(4, 0)]),
    ...section(2, [[...text('env'), ...text('memory'), 0x02, 0x00, 0]]),
    ...section(3, [[0], [1], [0]]),
    ...section(7, [[...text('crc'), 0x00, 2]]),
    ...section(10, [sliceBody(at), foldBody(), crcBody(at + TABLES_BYTES)]),
  ];
}

/** `slice(at, end, state) -> state` */
function sliceBody(tables: number): number[] {
  const [at, end, state, word, sum] = [0, 1, 2, 3, 4];
  const round: number[] = [];
  for (let k = 0; k < 4; k++) {
    round.push(...get(at), ...load(4 * k));
    if (k === 0) round.push(...get(state), op.xor);
    round.push(...set(word));
    for (let byte = 0; byte < 4; byte++) {
      round.push(...get(word));
      if (byte === 0) round.push(...constant(2), op.shl);
      else round.push(...constant(8 * byte - 2), op.shr);
      round.push(...constant(0x3fc), op.and, ...load(tables + 1024 * (15 - 4 * k - byte)));
      if (k + byte > 0) round.push(...get(sum), op.xor);
      round.push(...set(sum));
    }
  }
  const left = [...get(end), ...get(at), op.sub];
  return functionBody(
    [I32, I32],
    [
      ...whileTrue([...left, ...constant(15), op.gtU], [...round, ...get(sum), ...set(state), ...increase(at, 16)]),
      ...whileTrue(
        [...get(at), ...get(end), op.ltU],
        [
          ...get(state),
          ...get(at),
          ...loadByte(0),
          op.xor,
          ...constant(255),
          op.and,
          ...constant(2),
          op.shl,
          ...load(tables),
          ...get(state),
          ...constant(8),
          op.shr,
          op.xor,
          ...set(state),
          ...increase(at, 1),
        ],
      ),
      ...get(state),
    ],
  );
}

/** `fold(from, end, window, to)`: `to[i] = from[i] + window[i + D - lookback]...` for every vector of `from`. */
function foldBody(): number[] {
  const [from, end, window, to] = [0, 1, 2, 3];
  const one = (i: number): number[] => [
    ...get(to),
    ...get(from),
    ...loadVector(i * VECTOR),
    ...LOOKBACK.toReversed().flatMap((distance) => [
      ...get(window),
      ...loadVector((i + D - distance) * VECTOR),
      ...xorVector,
    ]),
    ...storeVector(i * VECTOR),
  ];
  const rounds = (count: number): number[] => [
    ...Array.from({ length: count }, (_, i) => one(i)).flat(),
    ...[from, window, to].flatMap((local) => increase(local, count * VECTOR)),
  ];
  return functionBody(
    [],
    [
      ...whileTrue([...get(end), ...get(from), op.sub, ...constant(4 * VECTOR - 1), op.gtU], rounds(4)),
      ...whileTrue([...get(from), ...get(end), op.ltU], rounds(1)),
    ],
  );
}

/** `crc(at, length, state) -> state` */
function crcBody(window: number): number[] {
  const [at, length, state, end, foldEnd, chunkEnd] = [0, 1, 2, 3, 4, 5];
  const tail = window + WINDOW_BYTES;
  const zeros = (start: number): number[] => [
    ...constant(start),
    ...constant(0),
    ...constant(D * VECTOR),
    ...memoryFill,
  ];
  const copyDown = [
    ...constant(window),
    ...get(chunkEnd),
    ...get(at),
    op.sub,
    ...constant(window),
    op.add,
    ...constant(D * VECTOR),
    ...memoryCopy,
  ];
  const fold = [
    ...get(end),
    ...get(at),
    op.sub,
    ...constant(-VECTOR),
    op.and,
    ...get(at),
    op.add,
    ...constant(TAIL_BYTES),
    op.sub,
    ...set(foldEnd),
    ...zeros(window),
    ...constant(0),
    ...get(state),
    op.i32Store,
    0,
    ...u(window),
    ...whileTrue(
      [...get(at), ...get(foldEnd), op.ltU],
      [
        ...get(foldEnd),
        ...set(chunkEnd),
        ...when(
          [...get(foldEnd), ...get(at), op.sub, ...constant(CHUNK * VECTOR), op.gtU],
          [...get(at), ...constant(CHUNK * VECTOR), op.add, ...set(chunkEnd)],
        ),
        ...get(at),
        ...get(chunkEnd),
        ...constant(window),
        ...constant(window + D * VECTOR),
        ...call(1),
        ...copyDown,
        ...get(chunkEnd),
        ...set(at),
      ],
    ),
    ...zeros(window + D * VECTOR),
    ...get(at),
    ...get(at),
    ...constant(TAIL_BYTES),
    op.add,
    ...constant(window),
    ...constant(tail),
    ...call(1),
    ...increase(at, TAIL_BYTES),
    ...constant(tail),
    ...constant(tail + TAIL_BYTES),
    ...constant(0),
    ...call(0),
    ...set(state),
  ];
  return functionBody(
    [I32, I32, I32],
    [
      ...get(at),
      ...get(length),
      op.add,
      ...set(end),
      ...when([...get(length), ...constant(FOLD_FROM * VECTOR - 1), op.gtU], fold),
      ...get(at),
      ...get(end),
      ...get(state),
      ...call(0),
    ],
  );
}
