/** The pool: a channel for each broker and purpose, and one for each bootstrap server until the brokers are known. */

import type { Platform } from '@ottla/platform';
import { closedError, KafkaError } from '../errors.ts';
import type { ConnectionOptions } from '../options.ts';
import type { NetworkMeters } from '../telemetry/network-meters.ts';
import { Channel } from './channel.ts';
import type { Purpose } from './cluster.ts';
import type { Metadata } from './metadata.ts';

export class Channels {
  readonly #platform: Platform;
  readonly #options: ConnectionOptions;
  readonly #metadata: Metadata;
  readonly #meters: NetworkMeters;
  readonly #byNode = new Map<Purpose, Map<number, Channel>>();
  readonly #bootstrap: Channel[];
  #isClosed = false;

  constructor(platform: Platform, options: ConnectionOptions, metadata: Metadata, meters: NetworkMeters) {
    this.#platform = platform;
    this.#options = options;
    this.#metadata = metadata;
    this.#meters = meters;
    this.#bootstrap = options.bootstrap.map(
      (address, index) => new Channel(platform, options, -1 - index, address, meters),
    );
  }

  /** Throws KafkaError for a broker that the metadata does not know. */
  of(node: number, purpose: Purpose): Channel {
    if (this.#isClosed) throw closedError('client');
    const broker = this.#metadata.brokers.get(node);
    const known = this.#byNode.get(purpose)?.get(node);
    if (broker === undefined) {
      if (known !== undefined) return known;
      throw new KafkaError('BROKER_NOT_AVAILABLE', `Broker ${node} is not in the metadata of the cluster`, {
        retriable: true,
        broker: node,
      });
    }
    if (known !== undefined) {
      known.moveTo(broker);
      return known;
    }
    const channel = new Channel(
      this.#platform,
      this.#options,
      node,
      { host: broker.host, port: broker.port },
      this.#meters,
    );
    const channels = this.#byNode.get(purpose) ?? new Map<number, Channel>();
    this.#byNode.set(purpose, channels.set(node, channel));
    return channel;
  }

  /**
   * Where to ask when any broker will do, the best first: connected ones by load, then by when they may be tried. The
   * bootstrap servers come last, when no broker of the metadata could be reached (KIP-899).
   */
  candidates(purpose: Purpose): Channel[] {
    if (this.#isClosed) throw closedError('client');
    const nodes = [...this.#metadata.brokers.keys()];
    const known = this.#sorted(nodes.map((node) => this.of(node, purpose)));
    if (known.length > 0 && this.#options.metadataRecovery === 'none') return known;
    return [...known, ...this.#sorted(this.#bootstrap)];
  }

  /** Closes what is no longer of use: channels of brokers that are gone, the bootstrap servers'. */
  prune(): void {
    const { brokers } = this.#metadata;
    if (brokers.size === 0) return;
    for (const channels of this.#byNode.values()) {
      for (const [node, channel] of channels) {
        if (brokers.has(node) || channel.inFlight > 0) continue;
        channels.delete(node);
        channel.close();
      }
    }
    for (const channel of this.#bootstrap) channel.rest();
  }

  /** Closes the connections of one purpose. */
  closePurpose(purpose: Purpose): void {
    for (const channel of this.#byNode.get(purpose)?.values() ?? []) channel.close();
    this.#byNode.delete(purpose);
  }

  close(): void {
    this.#isClosed = true;
    for (const channels of this.#byNode.values()) for (const channel of channels.values()) channel.close();
    for (const channel of this.#bootstrap) channel.close();
  }

  #sorted(channels: readonly Channel[]): Channel[] {
    const ranked = channels.map((channel) => ({
      channel,
      isClosed: channel.open === undefined,
      inFlight: channel.inFlight,
      retryAtMs: channel.retryAtMs,
      draw: this.#platform.random.next(),
    }));
    ranked.sort(
      (a, b) =>
        Number(a.isClosed) - Number(b.isClosed) ||
        a.inFlight - b.inFlight ||
        a.retryAtMs - b.retryAtMs ||
        a.draw - b.draw,
    );
    return ranked.map(({ channel }) => channel);
  }
}
