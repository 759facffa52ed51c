/** What this client tells whoever listens: at most once for each batch, answer or commit, and only while somebody does. */

import type { CommitOffset } from '../consumer/options.ts';
import type { KafkaError } from '../errors.ts';
import type { TopicPartition } from '../records.ts';

/** Node's `diagnostics_channel` has this shape. */
export interface Diagnostics {
  channel(name: string): DiagnosticsChannel;
}

export interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

export interface ProducedEvent extends TopicPartition {
  readonly clientId: string;
  readonly records: number;
  /** Before compression. */
  readonly bytes: number;
  /** -1 when it failed. */
  readonly baseOffset: number;
  readonly attempts: number;
  /** Since its first record came. */
  readonly latencyMs: number;
  readonly error: KafkaError | undefined;
}

export interface FetchedEvent extends TopicPartition {
  readonly clientId: string;
  readonly bytes: number;
  readonly fetchOffset: number;
  readonly highWatermark: number;
}

export interface CommittedEvent {
  readonly clientId: string;
  readonly group: string;
  readonly offsets: readonly CommitOffset[];
  readonly latencyMs: number;
  readonly error: KafkaError | undefined;
}

export interface RebalancedEvent {
  readonly clientId: string;
  readonly group: string;
  readonly kind: 'assigned' | 'revoked' | 'lost';
  readonly partitions: readonly TopicPartition[];
}

export interface RequestEvent {
  readonly clientId: string;
  readonly api: string;
  readonly version: number;
  /** Negative for a bootstrap server whose id is not known. */
  readonly broker: number;
  readonly latencyMs: number;
  readonly error: KafkaError | undefined;
}

/** By the name of the channel. */
export interface DiagnosticsEvents {
  readonly 'ottla:client:produced': ProducedEvent;
  readonly 'ottla:client:fetched': FetchedEvent;
  readonly 'ottla:client:committed': CommittedEvent;
  readonly 'ottla:client:rebalanced': RebalancedEvent;
  readonly 'ottla:client:request': RequestEvent;
}

const SILENT: DiagnosticsChannel = { hasSubscribers: false, publish: () => {} };

/** The channels, looked up once. */
export class Telling {
  readonly #channels = new Map<string, DiagnosticsChannel>();
  readonly #diagnostics: Diagnostics | undefined;

  constructor(diagnostics: Diagnostics | undefined) {
    this.#diagnostics = diagnostics;
  }

  /** `make` is called only if somebody listens. */
  tell<Name extends keyof DiagnosticsEvents>(name: Name, make: () => DiagnosticsEvents[Name]): void {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = this.#diagnostics?.channel(name) ?? SILENT;
      this.#channels.set(name, channel);
    }
    if (channel.hasSubscribers) channel.publish(make());
  }
}
