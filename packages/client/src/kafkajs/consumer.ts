import { PartitionAssigners } from './assigner.ts';
import { checkCommits, checkOffset, checkPauses, checkPlace, checkSubscription } from './consumer-checks.ts';
import {
  type Consumer,
  type ConsumerConfig,
  type ConsumerPayloads,
  type ConsumerRunConfig,
  type ConsumerSubscribeTopic,
  type ConsumerSubscribeTopics,
  consumerEvents,
  type TopicPartitionOffset,
  type TopicPartitionOffsetAndMetadata,
  type TopicPartitions,
} from './consumer-types.ts';
import { toKafkaJSError } from './error-mapping.ts';
import { KafkaJSNonRetriableError } from './errors.ts';
import { Events, networkObserver } from './events.ts';
import { type DescribedGroup, describeGroup } from './group-description.ts';
import type { GroupProgress } from './group-progress.ts';
import type { ClientParts } from './kafka.ts';
import { Link } from './link.ts';
import type { Logger } from './logger.ts';
import { causeOf, RETRY_DEFAULTS } from './retrier.ts';
import { Session, type SessionOptions } from './session.ts';

const MIB = 1024 * 1024;

export class KafkaJSConsumer implements Consumer {
  readonly events = consumerEvents;
  readonly on: Consumer['on'];
  readonly #config: SessionOptions['config'];
  readonly #link: Link;
  readonly #groups: GroupProgress;
  readonly #rootLogger: Logger;
  readonly #logger: Logger;
  readonly #events: Events<ConsumerPayloads>;
  readonly #topics = new Map<string, { readonly fromBeginning: boolean }>();
  #session: Session | undefined;
  #stopping: Promise<void> | undefined;
  #restart: { cancel(): void } | undefined;

  constructor({ kafkaConfig, platform, logger, groups, retry }: ClientParts, config: ConsumerConfig) {
    const { groupId, sessionTimeout = 30_000, heartbeatInterval = 3_000 } = config ?? {};
    if (typeof groupId !== 'string' || groupId === '')
      throw new KafkaJSNonRetriableError('Consumer groupId must be a non-empty string.');
    if (heartbeatInterval >= sessionTimeout)
      throw new KafkaJSNonRetriableError(
        `Consumer heartbeatInterval (${heartbeatInterval}) must be lower than sessionTimeout (${sessionTimeout}). It is recommended to set heartbeatInterval to approximately a third of the sessionTimeout.`,
      );
    this.#config = {
      groupId,
      sessionTimeout,
      heartbeatInterval,
      rebalanceTimeout: config.rebalanceTimeout ?? 60_000,
      partitionAssigners: config.partitionAssigners ?? [PartitionAssigners.roundRobin],
      maxBytesPerPartition: config.maxBytesPerPartition ?? MIB,
      minBytes: config.minBytes ?? 1,
      maxBytes: config.maxBytes ?? 10 * MIB,
      maxWaitTimeInMs: config.maxWaitTimeInMs ?? 5_000,
      allowAutoTopicCreation: config.allowAutoTopicCreation ?? true,
      readUncommitted: config.readUncommitted ?? false,
      rackId: config.rackId ?? '',
    };
    this.#rootLogger = logger;
    this.#groups = groups;
    this.#logger = logger.namespace('Consumer');
    const events = new Events<ConsumerPayloads>('consumer', consumerEvents, platform.clock, this.#logger);
    this.#events = events;
    this.on = events.on;
    this.#link = new Link({
      config: kafkaConfig,
      platform,
      logger: this.#logger,
      retry: { ...retry, ...config.retry },
      metadataMaxAge: config.metadataMaxAge,
      allowAutoTopicCreation: this.#config.allowAutoTopicCreation,
      observer: networkObserver(kafkaConfig.clientId ?? 'kafkajs', {
        request: (payload) => events.emit('consumer.network.request', payload),
        requestTimeout: (payload) => events.emit('consumer.network.request_timeout', payload),
        queueSize: (payload) => events.emit('consumer.network.request_queue_size', payload),
      }),
    });
  }

  async connect(): Promise<void> {
    await this.#link.connect();
    this.#events.emit('consumer.connect', null);
  }

  async disconnect(): Promise<void> {
    await this.stop();
    await this.#link.disconnect();
    this.#events.emit('consumer.disconnect', null);
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => {
      this.#stopping = undefined;
    });
    await this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#restart?.cancel();
    this.#restart = undefined;
    const session = this.#session;
    if (session !== undefined) {
      await session.stop();
      this.#session = undefined;
      this.#events.emit('consumer.stop', null);
    }
    this.#logger.info('Stopped', { groupId: this.#config.groupId });
  }

  async subscribe(subscription: ConsumerSubscribeTopics | ConsumerSubscribeTopic): Promise<void> {
    if (this.#session !== undefined)
      throw new KafkaJSNonRetriableError('Cannot subscribe to topic while consumer is running');
    const wanted = checkSubscription(subscription);
    const { fromBeginning = false } = subscription;
    const names = wanted.filter((one) => typeof one === 'string');
    const patterns = wanted.filter((one) => one instanceof RegExp);
    if (patterns.length > 0) {
      const cluster = await this.#link.cluster();
      await this.#link.retrying(() => cluster.refresh([], { all: true }));
      const all = [...cluster.metadata.topics.keys()];
      for (const pattern of patterns) names.push(...all.filter((name) => matches(pattern, name)));
    }
    for (const name of names) this.#topics.set(name, { fromBeginning });
    await Promise.all(names.map((name) => this.#link.partitions(name)));
  }

  async run(config: ConsumerRunConfig = {}): Promise<void> {
    if (this.#session !== undefined) {
      this.#logger.warn('consumer#run was called, but the consumer is already running', {
        groupId: this.#config.groupId,
      });
      return;
    }
    await this.#start(config);
  }

  async #start(run: ConsumerRunConfig): Promise<void> {
    this.#logger.info('Starting', { groupId: this.#config.groupId });
    const session = new Session({
      link: this.#link,
      config: this.#config,
      run,
      topics: this.#topics,
      assigners: this.#config.partitionAssigners,
      events: this.#events,
      logger: this.#rootLogger,
      groups: this.#groups,
    });
    this.#session = session;
    await session.start((error) => void this.#crashed(toKafkaJSError(error), run));
  }

  async #crashed(error: Error, run: ConsumerRunConfig): Promise<void> {
    const { groupId } = this.#config;
    const { retry, platform } = this.#link;
    const { retryCount, retryTime } = retriesOf(error);
    this.#logger.error(`Crash: ${error.name}: ${error.message}`, { groupId, retryCount, stack: error.stack });
    await this.disconnect();
    const restart = isTransient(error) && (await this.#mayRestart(error));
    this.#events.emit('consumer.crash', { error, groupId, restart });
    if (!restart) return;
    const delayMs = retryTime ?? retry.initialRetryTime ?? RETRY_DEFAULTS.initialRetryTime;
    this.#logger.error(`Restarting the consumer in ${delayMs}ms`, { retryCount, retryTime: delayMs, groupId });
    this.#restart = platform.clock.setTimer(delayMs, () => void this.#start(run));
  }

  async #mayRestart(error: Error): Promise<boolean> {
    const { restartOnFailure } = this.#link.retry;
    if (restartOnFailure === undefined) return true;
    try {
      return await restartOnFailure(error);
    } catch (thrown) {
      this.#logger.error(
        'Caught error when invoking user-provided "restartOnFailure" callback. Defaulting to restarting.',
        { error: toKafkaJSError(thrown).message, cause: error.message, groupId: this.#config.groupId },
      );
      return true;
    }
  }

  async commitOffsets(topicPartitions: TopicPartitionOffsetAndMetadata[] = []): Promise<void> {
    const offsets = checkCommits(topicPartitions);
    const session = this.#mustRun();
    if (!session.isRunning) return;
    await this.#link.retrying(() => session.commit(offsets));
  }

  seek({ topic, partition, offset }: TopicPartitionOffset): void {
    checkPlace(topic, partition);
    const target = checkOffset(offset, true);
    const session = this.#mustRun();
    session.seeks.set(topic, Number(partition), target);
    session.wake();
  }

  describeGroup(): Promise<DescribedGroup> {
    return describeGroup(this.#link, this.#config.groupId);
  }

  pause(places: { topic: string; partitions?: number[] }[] = []): void {
    checkPauses('pause', places);
    const session = this.#mustRun();
    for (const { topic, partitions } of places) session.pause(topic, partitions);
  }

  resume(places: { topic: string; partitions?: number[] }[] = []): void {
    checkPauses('resume', places);
    const session = this.#mustRun();
    for (const { topic, partitions } of places) session.resume(topic, partitions);
  }

  paused(): TopicPartitions[] {
    return this.#session?.paused() ?? [];
  }

  logger(): Logger {
    return this.#logger;
  }

  #mustRun(): Session {
    if (this.#session !== undefined) return this.#session;
    throw new KafkaJSNonRetriableError('Consumer group was not initialized, consumer#run must be called first');
  }
}

function matches(pattern: RegExp, name: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(name);
}

function retriesOf(error: Error): { retryCount: number | undefined; retryTime: number | undefined } {
  return {
    retryCount: 'retryCount' in error && typeof error.retryCount === 'number' ? error.retryCount : undefined,
    retryTime: 'retryTime' in error && typeof error.retryTime === 'number' ? error.retryTime : undefined,
  };
}

/** Whether starting again may help: the tries were used up, or what is behind it passes. */
function isTransient(error: Error): boolean {
  if (error.name === 'KafkaJSNumberOfRetriesExceeded') return true;
  let cause = error;
  for (let next = causeOf(cause); next !== cause; next = causeOf(cause)) cause = next;
  return 'retriable' in cause && cause.retriable === true;
}
