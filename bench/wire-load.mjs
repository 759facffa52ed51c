// Small loads that need no C: silent connections, and asking every partition of a topic.
import { connect } from 'node:net';
import { int, int64, text } from '../conformance/lib/bytes.mjs';
import { until } from '../conformance/lib/wait.mjs';
import { call } from '../conformance/lib/wire.mjs';

/** ApiVersions, version 0. */
const ASK = Buffer.concat([int(4, 10), int(2, 18), int(2, 0), int(4, 1), int(2, -1)]);

/** @param {number} port @param {number} count @returns {Promise<() => Promise<void>>} closes them */
export async function openIdle(port, count) {
  /** @type {import('node:net').Socket[]} */
  const sockets = [];
  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      socket.once('connect', () => socket.write(ASK));
      socket.once('data', resolve);
      socket.once('error', reject);
    });
  while (sockets.length < count) await Promise.all(Array.from({ length: Math.min(50, count - sockets.length) }, one));
  return async () => {
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy())));
  };
}

/** Until ListOffsets answers without an error for every partition: a leader that is announced may not have its log yet. @param {number} port @param {string} topic @param {number} partitions */
export function untilUsable(port, topic, partitions) {
  const each = Array.from({ length: partitions }, (_, index) => Buffer.concat([int(4, index), int64(-1)]));
  const body = Buffer.concat([int(4, -1), int(4, 1), text(topic), int(4, partitions), ...each]);
  return until(
    `every partition of ${topic}`,
    120_000,
    async () => {
      const answer = await call(port, 2, 1, body, 30_000);
      // correlation id, array of one: name, array of: partition, error code, timestamp, offset
      const at = 4 + 4 + 2 + Buffer.byteLength(topic) + 4;
      for (let index = 0; index < partitions; index++) if (answer.readInt16BE(at + index * 22 + 4) !== 0) return false;
      return true;
    },
    5,
  );
}
