import { createNodePlatform, environmentVariable, type NodePlatform } from '@ottla/platform/node';
import { KafkaJSAdmin } from './admin.ts';
import type { Admin, AdminConfig } from './admin-types.ts';
import { type KafkaConfig, saslOf, tlsOf } from './config.ts';
import { logLevel } from './constants.ts';
import { KafkaJSConsumer } from './consumer.ts';
import type { Consumer, ConsumerConfig } from './consumer-types.ts';
import { KafkaJSNotImplemented } from './errors.ts';
import { GroupProgress } from './group-progress.ts';
import { consoleLogger, createLogger, type Logger } from './logger.ts';
import { KafkaJSProducer } from './producer.ts';
import type { Producer, ProducerConfig } from './producer-types.ts';
import type { RetryOptions } from './retrier.ts';

/** What a client takes from the Kafka that made it. */
export interface ClientParts {
  readonly kafkaConfig: KafkaConfig;
  readonly platform: NodePlatform;
  readonly logger: Logger;
  readonly groups: GroupProgress;
  readonly retry: RetryOptions;
}

let hasWarned = false;

/** kafkajs's entry: makes producers, consumers and admins, each with connections of its own. */
export class Kafka {
  readonly #config: KafkaConfig;
  readonly #platform: NodePlatform;
  readonly #logger: Logger;
  readonly #groups = new GroupProgress();

  constructor(config: KafkaConfig) {
    if (config.socketFactory !== undefined)
      throw new KafkaJSNotImplemented('socketFactory: sockets of your own cannot be used here');
    // What cannot be used is told now rather than with the first connection.
    saslOf(config.sasl);
    tlsOf(config.ssl);
    this.#config = config;
    this.#platform = createNodePlatform({ log: { console: 'none', rootLevel: 'OFF' } });
    this.#logger = createLogger({
      level: config.logLevel ?? logLevel.INFO,
      logCreator: config.logCreator ?? consoleLogger,
      nowMs: () => this.#platform.clock.wallMs(),
    });
  }

  producer(config: ProducerConfig = {}): Producer {
    if (config.createPartitioner === undefined) this.#warnOfPartitioner();
    return new KafkaJSProducer(this.#parts(), config);
  }

  consumer(config: ConsumerConfig): Consumer {
    return new KafkaJSConsumer(this.#parts(), config);
  }

  admin(config: AdminConfig = {}): Admin {
    return new KafkaJSAdmin(this.#parts(), config);
  }

  logger(): Logger {
    return this.#logger;
  }

  #parts(): ClientParts {
    return {
      kafkaConfig: this.#config,
      platform: this.#platform,
      logger: this.#logger,
      groups: this.#groups,
      retry: this.#config.retry ?? {},
    };
  }

  #warnOfPartitioner(): void {
    if (hasWarned || environmentVariable('KAFKAJS_NO_PARTITIONER_WARNING') !== undefined) return;
    hasWarned = true;
    this.#logger.warn(
      'Since version 2 kafkajs chooses other partitions by default. To keep those of version 1 use "createPartitioner: Partitioners.LegacyPartitioner"; to silence this, set KAFKAJS_NO_PARTITIONER_WARNING=1',
    );
  }
}
