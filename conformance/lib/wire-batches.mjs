// What a partition's log holds, batch by batch, as the newest clients get it (Fetch version 4).
//
//   batch: 0 base offset, 8 | 8 length of what follows, 4 | 12 leader epoch, 4 | 16 magic, 1 | 17 CRC, 4 | 21 attributes, 2
//          | 23 last offset delta, 4 | 27 first timestamp, 8 | 35 last timestamp, 8 | 43 producer id, 8 | 51 producer epoch, 2
//          | 53 first sequence, 4 | 57 count, 4 | 61 records
import { call } from './wire.mjs';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/**
 * @param {number} port
 * @param {string} topic
 * @param {number} partition
 * @param {number} [fromOffset]
 * @returns {Promise<{ baseOffset: number, leaderEpoch: number, codec: string, count: number }[]>} as many as fit in 1 MiB
 */
export async function batchesOf(port, topic, partition, fromOffset = 0) {
  const name = Buffer.from(topic);
  const body = Buffer.alloc(17 + 4 + 2 + name.length + 4 + 16);
  let at = body.writeInt32BE(-1, 0); // a consumer
  at = body.writeInt32BE(500, at); // wait
  at = body.writeInt32BE(1, at); // at least a byte
  at = body.writeInt32BE(1 << 20, at);
  at = body.writeInt8(0, at); // read uncommitted
  at = body.writeInt32BE(1, at);
  at = body.writeInt16BE(name.length, at);
  at += name.copy(body, at);
  at = body.writeInt32BE(1, at);
  at = body.writeInt32BE(partition, at);
  at = body.writeBigInt64BE(BigInt(fromOffset), at);
  body.writeInt32BE(1 << 20, at);

  const answer = await call(port, 1, 4, body, 10_000);
  at = 4 + 4 + 4; // correlation id, throttle time, one topic
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
      count: answer.readInt32BE(at + 57),
    });
    at += 12 + answer.readInt32BE(at + 8);
  }
  return batches;
}
