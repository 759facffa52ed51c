import type { Coordination } from '@ottla/coordination';
import type { Clock, Logger, Timer } from '@ottla/platform';
import type { BrokerChannel, ChannelFactory } from './broker-channel.ts';
import { ControllerContext } from './controller-context.ts';
import type { EventQueue } from './event-queue.task.ts';
import type { FencedWriter } from './fenced-writer.task.ts';
import type { OutgoingMessage } from './request-batch.ts';
import { RequestBatch } from './request-batch.ts';

/** A store without room is asked again after this, ms. */
const RETRY_MS = 1000;

/** What a controller needs to know of the broker it lives in. */
export interface ControllerSettings {
  readonly brokerId: number;
  readonly interBrokerListener: string;
  /** Called at each use: all of these may change at run time. */
  readonly deleteTopicEnable: () => boolean;
  readonly uncleanLeaderElectionEnable: () => boolean;
  readonly autoLeaderRebalanceEnable: () => boolean;
  readonly leaderImbalanceCheckIntervalSeconds: () => number;
  readonly leaderImbalancePerBrokerPercentage: () => number;
}

/** What came back for a message; undefined when the broker left before it answered. */
export type ReplyHandler = (message: OutgoingMessage, reply: MessageReply) => Promise<void>;
export interface MessageReply {
  readonly errorCode: number;
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly errorCode: number }[];
}

/**
 * The time from an election to the loss of it: everything that belongs to one controller epoch. A lost reign is thrown
 * away whole; whatever of it is still running is refused by the store and by the brokers.
 */
export class Reign {
  readonly settings: ControllerSettings;
  readonly coordination: Coordination;
  readonly writer: FencedWriter;
  readonly context = new ControllerContext();
  readonly batch: RequestBatch;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly queue: EventQueue;
  onReply: ReplyHandler | undefined;
  /** Tries again what the store had no room for. */
  onRetry: (() => Promise<void>) | undefined;
  readonly onTopicDeletion: ((topic: string) => void) | undefined;
  readonly #openChannel: ChannelFactory;
  readonly #channels = new Map<number, BrokerChannel>();
  readonly #timers = new Set<Timer>();
  #over = false;
  #isRetryPlanned = false;

  constructor(options: {
    readonly settings: ControllerSettings;
    readonly coordination: Coordination;
    readonly writer: FencedWriter;
    readonly epoch: number;
    readonly logger: Logger;
    readonly clock: Clock;
    readonly queue: EventQueue;
    readonly openChannel: ChannelFactory;
    readonly onTopicDeletion?: ((topic: string) => void) | undefined;
  }) {
    this.settings = options.settings;
    this.coordination = options.coordination;
    this.writer = options.writer;
    this.logger = options.logger;
    this.clock = options.clock;
    this.queue = options.queue;
    this.#openChannel = options.openChannel;
    this.onTopicDeletion = options.onTopicDeletion;
    this.context.epoch = options.epoch;
    this.batch = new RequestBatch(options.settings.brokerId, options.settings.interBrokerListener, this.context);
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Puts work into the controller's queue, to be dropped when the reign is over by then. */
  enqueue(name: string, run: () => Promise<void>): void {
    this.queue.put(name, () => (this.#over ? Promise.resolve() : run()));
  }

  /** Runs later, unless the reign is over by then: a timer that outlives it would keep the process alive. */
  after(delayMs: number, run: () => void): void {
    if (this.#over) return;
    const timer = this.clock.setTimer(delayMs, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }

  /** A write of state failed: what is not as it should be is tried again in a while. */
  retryLater(): void {
    if (this.#isRetryPlanned) return;
    this.#isRetryPlanned = true;
    this.after(RETRY_MS, () => {
      this.#isRetryPlanned = false;
      const { onRetry } = this;
      if (onRetry !== undefined) this.enqueue('Retry', onRetry);
    });
  }

  /** Sends what the batch holds. Replies come back as events. */
  send(): void {
    for (const message of this.batch.take()) this.#dispatch(message);
  }

  dropChannel(broker: number): void {
    this.#channels.get(broker)?.close();
    this.#channels.delete(broker);
  }

  end(): void {
    this.#over = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const broker of this.#channels.keys()) this.dropChannel(broker);
  }

  #dispatch(message: OutgoingMessage): void {
    this.#deliver(message).then(
      (reply) => {
        if (this.onReply === undefined || !this.#needsAttention(message, reply)) return;
        const handle = this.onReply;
        this.enqueue(`${message.kind} reply`, () => handle(message, reply));
      },
      (error: unknown) => {
        if (!this.#over) this.logger.error(`${message.kind} to broker ${message.broker} failed`, error);
      },
    );
  }

  #needsAttention({ kind, broker }: OutgoingMessage, reply: MessageReply): boolean {
    if (reply.errorCode !== 0 || kind === 'stop-replica') return true;
    const hasOffline = (this.context.offlineLogs.get(broker)?.size ?? 0) > 0;
    if (kind === 'leader-and-isr' && hasOffline) return true;
    return reply.partitions.some(({ errorCode }) => errorCode !== 0);
  }

  #deliver(message: OutgoingMessage): Promise<MessageReply> {
    const channel = this.#channel(message.broker);
    if (message.kind === 'update-metadata') {
      return channel.updateMetadata(message.request).then(({ errorCode }) => ({ errorCode, partitions: [] }));
    }
    if (message.kind === 'stop-replica') {
      return channel.stopReplica(message.request).then(({ errorCode, partitionErrors }) => ({
        errorCode,
        partitions: partitionErrors.map((error) => ({
          topic: error.topicName,
          partition: error.partitionIndex,
          errorCode: error.errorCode,
        })),
      }));
    }
    return channel.leaderAndIsr(message.request).then((response) => ({
      errorCode: response.errorCode,
      partitions: response.topics.flatMap(({ topicId, partitionErrors }) =>
        partitionErrors.map((error) => ({
          topic: this.context.topicById(topicId)?.name ?? error.topicName,
          partition: error.partitionIndex,
          errorCode: error.errorCode,
        })),
      ),
    }));
  }

  #channel(broker: number): BrokerChannel {
    let channel = this.#channels.get(broker);
    if (channel === undefined) {
      channel = this.#openChannel(broker);
      this.#channels.set(broker, channel);
    }
    return channel;
  }
}
