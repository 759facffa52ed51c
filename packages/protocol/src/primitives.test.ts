import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clampToNumber,
  INT64_MAX,
  INT64_MIN,
  joinParts,
  type OutgoingPart,
  ProtocolError,
  Reader,
  toInt64,
  Writer,
} from './index.ts';

function written(write: (writer: Writer) => void): Buffer {
  const writer = new Writer(16);
  write(writer);
  return joinParts(writer.finish());
}

const read = <T>(hex: string, get: (reader: Reader) => T): T => {
  const reader = new Reader(Buffer.from(hex, 'hex'));
  const value = get(reader);
  reader.end('test');
  return value;
};

const int64s = fc
  .oneof(fc.bigInt({ min: INT64_MIN, max: INT64_MAX }), fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }))
  .map(toInt64);

describe('numbers', () => {
  test('int64 is exact over its full range, and a number wherever that is safe', () => {
    fc.assert(
      fc.property(int64s, (value) => {
        const bytes = written((writer) => writer.int64(value));
        expect(bytes.readBigInt64BE()).toBe(BigInt(value));
        expect(new Reader(bytes).int64()).toBe(value);
        expect(typeof value === 'number').toBe(BigInt(value) >= -(2n ** 53n) + 1n && BigInt(value) <= 2n ** 53n - 1n);
      }),
    );
    for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n, INT64_MAX, INT64_MIN, 0x8000_0000n, -1n]) {
      expect(new Reader(written((writer) => writer.int64(value))).int64()).toBe(toInt64(value));
    }
  });

  test('varlong is exact over its full range', () => {
    fc.assert(
      fc.property(int64s, (value) => {
        expect(new Reader(written((writer) => writer.varlong(value))).varlong()).toBe(value);
      }),
    );
    expect(written((writer) => writer.varlong(INT64_MIN)).toString('hex')).toBe('ffffffffffffffffff01');
  });

  test('the others come back as they were', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double(), (integer, double) => {
        const reader = new Reader(
          written((writer) => {
            writer.int32(integer);
            writer.varint(integer);
            writer.uvarint(integer >>> 0);
            writer.uint32(integer >>> 0);
            writer.int16((integer << 16) >> 16);
            writer.uint16(integer & 0xffff);
            writer.int8((integer << 24) >> 24);
            writer.float64(double);
          }),
        );
        expect([reader.int32(), reader.varint(), reader.uvarint(), reader.uint32()]).toEqual([
          integer,
          integer,
          integer >>> 0,
          integer >>> 0,
        ]);
        expect([reader.int16(), reader.uint16(), reader.int8()]).toEqual([
          (integer << 16) >> 16,
          integer & 0xffff,
          (integer << 24) >> 24,
        ]);
        expect(reader.float64()).toBe(double);
        reader.end('test');
      }),
    );
  });

  test('a number that does not fit is an error naming it', () => {
    const writer = new Writer();
    expect(() => writer.int16(32768)).toThrow('32768 is not of type int16');
    expect(() => writer.int8(-129)).toThrow(ProtocolError);
    expect(() => writer.int32(2 ** 31)).toThrow(ProtocolError);
    expect(() => writer.int32(1.5)).toThrow(ProtocolError);
    expect(() => writer.int32(Number.NaN)).toThrow(ProtocolError);
    expect(() => writer.uint16(-1)).toThrow(ProtocolError);
    expect(() => writer.int64(2 ** 53)).toThrow(ProtocolError);
    expect(() => writer.int64(2n ** 63n)).toThrow(ProtocolError);
    expect(() => writer.uvarint(-1)).toThrow(ProtocolError);
  });

  test('offsets are clamped to safe integers', () => {
    expect([clampToNumber(INT64_MAX), clampToNumber(INT64_MIN), clampToNumber(5n), clampToNumber(7)]).toEqual([
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      5,
      7,
    ]);
  });
});

describe('one encoding each', () => {
  test('varints are minimal and within their bits', () => {
    expect(read('ffffffff0f', (r) => r.uvarint())).toBe(0xffff_ffff);
    expect(() => read('8000', (r) => r.uvarint())).toThrow('longer than needed');
    expect(() => read('ffffffff1f', (r) => r.uvarint())).toThrow('more than 32 bits');
    expect(() => read('808080808001', (r) => r.uvarint())).toThrow('more than 32 bits');
    expect(() => read('ffffffffffffffffff03', (r) => r.varlong())).toThrow('more than 64 bits');
    expect(() => read('8000', (r) => r.varlong())).toThrow('longer than needed');
    expect(() => read('80', (r) => r.uvarint())).toThrow('needs 2 bytes, the limit is 1');
  });

  test('booleans, null lengths and NaN', () => {
    expect(() => read('02', (r) => r.boolean())).toThrow('2 is neither 0 nor 1');
    expect(() => read('fffe', (r) => r.nullableString())).toThrow('length -2');
    expect(() => read('ffff', (r) => r.string())).toThrow('null is not allowed');
    expect(() => read('00', (r) => r.compactString())).toThrow('null is not allowed');
    expect(() => read('fffffffe', (r) => r.nullableBytes())).toThrow('length -2');
    expect(() => read('7ff8000000000001', (r) => r.float64())).toThrow('NaN');
    expect(read('7ff8000000000000', (r) => r.float64())).toBeNaN();
    expect(written((writer) => writer.float64(-Number.NaN)).toString('hex')).toBe('7ff8000000000000');
  });
});

describe('strings', () => {
  test('any text comes back, with every length prefix', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const reader = new Reader(
          written((writer) => {
            writer.string(text);
            writer.compactString(text);
            writer.nullableString(null);
            writer.nullableCompactString(null);
          }),
        );
        expect([
          reader.string(),
          reader.compactString(),
          reader.nullableString(),
          reader.nullableCompactString(),
        ]).toEqual([text, text, null, null]);
      }),
    );
  });

  test('bytes that are not UTF-8 come back as the same bytes', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        const frame = Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
        const text = new Reader(frame).string();
        expect(written((writer) => writer.string(text)).equals(frame)).toBe(true);
        const isUtf8 = Buffer.from(bytes.toString('utf8')).equals(bytes);
        if (isUtf8) expect(text).toBe(bytes.toString('utf8'));
      }),
      { numRuns: 300 },
    );
    expect(read('000361ff62', (r) => r.string())).toBe('a\udcffb');
    expect(read('0003efbfbd', (r) => r.string())).toBe('\ufffd');
  });

  test('names that collide in the table of recent strings stay apart', () => {
    for (let i = 0; i < 20_000; i++) {
      const text = `topic-${i}`;
      expect(new Reader(written((writer) => writer.string(text))).string()).toBe(text);
    }
  });

  test('longer than an int16 can say', () => {
    expect(() => written((writer) => writer.string('x'.repeat(32_768)))).toThrow('32768 bytes is longer than 32767');
    expect(new Reader(written((writer) => writer.string('x'.repeat(32_767)))).string().length).toBe(32_767);
  });
});

describe('Writer', () => {
  const external = (bytes: Buffer): OutgoingPart => ({
    sizeBytes: bytes.length,
    copyTo: (target, at, start, length) => target.set(bytes.subarray(start, start + length), at),
    release: () => undefined,
  });

  test('large and external records stay parts of their own, small ones are copied', () => {
    const writer = new Writer(32);
    const large = Buffer.alloc(5000, 1);
    const file = external(Buffer.alloc(70_000, 2));
    writer.int32(7);
    writer.records(Buffer.from('small'));
    writer.compactRecords(large);
    writer.records(file);
    writer.int8(9);
    expect(writer.sizeBytes).toBe(4 + 4 + 5 + 2 + 5000 + 4 + 70_000 + 1);
    const parts = writer.finish();
    expect(parts.length).toBe(5);
    expect(parts[1]).toBe(large);
    expect(parts[3]).toBe(file);
    const reader = new Reader(joinParts(parts));
    expect([reader.int32(), reader.bytes().toString(), reader.compactBytes().equals(large)]).toEqual([
      7,
      'small',
      true,
    ]);
    expect([reader.bytes().every((byte) => byte === 2), reader.int8(), reader.remaining]).toEqual([true, 9, 0]);
  });

  test('what was handed out is not written to again', () => {
    const writer = new Writer(64);
    const messages: { parts: OutgoingPart[]; text: string }[] = [];
    for (let i = 0; i < 200; i++) {
      const text = `message ${i} `.repeat(i % 40);
      writer.string(text);
      if (i % 7 === 0) {
        writer.discard();
        continue;
      }
      messages.push({ parts: writer.finish(), text });
    }
    for (const { parts, text } of messages) expect(new Reader(joinParts(parts)).string()).toBe(text);
  });

  test('tagged fields of every size', () => {
    for (const size of [0, 1, 127, 128, 16_383, 16_384, 200_000]) {
      const writer = new Writer(8);
      writer.int8(1);
      const mark = writer.beginTag(3);
      writer.raw(Buffer.alloc(size, 5));
      writer.endTag(mark);
      const reader = new Reader(joinParts(writer.finish()));
      expect([reader.int8(), reader.tag(-1), reader.tagSize(), reader.remaining]).toEqual([1, 3, size, size]);
      expect(reader.view(size).every((byte) => byte === 5)).toBe(true);
    }
  });
});
