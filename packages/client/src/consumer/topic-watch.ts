/* Keeps the metadata of what a consumer reads fresh, and tells when a subscription means other topics than before. */
import type { Timer } from '@ottla/platform';
import { KafkaError } from '../errors.ts';
import type { ConsumerContext } from './context.ts';

export class TopicWatch {
  readonly #context: ConsumerContext;
  #names: string[] = [];
  #unwatch: () => void = () => {};
  #timer: Timer | undefined;
  /** The metadata of a subscription was there once: before, a member would join with nothing. */
  isKnown = false;
  #subscription = 0;
  #isStarted = false;

  constructor(context: ConsumerContext) {
    this.#context = context;
  }

  /** Of the subscription, sorted. */
  get names(): string[] {
    return this.#names;
  }

  /** The subscription was set. */
  subscribed(): void {
    this.#subscription++;
    this.isKnown = false;
    if (this.#isStarted) this.#ask();
  }

  /** The application reads: before that nothing is asked for. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#ask();
  }

  #ask(): void {
    const { cluster, state, settings } = this.#context;
    const subscription = this.#subscription;
    this.changed();
    this.#watch(this.#names);
    this.#timer?.cancel();
    const isPattern = state.mode === 'pattern';
    let sinceMs = cluster.clock.monotonicMs();
    const ask = async (): Promise<void> => {
      while (subscription === this.#subscription && !this.#context.closing.aborted) {
        try {
          await cluster.refresh(isPattern ? [] : this.#names, {
            all: isPattern,
            allowAutoTopicCreation: settings.allowAutoTopicCreation && !isPattern,
            signal: this.#context.closing,
          });
          break;
        } catch (error) {
          const isOver = cluster.clock.monotonicMs() - sinceMs > settings.sessionTimeoutMs;
          if (isOver || !KafkaError.from(error).retriable) {
            sinceMs = cluster.clock.monotonicMs();
            this.#context.fail(error);
          }
          await cluster.clock.sleep(cluster.options.retryBackoffMaxMs, this.#context.closing).catch(() => {});
        }
      }
      if (subscription !== this.#subscription) return;
      this.isKnown = true;
      for (const name of state.mode === 'topics' ? this.#names : []) {
        const error = cluster.metadata.topicError(name);
        if (error?.retriable === false) this.#context.fail(error);
      }
      this.changed();
      this.#context.wake();
    };
    void ask();
    if (isPattern) this.#lookAgain();
  }

  /** Whether the subscription's topics are others now. */
  changed(): boolean {
    const { state, cluster } = this.#context;
    if (!this.#isStarted || (state.mode !== 'topics' && state.mode !== 'pattern')) return false;
    const names = state.names(cluster.metadata);
    if (names.length === this.#names.length && names.every((name, index) => name === this.#names[index])) return false;
    this.#names = names;
    this.#watch(names);
    return true;
  }

  /** Partitions that are assigned by hand. */
  watchAssigned(): void {
    const { state, cluster, closing } = this.#context;
    if (state.mode !== 'manual') return;
    const names = [...new Set(state.list().map(({ topic }) => topic))];
    this.#watch(names);
    if (names.some((name) => cluster.metadata.topic(name) === undefined))
      cluster.refresh(names, { signal: closing }).catch(() => {});
  }

  close(): void {
    this.#subscription++;
    this.#unwatch();
    this.#timer?.cancel();
  }

  #watch(names: readonly string[]): void {
    const previous = this.#unwatch;
    this.#unwatch = this.#context.cluster.watch(names);
    previous();
  }

  /** New topics may match. */
  #lookAgain(): void {
    const { cluster, closing } = this.#context;
    this.#timer = cluster.clock.setTimer(cluster.options.metadataMaxAgeMs, () => {
      cluster.refresh([], { all: true, signal: closing }).catch(() => {});
      this.#lookAgain();
    });
  }
}
