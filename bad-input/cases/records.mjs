// Produce requests whose records are wrong: every field of a batch, every codec.
import { gzipSync } from 'node:zlib';
import { int, varint } from '../../conformance/lib/bytes.mjs';
import { pause } from '../../conformance/lib/wait.mjs';
import { batch, flipped, goodBatch, record } from '../lib/batches.mjs';
import { gzipBomb, lz4Bomb, snappyBomb, snappyLie, zstdBomb } from '../lib/bombs.mjs';
import { CLOSED } from '../lib/peer.mjs';
import { listEndRequest, produceRequest, readListed, readProduced } from '../lib/requests.mjs';

const [CORRUPT, TOO_LARGE, INVALID_ACKS, INVALID_TIMESTAMP, UNKNOWN_TOPIC, INVALID_RECORD, UNKNOWN_SERVER] = [
  2, 10, 21, 32, 3, 87, -1,
];
const [GZIP, SNAPPY, LZ4, ZSTD] = [1, 2, 3, 4];
const SILENCE = 'silence';
const good = goodBatch();

/**
 * @typedef {object} Wrong
 * @property {string} what
 * @property {Buffer | null} records
 * @property {number | typeof CLOSED} error the code, or that the connection ends
 * @property {number} [logStart] what the answer tells as the start of the log: 0 once the log was looked at (-1)
 * @property {number | typeof SILENCE} [kafka] where Kafka does otherwise
 * @property {Record<string, string>} [configs] of the topic
 * @property {Parameters<typeof produceRequest>[2]} [options]
 */

/** @type {Wrong[]} */
const WRONG = [
  // Kafka never answers that one, and nothing else on its connection.
  { what: 'null records', records: null, error: INVALID_RECORD, kafka: SILENCE },
  { what: 'no bytes', records: Buffer.alloc(0), error: INVALID_RECORD },
  { what: 'a wrong CRC', records: flipped(good, 17), error: CORRUPT },
  { what: 'a wrong byte in a value', records: flipped(good, good.length - 3), error: CORRUPT },
  { what: 'a wrong byte in the producer id', records: flipped(good, 43), error: CORRUPT },
  { what: 'a wrong byte in the count', records: flipped(good, 57), error: CORRUPT },
  { what: 'magic 3', records: batch(record(), { magic: 3 }), error: CORRUPT },
  { what: 'magic -1', records: batch(record(), { magic: -1 }), error: CORRUPT },
  { what: 'magic 1 in a batch of version 2', records: batch(record(), { magic: 1 }), error: INVALID_RECORD },
  { what: 'a size below a header', records: batch(record(), { length: 10 }), error: CORRUPT },
  { what: 'a size of 0', records: batch(record(), { length: 0 }), error: CORRUPT },
  { what: 'a negative size', records: batch(record(), { length: -100 }), error: CORRUPT },
  { what: 'a size beyond the bytes', records: batch(record(), { length: 1_000_000 }), error: INVALID_RECORD },
  { what: 'a batch cut short', records: good.subarray(0, good.length - 4), error: INVALID_RECORD },
  { what: 'a batch of 30 bytes', records: good.subarray(0, 30), error: INVALID_RECORD },
  { what: 'two batches', records: Buffer.concat([good, good]), error: INVALID_RECORD },
  { what: 'a batch and half of one', records: Buffer.concat([good, good.subarray(0, 40)]), error: 0 },
  { what: 'a count above the records', records: batch(record(), { count: 5 }), error: INVALID_RECORD, logStart: 0 },
  {
    what: 'a count below the records',
    records: batch(Buffer.concat([record(), record({ offsetDelta: 1 })])),
    error: INVALID_RECORD,
    logStart: 0,
  },
  {
    what: 'a count of 0',
    records: batch(record(), { count: 0, lastOffsetDelta: 0 }),
    error: INVALID_RECORD,
    logStart: 0,
  },
  {
    what: 'a negative count',
    records: batch(record(), { count: -5, lastOffsetDelta: 0 }),
    error: INVALID_RECORD,
    logStart: 0,
  },
  { what: 'a count of 2^31 - 1', records: batch(record(), { count: 0x7fffffff }), error: INVALID_RECORD, logStart: 0 },
  {
    what: 'a last offset delta of its own',
    records: batch(record(), { lastOffsetDelta: 7 }),
    error: INVALID_RECORD,
    logStart: 0,
  },
  {
    what: 'a negative last offset delta',
    records: batch(record(), { lastOffsetDelta: -2 }),
    error: INVALID_RECORD,
    logStart: 0,
  },
  {
    what: 'a negative base offset',
    records: batch(record(), { baseOffset: -1000 }),
    error: INVALID_RECORD,
    logStart: 0,
  },
  { what: 'a producer id of -2', records: batch(record(), { producerId: -2 }), error: 0 },
  {
    what: 'a producer id beyond 2^53',
    records: batch(record(), { producerId: 2 ** 60, producerEpoch: 0, baseSequence: 0 }),
    error: INVALID_RECORD,
    logStart: 0,
    kafka: 0,
  },
  {
    what: 'a producer id without a sequence',
    records: batch(record(), { producerId: 5, producerEpoch: 0 }),
    error: INVALID_RECORD,
    logStart: 0,
  },
  {
    what: 'offset deltas that are not 0, 1',
    records: batch(Buffer.concat([record(), record({ offsetDelta: 9 })]), { count: 2 }),
    error: 0,
  },
  { what: 'a control batch', records: batch(record(), { attributes: 0x20 }), error: INVALID_RECORD, logStart: 0 },
  {
    what: 'a record longer than the batch',
    records: batch(record({ length: 1000 })),
    error: INVALID_RECORD,
    logStart: 0,
  },
  { what: 'a record of a negative length', records: batch(record({ length: -5 })), error: INVALID_RECORD, logStart: 0 },
  {
    what: 'a record shorter than its fields',
    records: batch(record({ length: 3 })),
    error: INVALID_RECORD,
    logStart: 0,
  },
  { what: 'a value longer than the record', records: batch(lyingValue(1000)), error: INVALID_RECORD, logStart: 0 },
  { what: 'a negative header count', records: batch(lyingHeaders(-3)), error: INVALID_RECORD, logStart: 0 },
  { what: '2^31 - 1 headers', records: batch(lyingHeaders(0x7fffffff)), error: INVALID_RECORD, logStart: 0 },
  { what: 'a null header key', records: batch(nullHeaderKey()), error: INVALID_RECORD, logStart: 0 },
  { what: 'no records in a batch of one', records: batch(Buffer.alloc(0)), error: INVALID_RECORD, logStart: 0 },
  {
    what: 'a codec that nobody knows',
    records: batch(record(), { attributes: 5 }),
    error: UNKNOWN_SERVER,
    logStart: 0,
  },
  { what: 'gzip that is none', records: batch(record(), { attributes: GZIP }), error: UNKNOWN_SERVER, logStart: 0 },
  { what: 'snappy that is none', records: batch(record(), { attributes: SNAPPY }), error: UNKNOWN_SERVER, logStart: 0 },
  { what: 'lz4 that is none', records: batch(record(), { attributes: LZ4 }), error: UNKNOWN_SERVER, logStart: 0 },
  { what: 'zstd that is none', records: batch(record(), { attributes: ZSTD }), error: UNKNOWN_SERVER, logStart: 0 },
  {
    what: 'gzip cut short',
    records: batch(gzipSync(record()).subarray(0, 15), { attributes: GZIP }),
    error: UNKNOWN_SERVER,
    logStart: 0,
  },
  {
    what: 'gzip with a wrong byte',
    records: batch(flipped(gzipSync(record({ value: Buffer.alloc(100, 'abc') })), 14), { attributes: GZIP }),
    error: UNKNOWN_SERVER,
    logStart: 0,
  },
  {
    what: 'nothing, in gzip',
    records: batch(gzipSync(Buffer.alloc(0)), { attributes: GZIP }),
    error: INVALID_RECORD,
    logStart: 0,
  },
  { what: 'more than max.message.bytes', records: batch(record({ value: Buffer.alloc(1_100_000) })), error: TOO_LARGE },
  {
    what: 'a timestamp in the far future',
    records: batch(record(), { timestamp: Date.now() + 9e9 }),
    error: INVALID_TIMESTAMP,
    logStart: 0,
    configs: { 'message.timestamp.after.max.ms': '1000' },
  },
  { what: 'acks of 5', records: good, error: INVALID_ACKS, options: { acks: 5 } },
  { what: 'acks of -2', records: good, error: INVALID_ACKS, options: { acks: -2 } },
  { what: 'a partition that is not there', records: good, error: UNKNOWN_TOPIC, options: { partition: 77 } },
  { what: 'a negative partition', records: good, error: UNKNOWN_TOPIC, options: { partition: -1 } },
];

function lyingValue(length) {
  const body = Buffer.concat([
    int(1, 0),
    varint(0),
    varint(0),
    varint(-1),
    varint(length),
    Buffer.from('abc'),
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function lyingHeaders(count) {
  const body = Buffer.concat([int(1, 0), varint(0), varint(0), varint(-1), varint(-1), varint(count)]);
  return Buffer.concat([varint(body.length), body]);
}

function nullHeaderKey() {
  const body = Buffer.concat([
    int(1, 0),
    varint(0),
    varint(0),
    varint(-1),
    varint(-1),
    varint(1),
    varint(-1),
    varint(-1),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

/** @type {import('../lib/case.mjs').Case[]} */
export const recordCases = [
  {
    name: 'records / each wrong batch gets its error, the connection stays, nothing is stored',
    async check(at) {
      const wrong = [];
      for (const { what, records, error, logStart = -1, kafka, options, configs } of WRONG) {
        const topic = await at.topic('bad', 1, configs);
        const peer = await at.peer();
        peer.send(produceRequest(topic, records, options));
        const silenceMs = kafka === SILENCE && at.target.isKafka ? 2000 : 15_000;
        const answer = await peer.answer(silenceMs).catch(() => SILENCE);
        const got = typeof answer === 'string' ? { error: answer } : readProduced(answer);
        const expected = at.target.isKafka && kafka !== undefined ? kafka : error;
        const start = expected === 0 ? 0 : logStart;
        if (got.error !== expected) wrong.push(`${what}: ${got.error} instead of ${expected}`);
        else if (typeof answer !== 'string' && got.logStartOffset !== start)
          wrong.push(`${what}: log start offset ${got.logStartOffset} instead of ${start}`);
        if (expected === 0 || got.error === SILENCE) continue;
        peer.send(listEndRequest(topic));
        const end = await peer.answer();
        if (end === CLOSED || readListed(end) !== 0) wrong.push(`${what}: the log does not end at 0 afterwards`);
      }
      if (wrong.length > 0) throw new Error(wrong.join('\n  '));
    },
  },
  {
    name: 'records / decompression bombs',
    // What is compressed is unpacked and checked on the event loop, up to 64 MiB of it: one such batch holds up all others.
    p99Ms: 300,
    async check(at) {
      const topic = await at.topic();
      const wrong = [];
      for (const { what, records, ours, kafka } of bombs()) {
        const peer = await at.peer();
        peer.send(produceRequest(topic, records));
        const answer = await peer.answer();
        const got = typeof answer === 'string' ? answer : readProduced(answer).error;
        const expected = at.target.isKafka ? kafka : ours;
        if (got !== expected) wrong.push(`${what}: ${got} instead of ${expected}`);
        await pause(700);
      }
      if (wrong.length > 0) throw new Error(wrong.join('\n  '));
    },
  },
];

/**
 * What unpacks to zeros is no record. One whose only record is large is Kafka's to take, whatever its size, since it unpacks
 * piece by piece; ours are refused beyond 64 MiB.
 */
function* bombs() {
  /** @type {[string, number, (head: Buffer, zeros: number) => Buffer, number][]} */
  const codecs = [
    ['gzip', GZIP, gzipBomb, 32],
    ['snappy', SNAPPY, snappyBomb, 16],
    ['lz4', LZ4, lz4Bomb, 32],
    ['zstd', ZSTD, zstdBomb, 32],
  ];
  for (const [codec, attributes, make, megabytes] of codecs) {
    const zeros = megabytes << 20;
    const one = batch(make(headOf(zeros), zeros), { attributes });
    yield {
      what: `${megabytes} MB of zeros in ${codec}`,
      records: batch(make(int(1, 0), zeros), { attributes }),
      ours: INVALID_RECORD,
      kafka: INVALID_RECORD,
    };
    yield { what: `one record of ${megabytes} MB in ${codec}`, records: one, ours: 0, kafka: 0 };
  }
  const zeros = 200 << 20;
  for (const [codec, attributes, make] of [codecs[0], codecs[3]]) {
    yield {
      what: `one record of 200 MB in ${codec}`,
      records: batch(make(headOf(zeros), zeros), { attributes }),
      ours: UNKNOWN_SERVER,
      kafka: 0,
    };
  }
  yield {
    what: 'a million records of the same offset in 10 KB',
    records: crowd(),
    ours: UNKNOWN_SERVER,
    kafka: UNKNOWN_SERVER,
  };
  yield {
    what: 'a snappy chunk of 2^31 - 1 bytes, it says',
    records: batch(snappyLie(), { attributes: SNAPPY }),
    ours: UNKNOWN_SERVER,
    kafka: UNKNOWN_SERVER,
  };
}

/** A million records that take more memory each than they have bytes. */
function crowd() {
  const one = record({ value: null });
  return batch(gzipSync(Buffer.alloc(1_000_000 * one.length, one)), { attributes: GZIP, count: 1_000_000 });
}

/** The beginning of a record whose value and header count are so many zeros. @param {number} zeros */
function headOf(zeros) {
  const fields = Buffer.concat([int(1, 0), varint(0), varint(0), varint(-1), varint(zeros - 1)]);
  return Buffer.concat([varint(fields.length + zeros), fields]);
}
