import { connect, type Socket } from 'node:net';
import { FrameSplitter } from '@ottla/rpc';

/** A connection to the broker behind a scripted one: a frame in, the frame of its answer out. */
export class Upstream {
  readonly #port: number;
  readonly #waiting: ((frame: Buffer | undefined) => void)[] = [];
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** With its size in front; undefined: the broker closed the connection. */
  answer(frame: Buffer): Promise<Buffer | undefined> {
    const socket = this.#connected();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      socket.write(framed(frame));
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connected(): Socket {
    if (this.#socket !== undefined) return this.#socket;
    const socket = connect(this.#port, '127.0.0.1');
    this.#socket = socket;
    const splitter = new FrameSplitter(1 << 24, (frame) => this.#waiting.shift()?.(framed(frame)));
    socket
      .on('data', (chunk) => splitter.push(Buffer.from(chunk)))
      .on('error', () => {})
      .on('close', () => {
        for (const resolve of this.#waiting.splice(0)) resolve(undefined);
      });
    return socket;
  }
}

function framed(frame: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}
