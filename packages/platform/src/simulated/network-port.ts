import type { Clock } from '../clock.ts';
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
import type { SendBuffers } from '../send-buffers.ts';
import type { SimulatedConnectionOwner } from './connection.ts';
import { SimulatedConnection } from './connection.ts';
import { isLoopback } from './hosts.ts';
import type { Endpoint, SimulatedFabric } from './network.ts';
import type { SimulatedNode } from './node.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';

const firstEphemeralPort = 32_768;

/** The fabric as one process sees it. */
export class SimulatedNetwork implements Network, SimulatedConnectionOwner {
  readonly sendBuffers: SendBuffers;
  readonly #fabric: SimulatedFabric;
  readonly #process: SimulatedProcess;
  readonly #prng: Prng;
  #toFlush: SimulatedConnection[] = [];
  #ephemeralPort = firstEphemeralPort;
  readonly #clock: Clock;

  constructor(fabric: SimulatedFabric, process: SimulatedProcess, clock: Clock, prng: Prng) {
    this.#clock = clock;
    this.#fabric = fabric;
    this.#process = process;
    this.#prng = prng;
    this.sendBuffers = fabric.sendBuffers;
  }

  listen(options: ListenOptions, accept: Accept): Promise<Listener> {
    const { node } = this.#process;
    const port = options.port === 0 ? this.#freePort() : options.port;
    const host = options.host === '' ? '0.0.0.0' : options.host;
    const endpoint: Endpoint = { network: this, process: this.#process, address: { host, port }, accept };
    const known = host === '0.0.0.0' || host === '::' || this.#fabric.find(host, node) === node;
    return this.#soon('net.listen', () => {
      if (!isPort(port)) throw new NetworkError('EINVAL', 'listen', options);
      if (!known) throw new NetworkError('EADDRNOTAVAIL', 'listen', options);
      if (!this.#fabric.addListener(endpoint)) throw new NetworkError('EADDRINUSE', 'listen', options);
      return {
        address: endpoint.address,
        close: () => {
          this.#fabric.removeListener(endpoint);
          return Promise.resolve();
        },
      };
    });
  }

  connect(options: ConnectOptions, handler: (connection: Connection) => ConnectionHandler): Promise<Connection> {
    if (options.tls !== undefined) return Promise.reject(new NetworkError('ETLS', 'TLS is not simulated:', options));
    const { node } = this.#process;
    const target = this.#fabric.find(options.host, node);
    if (!isPort(options.port)) return this.#fail('EINVAL', options);
    if (target === undefined) return this.#fail('ENOTFOUND', options);
    return new Promise((resolve, reject) => {
      let waiting = true;
      const timer = this.#process.later(options.timeoutMs, 'net.connectTimeout', () => {
        waiting = false;
        reject(new NetworkError('ETIMEDOUT', 'connect', options));
      });
      this.#attempt(target, options, {
        isWaiting: () => waiting && this.#process.alive,
        refused: () => {
          waiting = false;
          timer.cancel();
          reject(new NetworkError('ECONNREFUSED', 'connect', options));
        },
        connected: (connection) => {
          waiting = false;
          timer.cancel();
          connection.start(handler(connection));
          resolve(connection);
        },
      });
    });
  }

  hostName(): string {
    return this.#process.node.name;
  }

  flushLater(connection: SimulatedConnection): void {
    this.#toFlush.push(connection);
    if (this.#toFlush.length === 1) this.#clock.endOfTurn(this.#flush);
  }

  ended(connection: SimulatedConnection): void {
    this.#fabric.ended(connection);
  }

  readonly #flush = (): void => {
    const connections = this.#toFlush;
    this.#toFlush = [];
    for (const connection of connections) connection.flush();
  };

  /** The handshake: one packet there, one back; a packet that is lost is sent again when the way is free. */
  #attempt(
    target: SimulatedNode,
    asked: Address,
    outcome: { isWaiting(): boolean; refused(): void; connected(connection: SimulatedConnection): void },
  ): void {
    const { world, node } = this.#process;
    const fabric = this.#fabric;
    const there = fabric.link(node.name, target.name);
    const back = fabric.link(target.name, node.name);
    const answer = (label: string, deliver: () => void): void => {
      world.schedule(fabric.packetMs(back), undefined, label, () => {
        if (back.blocked) back.whenOpen(() => answer(label, deliver));
        else this.#process.later(0, label, deliver);
      });
    };
    world.schedule(fabric.packetMs(there), undefined, 'net.syn', () => {
      if (!outcome.isWaiting()) return;
      const again = (): void => this.#attempt(target, asked, outcome);
      if (there.blocked) return there.whenOpen(again);
      if (!target.powered) return fabric.whenPowered(target, again);
      const endpoint = fabric.listener(target, asked.port, node);
      if (endpoint === undefined) return answer('net.refused', () => outcome.isWaiting() && outcome.refused());
      const client = this.#connectTo(endpoint, asked);
      answer('net.synAck', () => {
        if (outcome.isWaiting()) outcome.connected(client);
        else client.destroy();
      });
    });
  }

  #connectTo(endpoint: Endpoint, asked: Address): SimulatedConnection {
    const { node } = this.#process;
    const target = endpoint.process.node;
    const loopback = isLoopback(asked.host);
    const local: Address = { host: loopback ? '127.0.0.1' : node.address, port: this.#freePort() };
    const remote: Address = { host: loopback ? '127.0.0.1' : target.address, port: endpoint.address.port };
    const client = new SimulatedConnection(this.#process, this.#prng, { local, remote }, this);
    const server = new SimulatedConnection(
      endpoint.process,
      this.#prng,
      { local: remote, remote: local },
      endpoint.network,
    );
    this.#fabric.join(client, server);
    endpoint.process.later(0, 'net.accept', () => {
      const handler = endpoint.accept(server);
      if (handler === undefined) server.destroy();
      else server.start(handler);
    });
    return client;
  }

  #freePort(): number {
    this.#ephemeralPort = this.#ephemeralPort >= 60_999 ? firstEphemeralPort : this.#ephemeralPort + 1;
    return this.#ephemeralPort;
  }

  #fail(code: string, address: Address): Promise<never> {
    return this.#soon('net.failed', () => {
      throw new NetworkError(code, 'connect', address);
    });
  }

  #soon<Result>(label: string, run: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#process.later(this.#prng.next(), label, () => {
        try {
          resolve(run());
        } catch (error) {
          reject(error);
        }
      });
    });
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port < 65_536;
}
