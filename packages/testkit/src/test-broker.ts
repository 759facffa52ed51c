import type { Broker } from '@ottla/broker';
import { type Deferred, present } from '@ottla/common';
import { ApiKey, ErrorCode, errorName } from '@ottla/protocol';
import type { ApiName, RequestOf, ResponseOf } from './api-types.ts';
import type { InterceptOptions, Interceptor } from './interceptor.ts';
import type { AnyInterceptor, Interceptors } from './interceptors.ts';
import { type NewTestTopic, type TestProperties, textOf } from './start-options.ts';
import { type StoredRecord, storedRecords } from './stored-records.ts';

/** How long a topic may take to come. */
const CREATE_TOPIC_TIMEOUT_MS = 30_000;

/** What a test broker is made of. */
export interface TestBrokerParts {
  readonly broker: Broker;
  readonly directory: string | undefined;
  readonly interceptors: Interceptors;
  /** Rejects with BrokerFailedError. */
  readonly failed: Deferred<never>;
  /** Gives back what is not the broker's: the platform, the temporary directory. */
  readonly release: () => Promise<void>;
}

/** A broker that runs in this process. */
export class TestBroker implements AsyncDisposable {
  /** The broker itself: the owners of its state. */
  readonly broker: Broker;
  /** Where its logs are; undefined in memory. */
  readonly directory: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Rejects with BrokerFailedError when the broker fails; never resolves. Nobody has to look. */
  readonly failed: Promise<never>;
  readonly #interceptors: Interceptors;
  readonly #release: () => Promise<void>;
  #failure: { readonly error: unknown } | undefined;
  #ended: Promise<void> | undefined;

  constructor({ broker, directory, interceptors, failed, release }: TestBrokerParts) {
    this.broker = broker;
    this.directory = directory;
    this.#interceptors = interceptors;
    this.#release = release;
    const { host, port } = present(broker.listeners[0], 'a broker has a listener');
    this.host = host;
    this.port = port;
    this.failed = failed.promise;
    this.failed.catch((error: unknown) => {
      this.#failure = { error };
      // What goes wrong here is told by `stop`.
      this.kill().catch(() => undefined);
    });
  }

  /** `127.0.0.1:port`, for `bootstrap.servers`. */
  get bootstrap(): string {
    return `${this.host}:${this.port}`;
  }

  get brokerId(): number {
    return this.broker.brokerId;
  }

  get clusterId(): string {
    return this.broker.clusterId;
  }

  /** Resolves when clients can use it. `partitions` default: `num.partitions`. Rejects with Kafka's error otherwise. */
  createTopic(name: string, partitions?: number, configs: TestProperties = {}): Promise<void> {
    return this.createTopics([{ name, configs, ...(partitions === undefined ? {} : { partitions }) }]);
  }

  async createTopics(topics: readonly NewTestTopic[]): Promise<void> {
    const asked = topics.map(({ name, partitions = -1, configs = {} }) => ({
      name,
      numPartitions: partitions,
      replicationFactor: -1,
      assignments: [],
      configs: Array.from(textOf(configs), ([config, value]) => ({ name: config, value })),
    }));
    const creating = this.broker.services.admin.createTopics(asked, {
      timeoutMs: CREATE_TOPIC_TIMEOUT_MS,
      validateOnly: false,
    });
    for (const { name, error, message } of await Promise.race([creating, this.failed])) {
      if (error === ErrorCode.NONE) continue;
      throw new Error(
        `Topic '${name}' could not be created: ${errorName(error)}${message === null ? '' : `: ${message}`}`,
      );
    }
  }

  /** What is in the topic's log now, decoded; by partition and offset. Throws for a topic that is not there. */
  records(topic: string): StoredRecord[] {
    return storedRecords(this.broker.services.logs, topic);
  }

  /**
   * Lets `interceptor` decide about every request of an API, from now on. Of several the last one added is asked first,
   * the others when it returns nothing. Returns the way to take it away.
   */
  intercept<Api extends ApiName | ApiKey>(
    api: Api,
    interceptor: Interceptor<RequestOf<Api>, ResponseOf<Api>>,
    options?: InterceptOptions,
  ): () => void;
  intercept(api: ApiName | ApiKey, interceptor: AnyInterceptor, options: InterceptOptions = {}): () => void {
    return this.#interceptors.add(typeof api === 'string' ? ApiKey[api] : api, interceptor, options);
  }

  /**
   * Orderly. Idempotent. Rejects, when all is cleaned up, with what the broker failed on or with the first error that an
   * interceptor threw: a test should not pass over either.
   */
  async stop(): Promise<void> {
    await this.#end(() => this.broker.shutdown());
    if (this.#failure !== undefined) throw this.#failure.error;
    const [error] = this.#interceptors.errors;
    if (error !== undefined) throw error;
  }

  /** As a killed process leaves it: nothing flushed, connections cut. Idempotent. */
  kill(): Promise<void> {
    return this.#end(() => this.broker.kill());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #end(stop: () => Promise<void>): Promise<void> {
    this.#ended ??= this.#endOnce(stop);
    return this.#ended;
  }

  async #endOnce(stop: () => Promise<void>): Promise<void> {
    this.#interceptors.close();
    try {
      await stop();
    } finally {
      await this.#release();
    }
  }
}
