// Frames whose header or body is not what the protocol says.
import { int, text } from '../../conformance/lib/bytes.mjs';
import { CLOSED } from '../lib/peer.mjs';
import { apiVersionsRequest, frame, request } from '../lib/requests.mjs';

/** @typedef {import('../lib/case.mjs').Situation} Situation */

const METADATA = 3;

/** @param {string} name @param {Buffer} bytes @param {RegExp} reason @returns {import('../lib/case.mjs').Case} */
const disconnects = (name, bytes, reason) => ({
  name: `requests / ${name}`,
  check: (at) => at.expectDisconnect(bytes, reason),
});

/** Unsigned varint of 2^32 - 1: an array of 2^32 - 2 elements, or a string of so many bytes. */
const HUGE = Buffer.from('ffffffff0f', 'hex');

/** APIs that a broker of 3.9 serves to clients, by key and a version whose body is not empty. */
const BODIES = [
  [0, 8],
  [1, 4],
  [2, 1],
  [3, 1],
  [8, 2],
  [9, 1],
  [10, 0],
  [11, 0],
  [12, 0],
  [13, 0],
  [14, 0],
  [15, 0],
  [19, 2],
  [20, 1],
  [22, 0],
  [23, 2],
  [32, 0],
  [33, 0],
  [35, 0],
  [37, 0],
  [42, 0],
  [43, 0],
  [44, 0],
  [47, 0],
];

/** @type {import('../lib/case.mjs').Case[]} */
export const requestCases = [
  disconnects('an unknown api key', request(999, 0, Buffer.alloc(0)), /API with key 999/),
  disconnects('a negative api key', request(-1, 0, Buffer.alloc(0)), /API with key -1/),
  disconnects(
    'a version above those served',
    request(METADATA, 99, int(4, 0)),
    /METADATA.* version 99|Metadata.* version 99/i,
  ),
  disconnects('a negative version', request(METADATA, -1, int(4, 0)), /version -1/),
  disconnects('a header cut short', frame(Buffer.from('0003', 'hex')), /header/),
  disconnects(
    'a client id longer than the frame',
    frame(Buffer.concat([int(2, METADATA), int(2, 1), int(4, 1), int(2, 30_000), int(4, 0)])),
    /header/,
  ),
  disconnects(
    'a client id that is no UTF-8 and a body missing',
    frame(Buffer.concat([int(2, METADATA), int(2, 1), int(4, 1), int(2, 2), Buffer.from([0xff, 0xfe])])),
    /Error getting request for apiKey: METADATA, apiVersion: 1/i,
  ),
  disconnects('an array of 2^31 - 1 elements', request(METADATA, 1, int(4, 0x7fffffff)), /METADATA/i),
  disconnects(
    'an array of more elements than sent',
    request(METADATA, 1, Buffer.concat([int(4, 2), text('a')])),
    /METADATA/i,
  ),
  disconnects('a compact array of 2^32 - 2 elements', request(METADATA, 12, HUGE, { flexible: true }), /METADATA/i),
  disconnects(
    'a compact string of 2^32 - 2 bytes',
    request(METADATA, 12, Buffer.concat([Buffer.from([2]), Buffer.alloc(16), HUGE]), { flexible: true }),
    /METADATA/i,
  ),
  disconnects(
    'a tagged field of 2^31 bytes in the header',
    frame(Buffer.concat([int(2, METADATA), int(2, 12), int(4, 1), text('x'), Buffer.from('0100ffffffff07', 'hex')])),
    /header/,
  ),
  disconnects(
    '2^32 - 1 tagged fields',
    frame(Buffer.concat([int(2, METADATA), int(2, 12), int(4, 1), text('x'), HUGE])),
    /header/,
  ),
  disconnects(
    'a varint that does not end',
    request(METADATA, 12, Buffer.alloc(20, 0xff), { flexible: true }),
    /METADATA/i,
  ),
  {
    // Any negative count is Kafka's null, which is all topics; ours takes -1 only (docs/decisions/002).
    name: 'requests / an array of -2 elements',
    async check(at) {
      const bytes = request(METADATA, 1, int(4, -2));
      if (!at.target.isKafka) return at.expectDisconnect(bytes, /METADATA/i);
      const peer = await at.peer();
      peer.send(bytes);
      if ((await peer.answer()) === CLOSED) throw new Error('the connection was closed');
    },
  },
  {
    name: 'requests / every API without its body',
    async check(at) {
      const wrong = [];
      for (const [key, version] of BODIES) {
        const peer = await at.peer();
        peer.send(request(key, version, Buffer.alloc(0)));
        if ((await peer.answer()) !== CLOSED) wrong.push(key);
      }
      if (wrong.length > 0) throw new Error(`answered by ${wrong.join(', ')}`);
      await at.log.expectTroubles(BODIES.length);
      at.log.mark();
    },
  },
  {
    name: 'requests / bytes behind the body are ignored',
    async check(at) {
      const peer = await at.peer();
      peer.send(request(METADATA, 1, Buffer.concat([int(4, 0), Buffer.alloc(100, 0xee)])));
      if ((await peer.answer()) === CLOSED) throw new Error('the connection was closed');
      at.log.expectQuiet();
    },
  },
  {
    name: 'requests / an unknown version of ApiVersions gets the versions, and the connection stays',
    async check(at) {
      const peer = await at.peer();
      peer.send(request(18, 99, Buffer.alloc(0), { flexible: true }));
      const answer = await peer.answer();
      if (answer === CLOSED || answer.readInt16BE(4) !== 35) throw new Error('no UNSUPPORTED_VERSION');
      peer.send(apiVersionsRequest(2));
      if ((await peer.answer()) === CLOSED) throw new Error('the connection was closed');
      at.log.expectQuiet();
    },
  },
];
