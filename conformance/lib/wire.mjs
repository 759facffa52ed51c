// The few requests the runner itself sends, by hand, so that what it checks with depends on no client.
import { connect } from 'node:net';
import { int, text as string } from './bytes.mjs';

/**
 * One request on a connection of its own; resolves to the answer from the correlation id on.
 * @param {number} port
 * @param {number} apiKey
 * @param {number} apiVersion with a request header of version 1 (not flexible)
 * @param {Buffer} body
 * @param {number} [limitMs]
 * @returns {Promise<Buffer>}
 */
export function call(port, apiKey, apiVersion, body, limitMs = 3000) {
  return new Promise((resolve, reject) => {
    const client = Buffer.from('conformance');
    const head = Buffer.alloc(14);
    head.writeInt32BE(10 + client.length + body.length, 0);
    head.writeInt16BE(apiKey, 4);
    head.writeInt16BE(apiVersion, 6);
    head.writeInt32BE(1, 8);
    head.writeInt16BE(client.length, 12);
    const socket = connect(port, '127.0.0.1');
    const chunks = [];
    let bytes = 0;
    const fail = (error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(limitMs, () => fail(new Error(`port ${port}: no answer within ${limitMs} ms`)));
    socket.on('error', fail);
    socket.on('close', () => reject(new Error(`port ${port}: connection closed`)));
    socket.on('connect', () => socket.write(Buffer.concat([head, client, body])));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes < 4) return;
      const all = Buffer.concat(chunks);
      if (all.length < all.readInt32BE(0) + 4) return;
      resolve(all.subarray(4));
      socket.destroy();
    });
  });
}

/**
 * Metadata v1: the brokers, and the topics asked for (none by default, which creates them where the broker may; null: all).
 * @param {number} port
 * @param {string[] | null} [topics]
 * @returns {Promise<{ brokers: { id: number, host: string, port: number }[], topics: { error: number, name: string, partitions: { index: number, leader: number }[] }[] }>}
 */
export async function metadata(port, topics = []) {
  const names = (topics ?? []).map(string);
  const answer = await call(port, 3, 1, Buffer.concat([int(4, topics?.length ?? -1), ...names]));
  let at = 4;
  const i8 = () => answer.readInt8(at++);
  const i16 = () => answer.readInt16BE((at += 2) - 2);
  const i32 = () => answer.readInt32BE((at += 4) - 4);
  const text = () => {
    const length = i16();
    return length < 0 ? '' : answer.toString('utf8', at, (at += length));
  };
  const list = (read) => Array.from({ length: i32() }, read);
  const brokers = list(() => {
    const broker = { id: i32(), host: text(), port: i32() };
    text(); // rack
    return broker;
  });
  i32(); // controller
  const found = list(() => {
    const topic = { error: i16(), name: text(), internal: i8(), partitions: /** @type {any[]} */ ([]) };
    topic.partitions = list(() => {
      const partition = { error: i16(), index: i32(), leader: i32(), replicas: list(i32), isr: list(i32) };
      return partition;
    });
    return topic;
  });
  return { brokers, topics: found };
}

/** Whether the broker on this port lists itself, which is when Kafka's clients can use it. @param {number} port */
export async function answers(port) {
  try {
    return (await metadata(port)).brokers.some((broker) => broker.port === port);
  } catch {
    return false;
  }
}
