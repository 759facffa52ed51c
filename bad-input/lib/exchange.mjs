// One request on a connection of its own, by what it is for.
import { Peer } from './peer.mjs';
import { listEndRequest, produceRequest, readListed, readProduced } from './requests.mjs';

/** @template T @param {number} port @param {Buffer} bytes @param {(answer: Buffer) => T} read @returns {Promise<T | 'closed'>} */
async function ask(port, bytes, read) {
  const peer = await Peer.connect(port);
  try {
    peer.send(bytes);
    const answer = await peer.answer(20_000);
    return typeof answer === 'string' ? 'closed' : read(answer);
  } finally {
    peer.socket.destroy();
  }
}

/** @param {number} port @param {string} topic @param {Buffer} records @returns its error code */
export const produce = (port, topic, records) =>
  ask(port, produceRequest(topic, records), (answer) => readProduced(answer).error);

/** @param {number} port @param {string} topic @returns the offset after the last record */
export const endOf = (port, topic) => ask(port, listEndRequest(topic), readListed);
