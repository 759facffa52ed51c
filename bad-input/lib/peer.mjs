// A client that says what it likes, and a look at what the broker answers.
import { connect } from 'node:net';
import { within } from '../../conformance/lib/wait.mjs';

/** What `Peer.answer` gives when the broker closes instead. */
export const CLOSED = 'closed';

export class Peer {
  /** @param {import('node:net').Socket} socket connected */
  constructor(socket) {
    this.socket = socket;
    /** How the broker's log names it. */
    this.address = `${socket.localAddress}:${socket.localPort}`;
    this.received = Buffer.alloc(0);
    this.isClosed = false;
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    const wake = () => {
      for (const watcher of this.watchers) watcher();
    };
    socket.on('error', () => {}); // a reset is a close, too
    socket.on('close', () => {
      this.isClosed = true;
      wake();
    });
    socket.on('end', () => {
      this.isClosed = true;
      wake();
    });
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      wake();
    });
  }

  /** @param {number} port @param {import('node:net').TcpSocketConnectOpts} [options] @returns {Promise<Peer>} */
  static connect(port, options) {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', noDelay: true, ...options, port });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Peer(socket));
      });
    });
  }

  /** @param {Buffer} bytes */
  send(bytes) {
    this.socket.write(bytes);
  }

  #frame() {
    if (this.received.length < 4) return undefined;
    const end = 4 + this.received.readInt32BE(0);
    if (this.received.length < end) return undefined;
    const found = this.received.subarray(4, end);
    this.received = this.received.subarray(end);
    return found;
  }

  /**
   * The next answer from its correlation id on, or `CLOSED`.
   * @param {number} [limitMs]
   * @returns {Promise<Buffer | typeof CLOSED>}
   */
  answer(limitMs = 15_000) {
    let look;
    const found = new Promise((resolve) => {
      look = () => {
        const next = this.#frame();
        if (next !== undefined) resolve(next);
        else if (this.isClosed) resolve(CLOSED);
      };
      this.watchers.add(look);
      look();
    });
    return within('an answer or the end of the connection', limitMs, found).finally(() => this.watchers.delete(look));
  }

  /** The broker closes without another word. @param {number} [limitMs] */
  async expectClosed(limitMs) {
    const answer = await this.answer(limitMs);
    if (answer !== CLOSED) throw new Error(`answered with ${answer.toString('hex').slice(0, 200)} instead of closing`);
  }

  /** An orderly end from this side. */
  end() {
    this.socket.end();
  }

  /** A reset. */
  reset() {
    this.socket.resetAndDestroy();
  }
}
