// Bytes that are no frames, or not yet.
import { randomBytes } from 'node:crypto';
import { int } from '../../conformance/lib/bytes.mjs';
import { pause } from '../../conformance/lib/wait.mjs';
import { batch, goodBatch, record } from '../lib/batches.mjs';
import { CLOSED } from '../lib/peer.mjs';
import { apiVersionsRequest, frame, produceRequest, readProduced } from '../lib/requests.mjs';

/** `socket.request.max.bytes` by default. */
const FRAME_BYTES_MAX = 100 * 1024 * 1024;

/** @typedef {import('../lib/case.mjs').Situation} Situation */

/** @param {Situation} at @param {Buffer} bytes @param {number} everyMs */
async function drip(at, bytes, everyMs) {
  const peer = await at.peer();
  for (const byte of bytes) {
    peer.send(Buffer.from([byte]));
    await pause(everyMs);
  }
  return peer;
}

/** @type {import('../lib/case.mjs').Case[]} */
export const frameCases = [
  {
    name: 'frames / a web browser',
    check: (at) =>
      at.expectDisconnect(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /Invalid receive \(size = 1195725856/),
  },
  {
    name: 'frames / TLS to a plain port',
    check: (at) =>
      at.expectDisconnect(Buffer.from('160301020001000001fc0303', 'hex'), /Invalid receive \(size = 369295618/),
  },
  {
    name: 'frames / a negative size',
    check: (at) => at.expectDisconnect(int(4, -1), /Invalid receive \(size = -1/),
  },
  {
    name: 'frames / a size above socket.request.max.bytes',
    check: (at) =>
      at.expectDisconnect(int(4, FRAME_BYTES_MAX + 1), /Invalid receive \(size = 104857601 larger than 104857600\)/),
  },
  {
    name: 'frames / an empty frame',
    check: (at) => at.expectDisconnect(int(4, 0), /header/),
  },
  {
    name: 'frames / half a frame, then an orderly end',
    async check(at) {
      const peer = await at.peer();
      peer.send(produceRequest('x', goodBatch()).subarray(0, 50));
      peer.end();
      await peer.expectClosed();
      at.log.expectQuiet();
    },
  },
  {
    name: 'frames / half a frame, then a reset',
    async check(at) {
      const peer = await at.peer();
      peer.send(produceRequest('x', goodBatch()).subarray(0, 50));
      await pause(50); // the half is read first
      peer.reset();
      const other = await at.peer();
      other.send(apiVersionsRequest());
      await other.answer();
      at.log.expectQuiet();
    },
  },
  {
    name: 'frames / what came before the garbage is answered',
    async check(at) {
      const peer = await at.peer();
      peer.send(Buffer.concat([apiVersionsRequest(7), int(4, -1)]));
      const answer = await peer.answer();
      if (answer === CLOSED || answer.readInt32BE(0) !== 7)
        throw new Error('the request before the garbage was not answered');
      await peer.expectClosed();
    },
  },
  {
    name: 'frames / random bytes on 100 connections',
    async check(at) {
      for (let round = 0; round < 100; round++) {
        const peer = await at.peer();
        const body = randomBytes(1 + (round % 64));
        peer.send(round % 2 ? frame(body) : body);
        peer.end();
        for (let answer = await peer.answer(); answer !== CLOSED; ) answer = await peer.answer();
      }
      at.log.mark(); // a line each
    },
  },
  {
    name: 'frames / byte by byte',
    limitMs: 60_000,
    async check(at) {
      const topic = await at.topic();
      const bytes = at.slow ? apiVersionsRequest(3) : produceRequest(topic, goodBatch(), { correlationId: 3 });
      const peer = await drip(at, bytes, at.slow ? 1000 : 20);
      const answer = await peer.answer();
      if (answer === CLOSED || answer.readInt32BE(0) !== 3) throw new Error('a slow frame was not answered');
      at.log.expectQuiet();
    },
  },
  {
    name: 'frames / large sizes announced, nothing sent',
    async check(at) {
      const topic = await at.topic();
      // Kafka's heap takes as many bytes as are announced.
      const count = at.target.isKafka ? 4 : 50;
      for (let round = 0; round < count; round++) {
        const peer = await at.peer();
        peer.send(int(4, FRAME_BYTES_MAX));
      }
      const bulk = await at.peer();
      bulk.send(produceRequest(topic, batch(record({ value: Buffer.alloc(900_000) }))));
      const answer = await bulk.answer(10_000);
      if (answer === CLOSED || readProduced(answer).error !== 0)
        throw new Error('a megabyte was not taken beside them');
      at.log.expectQuiet();
    },
  },
];
