import * as net from 'node:net';
import type { Clock } from '../clock.ts';
import { clockedBytesMin, clockedConnectionsMin, sendSliceMsMax } from '../limits.ts';
import type {
  Accept,
  Address,
  Connection,
  ConnectionHandler,
  ConnectOptions,
  Listener,
  ListenOptions,
  Network,
} from '../network.ts';
import { NetworkError } from '../network.ts';
import { onAbort } from '../on-abort.ts';
import { SendBuffers } from '../send-buffers.ts';
import type { ConnectionOwner } from './connection.ts';
import { NodeConnection, plainHost, toNetworkError } from './connection.ts';
import { FileSender } from './file-sender.ts';
import { PolledReader } from './polled-reader.ts';
import { ReceivePool } from './receive-pool.ts';
import { SocketPoller } from './socket-poller.ts';
import { PooledReader, type SocketReader, StreamReader } from './socket-reader.ts';
import { descriptorOf, SystemCallsLoader } from './system-calls.ts';
import { tlsSocket, toTlsError } from './tls-socket.ts';

export interface NodeNetworkOptions {
  /** Overwrite released chunks with 0xDB (debug runs). Default false. */
  readonly overwriteReleased?: boolean;
  /** Receive into reused memory instead of the buffers of 'data' events. Default: where the system allows it. */
  readonly pooledReceive?: boolean;
  /** Send ranges of files by sendfile where that is built. Default true. */
  readonly sendsFromFiles?: boolean;
  /** Told once, at the first large range: undefined when sendfile is used, else why not. Default: nobody. */
  readonly sendFileDecided?: (failure: string | undefined) => void;
  /** Runs what delivers the input of many sockets, a turn of its own. Default: runs it within the loop's turn. */
  readonly turn?: (run: () => void) => void;
  /** Told of connections that could not be accepted, e.g. EMFILE. Default: nobody. */
  readonly acceptFailed?: (error: NetworkError) => void;
}

/** TCP of the machine. */
export class NodeNetwork implements Network, ConnectionOwner {
  readonly sendBuffers = new SendBuffers();
  readonly receivePool = new ReceivePool();
  readonly fileSender: FileSender;
  readonly systemCalls: SystemCallsLoader;
  readonly overwriteReleased: boolean;
  readonly #clock: Clock;
  readonly #pooled: boolean;
  readonly #turn: (run: () => void) => void;
  readonly #acceptFailed: (error: NetworkError) => void;
  #poller: SocketPoller | undefined;
  readonly #open = new Set<NodeConnection>();
  #toFlush: NodeConnection[] = [];
  #toFlushNext: NodeConnection[] = [];
  #toReadOn: NodeConnection[] = [];
  /** Since the first connection sent in this turn. */
  #inSlice = false;
  #sliceEndMs = 0;

  constructor(clock: Clock, options: NodeNetworkOptions = {}) {
    this.#clock = clock;
    // Windows fills the buffers of all sockets at once, in the background: they can't share one.
    this.#pooled = options.pooledReceive ?? process.platform !== 'win32';
    this.overwriteReleased = options.overwriteReleased ?? false;
    this.systemCalls = new SystemCallsLoader(options.sendsFromFiles ?? true);
    this.fileSender = new FileSender({
      isEnabled: options.sendsFromFiles ?? true,
      loader: this.systemCalls,
      decided: options.sendFileDecided ?? (() => undefined),
    });
    this.#turn = options.turn ?? ((run) => run());
    this.#acceptFailed = options.acceptFailed ?? (() => undefined);
  }

  /** Connections open now, of both directions. */
  get openConnections(): number {
    return this.#open.size;
  }

  listen(options: ListenOptions, accept: Accept): Promise<Listener> {
    const asked: Address = { host: options.host, port: options.port };
    return new Promise((resolve, reject) => {
      const settings = { allowHalfOpen: true, noDelay: true, keepAlive: true, pauseOnConnect: this.#pooled };
      const server = net.createServer(settings, (socket) => {
        // A peer that is gone again has no address any more.
        if (socket.remoteAddress === undefined) socket.destroy();
        else this.#accepted(socket, accept, options.sendBufferBytes);
      });
      const failed = (error: Error): void => reject(toNetworkError(error, asked, 'listen'));
      server.once('error', failed);
      try {
        const host = bareHost(options.host);
        server.listen({ port: options.port, ...(host === '' ? {} : { host }), backlog: options.backlog ?? 511 }, () => {
          server.off('error', failed);
          server.on('error', (error) => this.#acceptFailed(toNetworkError(error, asked, 'accept')));
          resolve(new NodeListener(server, asked));
        });
      } catch (error) {
        reject(toNetworkError(error, asked, 'listen'));
      }
    });
  }

  connect(options: ConnectOptions, handler: (connection: Connection) => ConnectionHandler): Promise<Connection> {
    const address: Address = { host: options.host, port: options.port };
    return new Promise((resolve, reject) => {
      const { tls } = options;
      // What is encrypted is read through 'data': there is no reading into our buffers.
      const reader = this.#pooled && tls === undefined ? new PooledReader(this.receivePool) : undefined;
      let socket: net.Socket;
      try {
        const host = bareHost(options.host);
        if (tls !== undefined) socket = tlsSocket(options, host, tls);
        else
          socket = net.connect({
            host,
            port: options.port,
            noDelay: true,
            keepAlive: true,
            allowHalfOpen: true,
            ...(reader === undefined ? {} : { onread: reader.onread }),
          });
      } catch (error) {
        reject(toNetworkError(error, address, 'connect'));
        return;
      }
      const failed = (error: Error): void => {
        timer.cancel();
        forget?.();
        socket.destroy();
        reject(tls === undefined ? toNetworkError(error, address, 'connect') : toTlsError(error, options));
      };
      const timer = this.#clock.setTimer(options.timeoutMs, () =>
        failed(new NetworkError('ETIMEDOUT', 'connect', address)),
      );
      const canceled = (): void => failed(new NetworkError('ECANCELED', 'connect', address));
      const forget = options.signal === undefined ? undefined : onAbort(options.signal, canceled);
      socket.once('error', failed);
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        timer.cancel();
        forget?.();
        socket.off('error', failed);
        const connection = new NodeConnection(socket, reader ?? new StreamReader(), this);
        connection.start(handler(connection));
        resolve(connection);
      });
    });
  }

  hostName(): string {
    return process.getBuiltinModule('node:os').hostname();
  }

  flushLater(connection: NodeConnection): void {
    this.#toFlush.push(connection);
    if (this.#toFlush.length === 1) this.#clock.endOfTurn(this.#flush);
  }

  flushNextTurn(connection: NodeConnection): void {
    this.#toFlushNext.push(connection);
    if (this.#toFlushNext.length === 1) setImmediate(this.#flushNext);
  }

  readNextTurn(connection: NodeConnection): void {
    this.#toReadOn.push(connection);
    if (this.#toReadOn.length === 1) setImmediate(this.#readOn);
  }

  isTurnOver(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#inSlice) {
      this.#inSlice = true;
      this.#sliceEndMs = nowMs + sendSliceMsMax;
      this.#clock.endOfTurn(this.#endSlice);
    }
    return nowMs >= this.#sliceEndMs;
  }

  opened(connection: NodeConnection): void {
    this.#open.add(connection);
  }

  ended(connection: NodeConnection): void {
    this.#open.delete(connection);
  }

  readonly #flush = (): void => {
    const connections = this.#toFlush;
    this.#toFlush = [];
    this.#flushAll(connections);
  };

  readonly #flushNext = (): void => {
    const connections = this.#toFlushNext;
    this.#toFlushNext = [];
    this.#flushAll(connections);
  };

  readonly #readOn = (): void => {
    const connections = this.#toReadOn;
    this.#toReadOn = [];
    for (const connection of connections) connection.readOn();
  };

  readonly #endSlice = (): void => {
    this.#inSlice = false;
  };

  #flushAll(connections: readonly NodeConnection[]): void {
    let isOver = false;
    let bytes = 0;
    for (let index = 0; index < connections.length; index++) {
      const connection = connections[index];
      if (connection === undefined) continue;
      if (isOver) {
        this.flushNextTurn(connection);
        continue;
      }
      bytes += connection.flush();
      // Small answers cost less than asking for the time after each.
      if (bytes < clockedBytesMin && (index + 1) % clockedConnectionsMin > 0) continue;
      bytes = 0;
      isOver = this.isTurnOver();
    }
  }

  #readerOf(accepted: net.Socket): { socket: net.Socket; reader: SocketReader } {
    if (!this.#pooled) return { socket: accepted, reader: new StreamReader() };
    const { calls } = this.systemCalls;
    const descriptor = descriptorOf(accepted);
    if (calls === undefined || descriptor < 0) return withReader(accepted, this.receivePool);
    this.#poller ??= new SocketPoller(calls, this.#turn);
    return { socket: accepted, reader: new PolledReader(this.#poller, this.receivePool, descriptor) };
  }

  #accepted(accepted: net.Socket, accept: Accept, sendBufferBytes: number | undefined): void {
    const { socket, reader } = this.#readerOf(accepted);
    const connection = new NodeConnection(socket, reader, this, sendBufferBytes);
    const handler = accept(connection);
    if (handler === undefined) {
      socket.on('error', () => undefined);
      socket.destroy();
    } else {
      connection.start(handler);
    }
  }
}

/**
 * The same connection under a socket that reads into our buffers. `node:net` has `onread` for outgoing sockets only; for an
 * accepted one its handle moves to a new socket, which takes the handle by an option that is not documented. Where that is
 * not there, the accepted socket is used as it is.
 */
function withReader(accepted: net.Socket, pool: ReceivePool): { socket: net.Socket; reader: SocketReader } {
  const handle: unknown = Reflect.get(accepted, '_handle');
  if (typeof handle !== 'object' || handle === null || !('useUserBuffer' in handle))
    return { socket: accepted.resume(), reader: new StreamReader() };
  const reader = new PooledReader(pool);
  const options: net.SocketConstructorOpts & { readonly handle: object; readonly onread: PooledReader['onread'] } = {
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    onread: reader.onread,
  };
  // The old socket must never close what it no longer owns.
  Reflect.set(accepted, '_handle', null);
  return { socket: new net.Socket(options), reader };
}

class NodeListener implements Listener {
  readonly address: Address;
  readonly #server: net.Server;

  constructor(server: net.Server, asked: Address) {
    this.#server = server;
    const bound = server.address();
    this.address =
      bound === null || typeof bound === 'string' ? asked : { host: plainHost(bound.address), port: bound.port };
  }

  /** The port is free when this returns; the callback of `Server.close` would wait for the open connections too. */
  close(): Promise<void> {
    this.#server.close(() => undefined);
    return Promise.resolve();
  }
}

/** `[::1]`, as written in a listener's URL, without its brackets. */
function bareHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
