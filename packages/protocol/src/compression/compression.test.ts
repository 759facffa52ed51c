import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompressionError, type CompressionErrorKind, type CompressionType, compress, decompress } from './index.ts';

const CODECS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const PACKING = CODECS.slice(1);
const LIMIT = 4 * 1024 * 1024;

/** Bytes that compress in all the ways data does: noise, runs, repeats near and far. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.nat(255), fc.nat(3000)).map(([byte, count]) => Buffer.alloc(count, byte)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(200))
        .map(([unit, times]) => Buffer.concat(Array<Uint8Array>(times).fill(unit))),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

function kindOf(action: () => unknown): CompressionErrorKind | 'none' {
  try {
    action();
    return 'none';
  } catch (error) {
    if (error instanceof CompressionError) return error.kind;
    throw error;
  }
}

describe.each(CODECS)('%s', (codec) => {
  test('what was compressed comes back', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(decompress(codec, compress(codec, bytes), LIMIT).equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.each([0, 1, 4, 15, 16, 64, 32767, 32768, 32769, 65535, 65536, 65537, 200_000, 1_000_003])(
    '%d bytes of each kind',
    (length) => {
      const text = Buffer.from('{"id":1,"name":"a record"},'.repeat(length / 27 + 1)).subarray(0, length);
      for (const bytes of [noise(length), Buffer.alloc(length), text]) {
        expect(decompress(codec, compress(codec, bytes), Math.max(length, 1)).equals(bytes)).toBe(true);
      }
    },
  );

  test('a view into a larger buffer is compressed, and nothing around it', () => {
    const whole = noise(5000);
    const view = whole.subarray(1000, 3000);
    const packed = compress(codec, view);
    const placed = Buffer.concat([Buffer.alloc(13, 7), packed, Buffer.alloc(13, 7)]).subarray(13, 13 + packed.length);
    expect(decompress(codec, placed, LIMIT).equals(view)).toBe(true);
  });
});

describe.each(PACKING)('%s against malice', (codec) => {
  test('every proper prefix is refused, or is a shorter stream of whole blocks', () => {
    const bytes = Buffer.concat([noise(300), Buffer.alloc(70_000, 3), noise(300)]);
    const packed = compress(codec, bytes);
    for (let cut = 0; cut < packed.length; cut++) {
      let output: Buffer;
      try {
        output = decompress(codec, packed.subarray(0, cut), LIMIT);
      } catch (error) {
        expect(error).toBeInstanceOf(CompressionError);
        continue;
      }
      expect(codec).toBe('snappy');
      expect(output.length % 32768).toBe(0);
    }
  });

  test('random damage gives an error or some output within the limit, nothing else', () => {
    const packed = compress(codec, Buffer.concat([Buffer.from('abcdefgh'.repeat(500)), noise(500)]));
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(packed);
        damaged[at] ^= flip;
        const outcome = kindOf(() => expect(decompress(codec, damaged, 10_000).length).toBeLessThanOrEqual(10_000));
        expect(['none', 'corrupt', 'too-large']).toContain(outcome);
      }),
      { numRuns: 1000 },
    );
  });

  test('random bytes give an error or some output within the limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const outcome = kindOf(() => expect(decompress(codec, bytes, 1000).length).toBeLessThanOrEqual(1000));
        expect(['none', 'corrupt', 'too-large']).toContain(outcome);
      }),
      { numRuns: 1000 },
    );
  });

  test('the limit is exact', () => {
    const packed = compress(codec, Buffer.alloc(100_000));
    expect(decompress(codec, packed, 100_000).length).toBe(100_000);
    expect(kindOf(() => decompress(codec, packed, 99_999))).toBe('too-large');
    expect(kindOf(() => decompress(codec, packed, 0))).toBe('too-large');
  });

  test('a bomb allocates nothing near its size', () => {
    const bomb = compress(codec, Buffer.alloc(100_000_000));
    const before = process.memoryUsage.rss();
    expect(kindOf(() => decompress(codec, bomb, 100_000))).toBe('too-large');
    expect(process.memoryUsage.rss() - before).toBeLessThan(48 * 1024 * 1024);
  });
});

describe('what others write', () => {
  test('several gzip members', () => {
    const two = Buffer.concat([gzipSync('one'), gzipSync('two')]);
    expect(decompress('gzip', two, 6).toString()).toBe('onetwo');
    expect(kindOf(() => decompress('gzip', two, 5))).toBe('too-large');
  });

  test('a raw snappy block, with the copies that our encoder never makes', () => {
    // Length 24; literal "abcd"; copy 4 from 4 (one byte offset); copy 16 from 8 (four byte offset).
    const raw = Buffer.concat([
      Buffer.from([24, 3 << 2]),
      Buffer.from('abcd'),
      Buffer.from([0x01, 4, (15 << 2) | 3, 8, 0, 0, 0]),
    ]);
    expect(decompress('snappy', raw, 24).toString()).toBe('abcd'.repeat(6));
    expect(kindOf(() => decompress('snappy', raw, 23))).toBe('too-large');
  });

  test('a snappy length that its bytes cannot hold', () => {
    expect(kindOf(() => decompress('snappy', Buffer.from([0x80, 0x80, 0x80, 0x20, 0, 97]), 1e9))).toBe('corrupt');
  });

  test.each<[string, number[]]>([
    ['a copy from before the block', [8, 3 << 2, 97, 97, 97, 97, 0x01, 5]],
    ['a copy from nowhere', [8, 3 << 2, 97, 97, 97, 97, 0x01, 0]],
    ['a copy past the declared length', [7, 3 << 2, 97, 97, 97, 97, 0x01, 4]],
    ['a literal past the declared length', [3, 3 << 2, 97, 97, 97, 97]],
    ['a literal that is cut off', [5, 4 << 2, 97, 97, 97, 97]],
    ['less than the declared length', [5, 3 << 2, 97, 97, 97, 97]],
    ['a copy that is cut off', [8, 3 << 2, 97, 97, 97, 97, 0x02, 4]],
  ])('raw snappy: %s', (_name, bytes) => {
    expect(kindOf(() => decompress('snappy', Buffer.from(bytes), 100))).toBe('corrupt');
  });

  test('a xerial block that copies from the block before it', () => {
    const block = (bytes: number[]): Buffer => Buffer.from([0, 0, 0, bytes.length, ...bytes]);
    const stream = (second: number[]): Buffer =>
      Buffer.concat([compress('snappy', Buffer.alloc(0)), block([4, 3 << 2, 97, 97, 97, 97]), block(second)]);
    expect(decompress('snappy', stream([4, 3 << 2, 98, 98, 98, 98]), 100).toString()).toBe('aaaabbbb');
    expect(kindOf(() => decompress('snappy', stream([5, 0, 98, 0x01, 2]), 100))).toBe('corrupt');
    expect(decompress('snappy', stream([5, 0, 98, 0x01, 1]), 100).toString()).toBe('aaaabbbbb');
  });

  test('lz4 blocks keep the reference decoder at ease: no match starts in the last 12 bytes', () => {
    const stored = (bytes: number): boolean =>
      compress('lz4', Buffer.alloc(bytes)).readUInt32LE(7) === bytes + 0x80000000;
    expect([1, 12, 13, 14].map(stored)).toEqual([true, true, true, false]);
  });

  test.each<[string, number[]]>([
    ['a match from before the block', [0x10, 97, 2, 0, 0x50, 98, 98, 98, 98, 98]],
    ['a match from nowhere', [0x10, 97, 0, 0, 0x50, 98, 98, 98, 98, 98]],
    ['literals that are cut off', [0x60, 98, 98, 98, 98, 98]],
    ['an offset that is cut off', [0x10, 97, 1]],
    ['a match at the end', [0x10, 97, 1, 0]],
    ['a length that is cut off', [0xf0, 255]],
  ])('an lz4 block with %s', (_name, bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    const frame = Buffer.concat([Buffer.from('04224d18604082', 'hex'), length, Buffer.from(bytes), Buffer.alloc(4)]);
    expect(kindOf(() => decompress('lz4', frame, 1000))).toBe('corrupt');
  });

  test('an lz4 block of more than the frame allows', () => {
    const frame = Buffer.from(compress('lz4', Buffer.alloc(65_536)));
    const last = frame.lastIndexOf(255);
    frame[last + 1] += 1;
    expect(() => decompress('lz4', frame, LIMIT)).toThrow('larger than its frame allows');
  });

  test('lz4 headers that Kafka refuses', () => {
    const frame = compress('lz4', Buffer.from('abc'));
    for (const [at, byte] of [
      [0, 5],
      [4, 0xa0],
      [4, 0x61],
      [5, 0x30],
      [5, 0xc0],
      [5, 0x41],
      [6, 0x83],
    ]) {
      const damaged = Buffer.from(frame);
      damaged[at] = byte;
      expect(kindOf(() => decompress('lz4', damaged, 1000))).toBe('corrupt');
    }
  });

  test('several xerial streams', () => {
    const two = Buffer.concat([compress('snappy', Buffer.from('one')), compress('snappy', Buffer.from('two'))]);
    expect(decompress('snappy', two, 6).toString()).toBe('onetwo');
  });

  test('the legacy lz4 header is for magic 0 only', () => {
    const legacy = compress('lz4', Buffer.from('magic 0'), { legacyLz4Header: true });
    const current = compress('lz4', Buffer.from('magic 0'));
    expect(current.toString('hex').startsWith('04224d18604082')).toBe(true);
    expect(legacy.equals(current)).toBe(false);
    expect(kindOf(() => decompress('lz4', legacy, 100))).toBe('corrupt');
    for (const bytes of [legacy, current]) {
      expect(decompress('lz4', bytes, 100, { legacyLz4Header: true }).toString()).toBe('magic 0');
    }
  });

  test('lz4 with block checksums and content size', () => {
    // Made with the reference tool: lz4 -BX --content-size, of "checksummed checksummed checksummed".
    const frame = Buffer.from(LZ4_WITH_CHECKSUMS, 'hex');
    expect(decompress('lz4', frame, 100).toString()).toBe('checksummed checksummed checksummed');
    const damaged = Buffer.from(frame);
    damaged[25] ^= 1;
    expect(kindOf(() => decompress('lz4', damaged, 100))).toBe('corrupt');
  });

  test('lz4 blocks that depend on one another are refused, as Kafka refuses them', () => {
    const linked = compress('lz4', Buffer.from('x'));
    linked[4] = 0x40;
    expect(() => decompress('lz4', linked, 100)).toThrow('depend on one another');
  });

  test('a zstd frame that does not declare its size', () => {
    // Made with the reference tool reading from a pipe: 300,000 bytes of "0".
    const frame = Buffer.from(ZSTD_STREAMED, 'hex');
    expect(decompress('zstd', frame, 300_000).equals(Buffer.alloc(300_000, '0'))).toBe(true);
    expect(kindOf(() => decompress('zstd', frame, 299_999))).toBe('too-large');
    expect(kindOf(() => decompress('zstd', frame.subarray(0, -1), 300_000))).toBe('corrupt');
  });

  test('several zstd frames', () => {
    const two = Buffer.concat([compress('zstd', Buffer.from('one')), compress('zstd', Buffer.from('two'))]);
    expect(decompress('zstd', two, 6).toString()).toBe('onetwo');
    expect(kindOf(() => decompress('zstd', two, 5))).toBe('too-large');
    const skippable = Buffer.from('502a4d1803000000616263', 'hex');
    expect(decompress('zstd', Buffer.concat([skippable, two, skippable]), 6).toString()).toBe('onetwo');
    expect(kindOf(() => decompress('zstd', Buffer.concat([two, Buffer.from('junk that follows')]), 100))).toBe(
      'corrupt',
    );
  });
});

const LZ4_WITH_CHECKSUMS =
  '04224d187c402300000000000000eb15000000ce636865636b73756d6d6564200c0050756d6d6564a26dc390000000009052013c';
const ZSTD_STREAMED = '28b52ffd00585400001030300100fbff39c00202001030039f0430';
