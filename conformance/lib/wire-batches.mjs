// What a partition's log holds, batch by batch, as the newest clients get it (Fetch version 4).
//
//   batch: 0 base offset, 8 | 8 length of what follows, 4 | 12 leader epoch, 4 | 16 magic, 1 | 17 CRC, 4 | 21 attributes, 2
//          | 23 last offset delta, 4 | 27 first timestamp, 8 | 35 last timestamp, 8 | 43 producer id, 8 | 51 producer epoch, 2
//          | 53 first sequence, 4 | 57 count, 4 | 61 records
import { int, int64, text } from './bytes.mjs';
import { call } from './wire.mjs';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/**
 * The body of Fetch version 4 for one partition.
 * @param {string} topic
 * @param {number} partition
 * @param {number} fromOffset
 * @param {{ waitMs?: number, maxBytes?: number }} [options]
 * @returns {Buffer}
 */
export const fetchBody = (topic, partition, fromOffset, { waitMs = 500, maxBytes = 1 << 20 } = {}) =>
  Buffer.concat([
    int(4, -1), // a consumer
    int(4, waitMs),
    int(4, 1), // at least a byte
    int(4, maxBytes),
    int(1, 0), // read uncommitted
    int(4, 1),
    text(topic),
    int(4, 1),
    int(4, partition),
    int64(fromOffset),
    int(4, maxBytes),
  ]);

/**
 * @param {number} port
 * @param {string} topic
 * @param {number} partition
 * @param {number} [fromOffset]
 * @returns {Promise<{ baseOffset: number, leaderEpoch: number, codec: string, producerId: number, producerEpoch: number, baseSequence: number, count: number }[]>} as many as fit in 1 MiB
 */
export async function batchesOf(port, topic, partition, fromOffset = 0) {
  const answer = await call(port, 1, 4, fetchBody(topic, partition, fromOffset), 10_000);
  let at = 4 + 4 + 4; // correlation id, throttle time, one topic
  at += 2 + answer.readInt16BE(at) + 4 + 4;
  const error = answer.readInt16BE(at);
  if (error !== 0) throw new Error(`Fetch of ${topic}-${partition}: error code ${error}`);
  at += 2 + 8 + 8;
  at += 4 + 16 * Math.max(0, answer.readInt32BE(at)); // aborted transactions
  const end = at + 4 + answer.readInt32BE(at);
  at += 4;
  const batches = [];
  while (at + 61 <= end && at + 12 + answer.readInt32BE(at + 8) <= end) {
    if (answer[at + 16] !== 2) throw new Error(`${topic}-${partition}: a batch of magic ${answer[at + 16]}`);
    batches.push({
      baseOffset: Number(answer.readBigInt64BE(at)),
      leaderEpoch: answer.readInt32BE(at + 12),
      codec: CODECS[answer.readInt16BE(at + 21) & 7],
      producerId: Number(answer.readBigInt64BE(at + 43)),
      producerEpoch: answer.readInt16BE(at + 51),
      baseSequence: answer.readInt32BE(at + 53),
      count: answer.readInt32BE(at + 57),
    });
    at += 12 + answer.readInt32BE(at + 8);
  }
  return batches;
}
