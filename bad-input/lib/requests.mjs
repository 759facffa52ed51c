// Requests written by hand, right ones and wrong ones.
import { bytes, int, int64, text } from '../../conformance/lib/bytes.mjs';

/** A size and that many bytes. @param {Buffer} payload @returns {Buffer} */
export const frame = (payload) => Buffer.concat([int(4, payload.length), payload]);

/**
 * @param {number} apiKey
 * @param {number} version
 * @param {Buffer} body
 * @param {{ correlationId?: number, clientId?: string | null, flexible?: boolean }} [options] flexible: a header of version 2
 * @returns {Buffer} with its size
 */
export const request = (apiKey, version, body, { correlationId = 1, clientId = 'bad-input', flexible = false } = {}) =>
  frame(
    Buffer.concat([
      int(2, apiKey),
      int(2, version),
      int(4, correlationId),
      text(clientId),
      flexible ? int(1, 0) : Buffer.alloc(0),
      body,
    ]),
  );

/**
 * Produce version 8 (or 7: the same bytes) for one partition.
 * @param {string} topic
 * @param {Buffer | null} records
 * @param {{ partition?: number, acks?: number, correlationId?: number, version?: number }} [options]
 * @returns {Buffer}
 */
export function produceRequest(topic, records, { partition = 0, acks = 1, correlationId = 1, version = 8 } = {}) {
  const transactionalId = version >= 3 ? text(null) : Buffer.alloc(0);
  const partitions = Buffer.concat([int(4, 1), int(4, partition), bytes(records)]);
  const body = Buffer.concat([transactionalId, int(2, acks), int(4, 10_000), int(4, 1), text(topic), partitions]);
  return request(0, version, body, { correlationId });
}

/** @typedef {{ correlationId: number, error: number, baseOffset: number, logStartOffset: number }} Produced */

/** The answer to Produce of version 8 (5 to 8) with one partition. @param {Buffer} answer from the correlation id on @returns {Produced} */
export function readProduced(answer) {
  const topicBytes = answer.readInt16BE(8);
  const at = 10 + topicBytes + 4 + 4;
  return {
    correlationId: answer.readInt32BE(0),
    error: answer.readInt16BE(at),
    baseOffset: Number(answer.readBigInt64BE(at + 2)),
    logStartOffset: Number(answer.readBigInt64BE(at + 18)),
  };
}

/** ListOffsets version 1: the end of a partition. @param {string} topic @param {number} [partition] */
export const listEndRequest = (topic, partition = 0) =>
  request(2, 1, Buffer.concat([int(4, -1), int(4, 1), text(topic), int(4, 1), int(4, partition), int64(-1)]));

/** ApiVersions 0, which has no body. @param {number} [correlationId] */
export const apiVersionsRequest = (correlationId = 1) => request(18, 0, Buffer.alloc(0), { correlationId });

/** Its answer: the offset. @param {Buffer} answer */
export const readListed = (answer) => Number(answer.readBigInt64BE(answer.length - 8));
