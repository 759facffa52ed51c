/** One kafkajs client's connection to the cluster: a client of ours from `connect` to `disconnect`, and again. */
import type { NodePlatform } from '@ottla/platform/node';
import { ErrorCode } from '@ottla/protocol';
import type { RequestObserver, RpcApi } from '@ottla/rpc';
import { KafkaError } from '../errors.ts';
import { Kafka } from '../kafka.ts';
import type { Cluster, Message, NodeTarget, RequestOptions } from '../network/cluster.ts';
import type { PartitionInfo } from '../network/metadata.ts';
import {
  brokersOf,
  CONNECTION_TIMEOUT_MS,
  DEFAULT_CLIENT_ID,
  type KafkaConfig,
  REQUEST_TIMEOUT_MS,
  saslOf,
  tlsOf,
} from './config.ts';
import { protocolError } from './error-mapping.ts';
import { KafkaJSError, KafkaJSNonRetriableError, KafkaJSSASLAuthenticationError } from './errors.ts';
import type { Logger } from './logger.ts';
import { type RetryOptions, type RetrySeries, retrying } from './retrier.ts';

export interface LinkOptions {
  readonly config: KafkaConfig;
  readonly platform: NodePlatform;
  readonly logger: Logger;
  readonly retry: RetryOptions;
  readonly observer: RequestObserver;
  readonly metadataMaxAge?: number | undefined;
  readonly allowAutoTopicCreation?: boolean | undefined;
}

export class Link {
  readonly retry: RetryOptions;
  readonly platform: NodePlatform;
  readonly #options: LinkOptions;
  #kafka: Kafka | undefined;
  #connecting: Promise<Kafka> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.retry = options.retry;
    this.platform = options.platform;
  }

  get isConnected(): boolean {
    return this.#kafka !== undefined;
  }

  get clientId(): string {
    return this.#options.config.clientId ?? DEFAULT_CLIENT_ID;
  }

  /** Resolves when a broker has answered. */
  async connect(): Promise<Kafka> {
    if (this.#kafka !== undefined) return this.#kafka;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async disconnect(): Promise<void> {
    await this.#connecting?.catch(() => {});
    const kafka = this.#kafka;
    this.#kafka = undefined;
    await kafka?.close();
  }

  async cluster(): Promise<Cluster> {
    return (await this.connect()).cluster;
  }

  /** Throws KafkaJSError while there is none. */
  get connectedCluster(): Cluster {
    if (this.#kafka !== undefined) return this.#kafka.cluster;
    throw new KafkaJSError('The client is not connected: call connect first');
  }

  /** Runs `attempt` with kafkajs's retries. */
  retrying<T>(attempt: (series: RetrySeries) => Promise<T>, isFinal?: (error: Error) => boolean): Promise<T> {
    return retrying(this.retry, this.platform, attempt, isFinal);
  }

  /** Runs what finds the cluster or a topic: with the retries of the Kafka, which those of one client do not change. */
  #finding<T>(attempt: () => Promise<T>, isFinal: (error: Error) => boolean): Promise<T> {
    return retrying(this.#options.config.retry ?? {}, this.platform, attempt, isFinal);
  }

  /** One request. Rejects with our errors. */
  async ask<Req extends object, Res>(
    api: RpcApi<Req, Res>,
    node: NodeTarget,
    message: Message<Req>,
    options: RequestOptions = {},
  ): Promise<Res> {
    const cluster = await this.cluster();
    return cluster.request(api, node, message, options);
  }

  /** Logs what went wrong with one try of a series. */
  tell(level: 'warn' | 'error', what: string, error: Error, { count, timeMs }: RetrySeries): void {
    this.#options.logger[level](what, { error: error.message, retryCount: count, retryTime: timeMs });
  }

  /** Asks the controller; again when it has moved, which is told as `failure`. `codes`: all error codes of the answer. */
  askController<Req extends object, Res>(
    failure: string,
    api: RpcApi<Req, Res>,
    message: Message<Req>,
    codes: (answer: Res) => readonly number[],
    options: RequestOptions = {},
  ): Promise<Res> {
    return this.retrying(async (series) => {
      const cluster = await this.cluster();
      const answer = await cluster.request(api, 'controller', message, options);
      if (!codes(answer).includes(ErrorCode.NOT_CONTROLLER)) return answer;
      const error = protocolError(ErrorCode.NOT_CONTROLLER);
      this.tell('warn', failure, error, series);
      await cluster.refresh([]);
      throw error;
    });
  }

  async coordinator(groupId: string): Promise<number> {
    return (await this.cluster()).coordinator('group', groupId);
  }

  /** At the coordinator of a group, found again when it has moved. `codes`: of the answer. */
  async askCoordinator<Req extends object, Res>(
    groupId: string,
    api: RpcApi<Req, Res>,
    message: Message<Req>,
    codes: (answer: Res) => readonly number[],
  ): Promise<Res> {
    return this.retrying(async () => {
      const cluster = await this.cluster();
      const answer = await cluster.request(api, await cluster.coordinator('group', groupId), message);
      const moved = codes(answer).find((code) => MOVED.has(code));
      if (moved === undefined) return answer;
      cluster.forgetCoordinator('group', groupId);
      throw KafkaError.ofCode(moved, null, { retriable: true });
    });
  }

  /** New metadata of a topic; makes the topic where the brokers do that. Throws when there is none. */
  async partitions(topic: string, refresh = false): Promise<readonly PartitionInfo[]> {
    const cluster = await this.cluster();
    const known = cluster.metadata.topic(topic);
    if (known !== undefined && !refresh) return known.partitions;
    return this.#finding(async () => {
      await cluster.refresh([topic], { allowAutoTopicCreation: this.#options.allowAutoTopicCreation ?? false });
      const found = cluster.metadata.topic(topic);
      if (found !== undefined && found.partitions.length > 0) return found.partitions;
      throw cluster.metadata.topicError(topic) ?? protocolError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }, isFinalForTopic);
  }

  async #connect(): Promise<Kafka> {
    const { config, platform, observer, metadataMaxAge } = this.#options;
    return this.#finding(
      async () => {
        const kafka = new Kafka({
          brokers: await brokersOf(config.brokers),
          clientId: this.clientId,
          tls: tlsOf(config.ssl),
          sasl: saslOf(config.sasl),
          connectTimeoutMs: config.connectionTimeout ?? CONNECTION_TIMEOUT_MS,
          requestTimeoutMs: config.requestTimeout ?? REQUEST_TIMEOUT_MS,
          metadataMaxAgeMs: metadataMaxAge,
          retryBackoffMs: config.retry?.initialRetryTime,
          platform,
          requestObserver: observer,
        });
        try {
          await kafka.cluster.refresh([]);
        } catch (error) {
          await kafka.close();
          throw withMechanism(error, config.sasl?.mechanism);
        }
        this.#kafka = kafka;
        return kafka;
      },
      (error) => error instanceof KafkaJSNonRetriableError,
    );
  }
}

const MOVED: ReadonlySet<number> = new Set([
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
]);

function isFinalForTopic(error: Error): boolean {
  return 'retriable' in error && error.retriable === false;
}

function withMechanism(thrown: unknown, mechanism: string | undefined): unknown {
  if (!(thrown instanceof KafkaError) || thrown.code !== 'SASL_AUTHENTICATION_FAILED') return thrown;
  const name = (mechanism ?? '').toUpperCase().replace(/^SCRAM-SHA-/, 'SCRAM SHA');
  return new KafkaJSSASLAuthenticationError(`SASL ${name} authentication failed: ${thrown.message}`);
}
