import type { Platform } from '@ottla/platform';
import { createNodePlatform, type NodePlatform, nodeDiagnostics } from '@ottla/platform/node';
import type { RpcApi } from '@ottla/rpc';
import { Admin } from './admin/admin.ts';
import { Consumer } from './consumer/consumer.ts';
import type { ConsumerOptions } from './consumer/options.ts';
import type { Cluster, NodeTarget } from './network/cluster.ts';
import { ClusterClient } from './network/cluster-client.ts';
import { operation } from './network/operation.ts';
import { type CallOptions, connectionOptions, type KafkaOptions } from './options.ts';
import type { ProducerOptions } from './producer/options.ts';
import { Producer } from './producer/producer.ts';
import type { ShareConsumerOptions } from './share-consumer/options.ts';
import { ShareConsumer } from './share-consumer/share-consumer.ts';
import type { ClientMetric } from './telemetry/client-metric.ts';
import { MetricsPush } from './telemetry/metrics-push.ts';

export interface RawRequestOptions extends CallOptions {
  /** Default: any broker. */
  readonly node?: NodeTarget | undefined;
  /** Default: the newest that both sides know. */
  readonly version?: number | undefined;
}

interface Part {
  close(): Promise<void>;
  metrics?(): ClientMetric[];
}

/** One cluster. What is made from it shares its metadata and its connections. */
export class Kafka implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly #ownPlatform: NodePlatform | undefined;
  /** What is to be closed before the connections are, the newest first. */
  readonly #parts = new Set<Part>();
  readonly #push: MetricsPush | undefined;

  constructor(options: KafkaOptions) {
    const settings = connectionOptions(options);
    let platform: Platform | undefined = options.platform;
    if (platform === undefined) {
      this.#ownPlatform = createNodePlatform({ log: { console: 'none', rootLevel: 'OFF' } });
      platform = this.#ownPlatform;
    }
    this.cluster = new ClusterClient(platform, settings, options.diagnostics ?? nodeDiagnostics);
    if (options.metricsPush ?? true) this.#push = new MetricsPush(this.cluster, () => this.metrics());
  }

  /** A reader of topics. It connects when it is first read from. Throws KafkaError (INVALID_ARGUMENT). */
  consumer(options: ConsumerOptions = {}): Consumer {
    let disown = (): void => {};
    const consumer = new Consumer(this.cluster, options, () => disown());
    disown = this.own(consumer);
    return consumer;
  }

  /** Throws KafkaError (INVALID_ARGUMENT). Connects when it is first used. */
  producer(options: ProducerOptions = {}): Producer {
    let disown = (): void => {};
    const producer = new Producer(this.cluster, options, () => disown());
    disown = this.own(producer);
    return producer;
  }

  /** A member of a share group: records as from a queue. Throws KafkaError (INVALID_ARGUMENT). */
  shareConsumer(options: ShareConsumerOptions): ShareConsumer {
    let disown = (): void => {};
    const consumer = new ShareConsumer(this.cluster, options, () => disown());
    disown = this.own(consumer);
    return consumer;
  }

  admin(): Admin {
    return new Admin(this.cluster);
  }

  /** A request of Kafka's protocol, as its schema has it: `kafka.request(API.Metadata, { topics: null })`. One attempt. */
  request<Req extends object, Res>(api: RpcApi<Req, Res>, body: Req, options: RawRequestOptions = {}): Promise<Res> {
    const { node = 'any', version } = options;
    return operation(this.cluster, api.request.name, options, (op) =>
      this.cluster.request(api, node, body, {
        signal: op.signal,
        ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
      }),
    );
  }

  /** What was measured of all producers and consumers that are open, as Java's clients name it. */
  metrics(): ClientMetric[] {
    return [...this.#parts].flatMap((part) => part.metrics?.() ?? []);
  }

  /** Who this client is in pushed metrics (KIP-714); undefined while the cluster wants none. */
  get clientInstanceId(): string | undefined {
    return this.#push?.clientInstanceId;
  }

  /** Closes what was made from this client, then the connections. Idempotent. */
  async close(): Promise<void> {
    // The last push tells of what is about to close.
    await this.#push?.close();
    const parts = [...this.#parts].reverse();
    this.#parts.clear();
    try {
      await Promise.all(parts.map((part) => part.close()));
    } finally {
      await this.cluster.close();
      await this.#ownPlatform?.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Closes `part` with this client; the function that comes back undoes that. */
  protected own(part: Part): () => void {
    this.#parts.add(part);
    return () => this.#parts.delete(part);
  }
}

/** A client of the cluster at `options.brokers`. Opens nothing yet. Throws KafkaError (INVALID_ARGUMENT). */
export function createKafka(options: KafkaOptions): Kafka {
  return new Kafka(options);
}
