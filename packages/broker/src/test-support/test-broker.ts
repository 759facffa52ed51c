import { BrokerConfig } from '@ottla/common';
import { createMemoryPlatform, type MemoryDisk, type MemoryPlatform } from '@ottla/platform/node';
import {
  CreateTopicsRequest,
  CreateTopicsResponse,
  FetchRequest,
  type FetchRequestInit,
  FetchResponse,
  ProduceRequest,
  ProduceResponse,
  type ProduceResponsePartitionProduceResponse,
} from '@ottla/protocol';
import { BatchBuilder, type BatchOptions } from '@ottla/protocol/records';
import type { Broker, StartOptions } from '../server/broker.ts';
import { startBroker } from '../server/start-broker.task.ts';
import { RawClient } from './raw-client.ts';

/** A real broker on a disk in memory, with one raw client. */
export class TestBroker {
  readonly broker: Broker;
  readonly platform: MemoryPlatform;
  readonly client: RawClient;
  readonly port: number;
  /** What it logged so far. */
  readonly logged: readonly string[];
  readonly #others: RawClient[] = [];

  private constructor(
    broker: Broker,
    platform: MemoryPlatform,
    client: RawClient,
    port: number,
    logged: readonly string[],
  ) {
    this.broker = broker;
    this.platform = platform;
    this.client = client;
    this.port = port;
    this.logged = logged;
  }

  static async start(
    options: {
      readonly properties?: Readonly<Record<string, string>>;
      readonly disk?: MemoryDisk;
      readonly start?: StartOptions;
    } = {},
  ): Promise<TestBroker> {
    const logged: string[] = [];
    const platform = createMemoryPlatform({
      log: { console: (lines) => void logged.push(lines) },
      overwriteReleased: true,
      fatal: { embedded: () => undefined },
      ...(options.disk === undefined ? {} : { disk: options.disk }),
    });
    const properties = new Map([
      ['broker.id', '0'],
      ['listeners', 'PLAINTEXT://127.0.0.1:0'],
      ['log.dirs', '/data'],
      ['auto.create.topics.enable', 'false'],
      ['offsets.topic.num.partitions', '1'],
      ...Object.entries(options.properties ?? {}),
    ]);
    const broker = await startBroker(platform, new BrokerConfig(properties), options.start);
    const port = broker.listeners[0]?.port ?? 0;
    return new TestBroker(broker, platform, await RawClient.connect(platform, port), port, logged);
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.platform, this.port);
    this.#others.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of [this.client, ...this.#others]) client.close();
    await this.broker.shutdown();
    await this.platform.close();
  }

  async createTopic(name: string, partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const { topics } = await this.client.call(CreateTopicsRequest, CreateTopicsResponse, 7, {
      topics: [
        {
          name,
          numPartitions: partitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([config, value]) => ({ name: config, value })),
        },
      ],
      timeoutMs: 10_000,
    });
    const [created] = topics;
    if (created === undefined || created.errorCode !== 0) throw new Error(`${name}: error ${created?.errorCode}`);
    return created.topicId;
  }

  async produce(
    topic: string,
    partition: number,
    records: Buffer | null,
    options: { readonly version?: number; readonly acks?: number; readonly client?: RawClient } = {},
  ): Promise<ProduceResponsePartitionProduceResponse> {
    const { client = this.client, version = 9, acks = -1 } = options;
    const answer = await client.call(ProduceRequest, ProduceResponse, version, {
      acks,
      timeoutMs: 10_000,
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    });
    const result = answer.responses[0]?.partitionResponses[0];
    if (result === undefined) throw new Error('the answer has no partition');
    return result;
  }

  async fetch(body: Partial<FetchRequestInit>, version = 12, client = this.client): Promise<FetchResponse> {
    return client.call(FetchRequest, FetchResponse, version, fetchRequest(body));
  }
}

export function fetchRequest(body: Partial<FetchRequestInit>): FetchRequestInit {
  return { maxWaitMs: 0, minBytes: 1, topics: [], ...body };
}

/** A partition of a Fetch request. */
export function fetchFrom(
  topic: string,
  partition: number,
  fetchOffset: number,
  partitionMaxBytes = 1024 * 1024,
): FetchRequestInit['topics'][number] {
  return { topic, partitions: [{ partition, fetchOffset, partitionMaxBytes }] };
}

/** One batch of values. */
export function batchOf(values: readonly string[], options: BatchOptions = {}, timestamp = 1_700_000_000_000): Buffer {
  const builder = new BatchBuilder(options);
  for (const value of values) builder.append(timestamp, null, Buffer.from(value));
  return builder.build();
}
