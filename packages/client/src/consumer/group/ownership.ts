/*
 * How partitions come and go. Order, for every kind of group:
 *   revoke  hold (nothing more is handed out) -> the application is done with what it has -> commit what was processed
 *           -> onRevoked -> the partitions are gone -> the member goes on (joins again, or tells the broker)
 *   lose    the same without a commit, and `signal`s of batches are aborted first: somebody else may have them already
 *   assign  added, held -> onAssigned (it may seek) -> positions are looked up, records flow
 */
import { onAbort } from '@ottla/platform';
import type { KafkaError } from '../../errors.ts';
import type { AssignedPartition } from '../assigned-partition.ts';
import type { ConsumerContext } from '../context.ts';
import type { RebalanceHook } from '../options.ts';
import { partitionNames, type TopicPartition } from '../topic-partition.ts';

export interface OwnershipOptions {
  readonly context: ConsumerContext;
  /** Commits what was processed of these, if commits are automatic. Errors are told to the log only. */
  readonly commit: (partitions: readonly AssignedPartition[]) => Promise<void>;
  readonly assigned: () => void;
}

export class Ownership {
  readonly #options: OwnershipOptions;

  constructor(options: OwnershipOptions) {
    this.#options = options;
  }

  get list(): TopicPartition[] {
    return this.#options.context.state.list();
  }

  /**
   * `isMember`: whether this consumer has not lost everything meanwhile. `drain` false: without waiting for the
   * application, which may be the one that waits for this.
   */
  async revoke(places: readonly TopicPartition[], isMember = (): boolean => true, drain = true): Promise<void> {
    const { context } = this.#options;
    const partitions = this.#held(places);
    if (partitions.length === 0) return;
    if (drain && !(await this.#drained(partitions, context.settings.maxPollIntervalMs))) {
      context.cluster.log.warn(
        `The application did not finish with ${partitionNames(places)} within ${context.settings.maxPollIntervalMs} ms: they are lost`,
      );
      await this.#gone(partitions, 'lost', context.settings.onLost);
      return;
    }
    if (isMember()) await this.#options.commit(partitions);
    if (isMember()) await this.#gone(partitions, 'revoked', context.settings.onRevoked);
    else await this.#gone(partitions, 'lost', context.settings.onLost);
  }

  /** `error`: what the signals of unfinished batches are aborted with. */
  async lose(places: readonly TopicPartition[], error: KafkaError): Promise<void> {
    const { context } = this.#options;
    const partitions = this.#held(places);
    if (partitions.length === 0) return;
    context.cluster.log.warn(`Lost ${partitionNames(places)}: ${error.message}`);
    this.abandon(error);
    await this.#drained(partitions, Number.POSITIVE_INFINITY);
    await this.#gone(partitions, 'lost', context.settings.onLost);
  }

  /** Somebody else may have everything already: whoever works on it is told. */
  abandon(error: KafkaError): void {
    for (const partition of this.#options.context.state.partitions.values()) partition.end(error);
  }

  async assign(places: readonly TopicPartition[]): Promise<void> {
    const { context, assigned } = this.#options;
    const added = context.state.add(places);
    if (added.length > 0) {
      for (const partition of added) partition.isHeld = true;
      context.cluster.log.info(`Assigned ${partitionNames(places)}`);
      context.meters.rebalanced('assigned', placesOf(added));
      await this.#call(context.settings.onAssigned, added);
      for (const partition of added) partition.isHeld = false;
    }
    assigned();
  }

  #held(places: readonly TopicPartition[]): AssignedPartition[] {
    const partitions: AssignedPartition[] = [];
    for (const place of places) {
      const partition = this.#options.context.state.get(place);
      if (partition === undefined) continue;
      partition.isHeld = true;
      partitions.push(partition);
    }
    // A read that waits must see that its partition is held.
    this.#options.context.wake();
    return partitions;
  }

  /** False when the application took longer than it may. */
  async #drained(partitions: readonly AssignedPartition[], limitMs: number): Promise<boolean> {
    const busy = partitions.filter(({ isInUse }) => isInUse);
    if (busy.length === 0) return true;
    const { clock } = this.#options.context.cluster;
    const all = Promise.all(busy.map((partition) => partition.drained()));
    if (!Number.isFinite(limitMs)) {
      await this.#untilClosed(all);
      return true;
    }
    let timer: ReturnType<typeof clock.setTimer> | undefined;
    const late = new Promise<false>((resolve) => {
      timer = clock.setTimer(limitMs, () => resolve(false));
    });
    try {
      return await Promise.race([this.#untilClosed(all).then(() => true), late]);
    } finally {
      timer?.cancel();
    }
  }

  /** A consumer that closes waits for nobody: its own loop may be what called `close`. */
  #untilClosed(promise: Promise<unknown>): Promise<unknown> {
    const { closing } = this.#options.context;
    if (closing.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        forget();
        resolve(undefined);
      };
      const forget = onAbort(closing, done);
      void promise.then(done);
    });
  }

  async #gone(
    partitions: readonly AssignedPartition[],
    kind: 'revoked' | 'lost',
    hook: RebalanceHook | undefined,
  ): Promise<void> {
    const { context } = this.#options;
    context.meters.rebalanced(kind, placesOf(partitions));
    try {
      await this.#call(hook, partitions);
    } finally {
      context.state.remove(partitions, undefined);
      context.wake();
    }
  }

  /** What a hook throws is the application's to see; the group goes on. */
  async #call(hook: RebalanceHook | undefined, partitions: readonly AssignedPartition[]): Promise<void> {
    if (hook === undefined) return;
    try {
      await hook(placesOf(partitions));
    } catch (error) {
      this.#options.context.fail(error);
    }
  }
}

function placesOf(partitions: readonly AssignedPartition[]): TopicPartition[] {
  return partitions.map(({ topic, partition }) => ({ topic: topic.name, partition }));
}
