import type { Clock } from '../clock.ts';
import type { Accept, Address, Network } from '../network.ts';
import { SendBuffers } from '../send-buffers.ts';
import type { SimulatedConnection } from './connection.ts';
import { isLoopback } from './hosts.ts';
import { Link } from './link.ts';
import type { LinkFaults } from './network-faults.ts';
import { defaultLinkFaults } from './network-faults.ts';
import { SimulatedNetwork } from './network-port.ts';
import type { SimulatedNode } from './node.ts';
import { Pipe } from './pipe.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import type { SimulatedWorld } from './world.ts';

/** A listening socket. */
export interface Endpoint {
  readonly network: SimulatedNetwork;
  readonly process: SimulatedProcess;
  readonly address: Address;
  readonly accept: Accept;
}

/**
 * FAULTS. What the wire between nodes may do: delay (bytes of one connection keep their order, connections don't), cut what
 * arrives at any byte, reset in the middle of a frame, carry one direction only (`block`), carry nothing (partition), leave
 * a connection half open after a power loss until TCP gives up, be slow. A peer that does not read fills the window and
 * stops its sender.
 */
export class SimulatedFabric {
  readonly sendBuffers = new SendBuffers();
  readonly #world: SimulatedWorld;
  readonly #prng: Prng;
  readonly #defaults: LinkFaults;
  readonly #links = new Map<string, Link>();
  readonly #listeners = new Map<string, Endpoint>();
  readonly #connections = new Set<SimulatedConnection>();
  readonly #powerWaiters = new Map<SimulatedNode, (() => void)[]>();

  constructor(world: SimulatedWorld, faults: Partial<LinkFaults>) {
    this.#world = world;
    this.#prng = world.prng('network');
    this.#defaults = { ...defaultLinkFaults, ...faults };
  }

  /** The direction from one node to another, by name. */
  link(from: string, to: string): Link {
    const key = `${from}>${to}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      const { msMin, msMean } = this.#defaults;
      // Within a node bytes take the loopback.
      const faults = from === to ? { ...this.#defaults, msMin: msMin / 5, msMean: msMean / 5 } : { ...this.#defaults };
      link = new Link(from, to, faults);
      this.#links.set(key, link);
    }
    return link;
  }

  /** Changes the faults of all links, those to come included. */
  setFaults(faults: Partial<LinkFaults>): void {
    Object.assign(this.#defaults, faults);
    for (const link of this.#links.values()) Object.assign(link.faults, faults);
  }

  /** Blocks every link between the two sides, both directions. For one direction: `link(a, b).block()`. */
  partition(side: readonly string[], otherSide: readonly string[]): void {
    for (const one of side) {
      for (const other of otherSide) {
        if (one === other) continue;
        this.link(one, other).block();
        this.link(other, one).block();
      }
    }
  }

  /** Opens every link. */
  heal(): void {
    for (const link of this.#links.values()) link.open();
  }

  /** Resets the connections between two nodes at both ends, whatever they are in the middle of. */
  resetConnections(one: string, other: string): void {
    for (const connection of [...this.#connections]) {
      if (connection.node.name !== one && connection.node.name !== other) continue;
      const peer = this.find(connection.remote.host, connection.node)?.name;
      if (peer === one || peer === other) connection.reset('ECONNRESET');
    }
  }

  /** Ends of connections that are open, of all nodes or of one. */
  openConnections(node?: string): number {
    let count = 0;
    for (const connection of this.#connections) if (node === undefined || connection.node.name === node) count++;
    return count;
  }

  /** Chunks delivered to a node's open connections and not released. */
  chunksHeld(node: string): number {
    let count = 0;
    for (const connection of this.#connections) if (connection.node.name === node) count += connection.chunksHeld;
    return count;
  }

  /** The network as a process sees it. */
  open(process: SimulatedProcess, clock: Clock): Network {
    const network = new SimulatedNetwork(this, process, clock, this.#prng);
    process.onEnd(() => {
      for (const [key, endpoint] of this.#listeners) if (endpoint.process === process) this.#listeners.delete(key);
      for (const connection of [...this.#connections]) {
        if (connection.process !== process) continue;
        this.#connections.delete(connection);
        connection.abandoned();
      }
    });
    return network;
  }

  /** False when the port is taken. */
  addListener(endpoint: Endpoint): boolean {
    const key = `${endpoint.process.node.name}:${endpoint.address.port}`;
    if (this.#listeners.has(key)) return false;
    this.#listeners.set(key, endpoint);
    return true;
  }

  removeListener(endpoint: Endpoint): void {
    const key = `${endpoint.process.node.name}:${endpoint.address.port}`;
    if (this.#listeners.get(key) === endpoint) this.#listeners.delete(key);
  }

  listener(node: SimulatedNode, port: number, from: SimulatedNode): Endpoint | undefined {
    const endpoint = this.#listeners.get(`${node.name}:${port}`);
    return endpoint !== undefined && isLoopback(endpoint.address.host) && node !== from ? undefined : endpoint;
  }

  /** The node a host names, seen from `from`. */
  find(host: string, from: SimulatedNode): SimulatedNode | undefined {
    if (isLoopback(host)) return from;
    for (const node of this.#world.nodes.values()) if (node.name === host || node.address === host) return node;
    return undefined;
  }

  /** Both ends of a new connection, joined. */
  join(client: SimulatedConnection, server: SimulatedConnection): void {
    const there = this.link(client.node.name, server.node.name);
    const back = this.link(server.node.name, client.node.name);
    const toServer = new Pipe(this.#world, this.#prng, there, back, { sender: client, receiver: server });
    const toClient = new Pipe(this.#world, this.#prng, back, there, { sender: server, receiver: client });
    client.join(toClient, toServer);
    server.join(toServer, toClient);
    this.#connections.add(client);
    this.#connections.add(server);
  }

  ended(connection: SimulatedConnection): void {
    this.#connections.delete(connection);
  }

  whenPowered(node: SimulatedNode, waiter: () => void): void {
    const waiters = this.#powerWaiters.get(node) ?? [];
    waiters.push(waiter);
    this.#powerWaiters.set(node, waiters);
  }

  /** Called by a node that starts again after a power loss. */
  poweredOn(node: SimulatedNode): void {
    const waiters = this.#powerWaiters.get(node) ?? [];
    this.#powerWaiters.delete(node);
    for (const waiter of waiters) waiter();
  }

  /** The time a packet without payload takes, ms. */
  packetMs(link: Link): number {
    return this.#prng.delay(link.faults.msMin, link.faults.msMean);
  }
}
