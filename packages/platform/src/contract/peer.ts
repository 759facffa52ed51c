import type { Connection, ConnectionHandler, Network } from '../network.ts';

export const host = '127.0.0.1';

/** Keeps what arrives and lets a test wait for it. */
export class Peer implements ConnectionHandler {
  readonly connection: Connection;
  receivedBytes = 0;
  drains = 0;
  closes: (Error | undefined)[] = [];
  /** Has room for the bytes from here... */
  roomFrom = Number.POSITIVE_INFINITY;
  /** ...to here. */
  roomUntil = 0;
  filledBytes = 0;
  #chunks: Buffer[] = [];
  #waiters: (() => void)[] = [];
  #room: Buffer | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** A copy of all that arrived. */
  get all(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  received(chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
    this.receivedBytes += chunk.length;
    this.connection.release(chunk);
    this.#wake();
  }

  room(): Buffer | undefined {
    if (this.receivedBytes < this.roomFrom || this.receivedBytes >= this.roomUntil) return undefined;
    this.#room = Buffer.alloc(Math.min(300_000, this.roomUntil - this.receivedBytes));
    return this.#room;
  }

  filled(bytes: number): void {
    if (this.#room === undefined) throw new Error('There was no room');
    this.#chunks.push(this.#room.subarray(0, bytes));
    this.#room = undefined;
    this.filledBytes += bytes;
    this.receivedBytes += bytes;
    this.#wake();
  }

  drained(): void {
    this.drains++;
    this.#wake();
  }

  closed(error: Error | undefined): void {
    this.closes.push(error);
    this.#wake();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

/** Both ends of a new connection; `done` stops listening. */
export async function pair(network: Network): Promise<{ client: Peer; server: Peer; done: () => Promise<void> }> {
  let accepted: ((peer: Peer) => void) | undefined;
  const server = new Promise<Peer>((resolve) => {
    accepted = resolve;
  });
  const listener = await network.listen({ host, port: 0 }, (connection) => {
    const peer = new Peer(connection);
    accepted?.(peer);
    return peer;
  });
  let client: Peer | undefined;
  await network.connect({ host, port: listener.address.port, timeoutMs: 5000 }, (connection) => {
    client = new Peer(connection);
    return client;
  });
  if (client === undefined) throw new Error('the handler was not made before connect resolved');
  return { client, server: await server, done: () => listener.close() };
}
