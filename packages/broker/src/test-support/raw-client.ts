import type { Connection, ConnectionHandler, Platform } from '@ottla/platform';
import {
  decodeResponseHeader,
  encodeRequestFrame,
  joinParts,
  type MessageCodec,
  Reader,
  Writer,
} from '@ottla/protocol';

/** A connection that sends any bytes, and any request in any version, and reads answers one by one. */
export class RawClient implements ConnectionHandler {
  #connection: Connection | undefined;
  #received = Buffer.alloc(0);
  #isClosed = false;
  #wake: (() => void) | undefined;
  #nextId = 1;

  static async connect(platform: Platform, port: number): Promise<RawClient> {
    const client = new RawClient();
    await platform.network.connect({ host: '127.0.0.1', port, timeoutMs: 5000 }, (connection) => {
      client.#connection = connection;
      return client;
    });
    return client;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  received(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    this.#connection?.release(chunk);
    this.#wake?.();
  }

  drained(): void {}

  closed(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  send(bytes: Uint8Array): void {
    this.#connection?.send([bytes]);
  }

  /** Reads nothing more from the socket: the broker's answers pile up. */
  pause(): void {
    this.#connection?.pause();
  }

  resume(): void {
    this.#connection?.resume();
  }

  /** The next frame without its size; undefined when the broker closed the connection. */
  async frame(): Promise<Buffer | undefined> {
    for (;;) {
      const size = this.#received.length < 4 ? Number.POSITIVE_INFINITY : 4 + this.#received.readInt32BE(0);
      if (this.#received.length >= size) {
        const frame = this.#received.subarray(4, size);
        this.#received = this.#received.subarray(size);
        return frame;
      }
      if (this.#isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves when the broker has closed the connection. */
  async end(): Promise<void> {
    while (!this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends without waiting; returns the correlation id. */
  post<Init>(codec: MessageCodec<unknown, Init>, version: number, body: Init, clientId: string | null = 'raw'): number {
    const id = this.#nextId++;
    this.send(joinParts(encodeRequestFrame(new Writer(), codec, version, id, clientId, body)));
    return id;
  }

  /** The next answer, which must be that of `id`. */
  async answer<T>(codec: MessageCodec<T, never>, version: number, id: number): Promise<T> {
    const frame = await this.frame();
    if (frame === undefined) throw new Error('the broker closed the connection');
    const reader = new Reader(frame);
    const correlationId = decodeResponseHeader(reader, codec.apiKey, version);
    if (correlationId !== id) throw new Error(`the answer is for request ${correlationId}, not ${id}`);
    const response = codec.decode(reader, version);
    reader.end(codec.name);
    return response;
  }

  call<Init, T>(
    request: MessageCodec<unknown, Init>,
    response: MessageCodec<T, never>,
    version: number,
    body: Init,
  ): Promise<T> {
    return this.answer(response, version, this.post(request, version, body));
  }

  close(): void {
    this.#connection?.destroy();
  }
}
