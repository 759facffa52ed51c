import { type Clock, Logger, type Platform } from '@ottla/platform';
import type { ApiRanges, RpcApi } from '@ottla/rpc';
import { closedError, KafkaError } from '../errors.ts';
import type { ConnectionOptions } from '../options.ts';
import type { Diagnostics } from '../telemetry/diagnostics.ts';
import { NetworkMeters } from '../telemetry/network-meters.ts';
import type { Channel } from './channel.ts';
import { Channels } from './channels.ts';
import type {
  Cluster,
  CoordinatorKind,
  LeaderHint,
  Message,
  NodeTarget,
  OwnConnections,
  Purpose,
  RefreshOptions,
  RequestOptions,
} from './cluster.ts';
import { Coordinators } from './coordinators.ts';
import { Metadata } from './metadata.ts';
import { abortable } from './operation.ts';
import { Refresher } from './refresher.ts';

export class ClusterClient implements Cluster {
  readonly platform: Platform;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: ConnectionOptions;
  readonly metadata = new Metadata();
  readonly meters: NetworkMeters;
  readonly #channels: Channels;
  readonly #refresher: Refresher;
  readonly #coordinators: Coordinators;
  readonly #closing = new AbortController();
  #ownConnections = 0;

  constructor(platform: Platform, options: ConnectionOptions, diagnostics?: Diagnostics) {
    this.platform = platform;
    this.clock = platform.clock;
    this.options = options;
    this.log = new Logger(platform.log, 'ottla.client', options.logPrefix);
    this.meters = new NetworkMeters(platform.clock, options.clientId, diagnostics);
    this.#channels = new Channels(platform, options, this.metadata, this.meters);
    this.#refresher = new Refresher(this, this.metadata);
    this.#coordinators = new Coordinators(this, this.metadata);
    this.metadata.subscribe(() => this.#channels.prune());
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  async request<Req extends object, Res>(
    api: RpcApi<Req, Res>,
    node: NodeTarget,
    message: Message<Req>,
    options: RequestOptions = {},
  ): Promise<Res> {
    const channel = await this.#reach(node, options);
    return channel.request(api, message, options);
  }

  channel(node: number, purpose: Purpose): Channel {
    return this.#channels.of(node, purpose);
  }

  ownConnections(): OwnConnections {
    const number = ++this.#ownConnections;
    const fetch: Purpose = `fetch ${number}`;
    const coordination: Purpose = `coordination ${number}`;
    return {
      fetch,
      coordination,
      close: () => {
        this.#channels.closePurpose(fetch);
        this.#channels.closePurpose(coordination);
      },
    };
  }

  refresh(topics?: readonly string[], options: RefreshOptions = {}): Promise<void> {
    return abortable(this.#refresher.refresh(topics, options), options.signal);
  }

  watch(topics: readonly string[]): () => void {
    return this.#refresher.watch(topics);
  }

  coordinator(kind: CoordinatorKind, key: string, signal?: AbortSignal): Promise<number> {
    return this.#coordinators.find(kind, key, signal);
  }

  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.#coordinators.forget(kind, key);
  }

  async versions(node: NodeTarget, options: RequestOptions = {}): Promise<ApiRanges> {
    const channel = await this.#reach(node, options);
    return (await channel.ready(options.signal)).versions;
  }

  leaderHint(hint: LeaderHint): boolean {
    return this.metadata.hint(hint);
  }

  close(): Promise<void> {
    if (!this.isClosed) {
      this.#closing.abort(closedError('client'));
      this.#refresher.close();
      this.#channels.close();
    }
    return Promise.resolve();
  }

  async #reach(node: NodeTarget, options: RequestOptions): Promise<Channel> {
    if (this.isClosed) throw closedError('client');
    const purpose = options.purpose ?? 'default';
    if (typeof node === 'number') {
      if (!this.metadata.brokers.has(node)) await this.refresh(undefined, options);
      return this.#channels.of(node, purpose);
    }
    if (node === 'any') return this.#anyChannel(purpose, options);
    if (!this.metadata.brokers.has(this.metadata.controllerId)) await this.refresh(undefined, options);
    const { controllerId } = this.metadata;
    if (controllerId < 0)
      throw new KafkaError('NOT_CONTROLLER', 'The cluster has no controller at the moment', { retriable: true });
    return this.#channels.of(controllerId, purpose);
  }

  /** The first candidate that can be connected to. Rejects with the first one's error when none can. */
  async #anyChannel(purpose: Purpose, options: RequestOptions): Promise<Channel> {
    const failures: KafkaError[] = [];
    for (const channel of this.#channels.candidates(purpose)) {
      try {
        await channel.ready(options.signal);
        return channel;
      } catch (thrown) {
        const error = KafkaError.from(thrown);
        if (error.fatal || error.code === 'ABORTED' || error.code === 'CLOSED') throw error;
        failures.push(error);
      }
    }
    const [first] = failures;
    if (first === undefined) throw new KafkaError('BROKER_NOT_AVAILABLE', 'No broker is known', { retriable: true });
    if (failures.length === 1) throw first;
    const message = `None of ${failures.length} brokers could be reached. ${failures.map(({ message }) => message).join('. ')}`;
    throw new KafkaError(first.code, message, { retriable: first.retriable, broker: first.broker, cause: first });
  }
}
