// Batches as we write them, one line of JSON each, for `RecordVectors.java check`. Run by hand, from the repository root:
//
//   npx esbuild packages/protocol/vectors/records/ours.ts --bundle --platform=node --format=esm \
//     --conditions=ottla-source | node --input-type=module > ours.jsonl
import { COMPRESSION_TYPES, type CompressionType } from '@ottla/protocol/compression';
import { BatchBuilder, type Int64, MessageSetBuilder } from '@ottla/protocol/records';

type Bytes = Buffer | null;
interface Rec {
  readonly timestamp: Int64;
  readonly key: Bytes;
  readonly value: Bytes;
  readonly headers: readonly { readonly key: string; readonly value: Bytes }[];
}

const T = 1_700_000_000_000;
const MAX = 2n ** 63n - 1n;

function pattern(length: number): Buffer {
  let text = '';
  for (let i = 0; text.length < length; i++) text += `line ${Math.floor(i / 40)} of the pattern;`;
  return Buffer.from(text.slice(0, length), 'latin1');
}

function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

function sets(withHeaders: boolean): [string, Rec[]][] {
  const headers = withHeaders
    ? [
        { key: 'h', value: Buffer.from('x') },
        { key: 'h', value: null },
        { key: 'ü', value: Buffer.alloc(0) },
      ]
    : [];
  const rec = (timestamp: Int64, key: Bytes, value: Bytes): Rec => ({ timestamp, key, value, headers });
  const many: Rec[] = [];
  for (let i = 0; i < 1500; i++) many.push(rec(T + i * 3, Buffer.from(`key-${i % 17}`), noise(i % 190, i)));
  return [
    [
      'small',
      [rec(T, Buffer.from('k'), Buffer.from('v')), rec(T - 9, null, null), rec(T, Buffer.alloc(0), Buffer.alloc(0))],
    ],
    ['times', [rec(0, null, null), rec(-1, null, null), rec(MAX, null, null), rec(T, null, null)]],
    ['pattern', [rec(T, null, pattern(200_000)), rec(T, null, pattern(65_536)), rec(T, null, pattern(32_768))]],
    ['noise', [rec(T, null, noise(200_000, 1)), rec(T, null, noise(65_536, 2)), rec(T, null, noise(11, 3))]],
    ['many', many],
    ['zeros', [rec(T, null, Buffer.alloc(1_000_000))]],
  ];
}

const hex = (bytes: Bytes): string => {
  if (bytes === null) return 'null';
  if (bytes.length >= 40 && bytes.equals(pattern(bytes.length))) return `"~${bytes.length}"`;
  return `"${bytes.toString('hex')}"`;
};

function write(
  name: string,
  bytes: Buffer,
  base: number,
  records: readonly Rec[],
  timestampOf: (rec: Rec) => Int64,
): void {
  const shown = records.map((rec, i) => {
    const headers = rec.headers.map(({ key, value }) => `[${hex(Buffer.from(key))},${hex(value)}]`);
    return `[${base + i},"${timestampOf(rec)}",${hex(rec.key)},${hex(rec.value)},[${headers.join(',')}]]`;
  });
  process.stdout.write(`{"name":"${name}","bytes":"${bytes.toString('hex')}","records":[${shown.join(',')}]}\n`);
}

function writeAll(codec: CompressionType, logAppendTime: number | undefined): void {
  const options = logAppendTime === undefined ? {} : { logAppendTime };
  const suffix = logAppendTime === undefined ? '' : ' append time';
  for (const [name, records] of sets(true)) {
    const builder = new BatchBuilder({ baseOffset: 77, compression: codec, ...options });
    for (const rec of records) builder.append(rec.timestamp, rec.key, rec.value, rec.headers);
    write(`2 ${codec} ${name}${suffix}`, builder.build(), 77, records, (rec) => logAppendTime ?? rec.timestamp);
  }
  if (codec === 'zstd') return;
  for (const magic of [0, 1] as const) {
    for (const [name, records] of sets(false)) {
      const builder = new MessageSetBuilder({ magic, compression: codec, ...options });
      records.forEach((rec, i) => builder.append(77 + i, rec.timestamp, rec.key, rec.value));
      const timestampOf = (rec: Rec): Int64 => (magic === 0 ? -1 : (logAppendTime ?? rec.timestamp));
      write(`${magic} ${codec} ${name}${suffix}`, builder.build(), 77, records, timestampOf);
    }
  }
}

for (const codec of COMPRESSION_TYPES) {
  writeAll(codec, undefined);
  writeAll(codec, T + 99);
}
