/*
 * The two deadlines of a member: the group must hear from it (`session.timeout.ms`), and it from its application
 * (`max.poll.interval.ms`).
 */
import type { Clock } from '@ottla/platform';
import { KafkaError } from '../../errors.ts';

/** What the deadlines are about; a member of a share group has them too. */
export interface LivenessHost {
  readonly context: {
    readonly cluster: { readonly clock: Clock };
    readonly settings: { readonly maxPollIntervalMs: number };
  };
  readonly group: string;
  /** Counts the application's steps; while it reads, it steps all the time. */
  readonly steps: number;
  /** The application waits for records. */
  readonly isReading: boolean;
}

export class Liveness {
  readonly #host: LivenessHost;
  readonly #clock: Clock;
  #contactMs: number;
  #steps: number;
  #steppedMs: number;
  #error: unknown;

  constructor(host: LivenessHost) {
    this.#host = host;
    this.#clock = host.context.cluster.clock;
    this.#contactMs = this.#clock.monotonicMs();
    this.#steps = host.steps;
    this.#steppedMs = this.#contactMs;
  }

  /** The coordinator answered. */
  contact(): void {
    this.#contactMs = this.#clock.monotonicMs();
    this.#error = undefined;
  }

  noContact(error: unknown): void {
    this.#error = error;
  }

  /** Until when the next answer must be there, ms from now. */
  sessionLeftMs(timeoutMs: number): number {
    return this.#contactMs + timeoutMs - this.#clock.monotonicMs();
  }

  sessionExpired(timeoutMs: number): KafkaError | undefined {
    if (this.sessionLeftMs(timeoutMs) > 0) return undefined;
    const why = this.#error instanceof Error ? `; last: ${this.#error.message}` : '';
    const broker = this.#error instanceof KafkaError ? this.#error.broker : undefined;
    return new KafkaError(
      'SESSION_EXPIRED',
      `Group ${this.#host.group} has not answered a heartbeat within sessionTimeoutMs, ${timeoutMs}${why}`,
      { retriable: true, cause: this.#error, broker },
    );
  }

  /** The application reads: its time starts anew. */
  stepped(): void {
    this.#steps = this.#host.steps;
    this.#steppedMs = this.#clock.monotonicMs();
  }

  pollLeftMs(): number {
    const host = this.#host;
    if (host.isReading || host.steps !== this.#steps) this.stepped();
    return this.#steppedMs + host.context.settings.maxPollIntervalMs - this.#clock.monotonicMs();
  }

  pollExceeded(): KafkaError | undefined {
    if (this.pollLeftMs() > 0) return undefined;
    const { maxPollIntervalMs } = this.#host.context.settings;
    return new KafkaError(
      'MAX_POLL_EXCEEDED',
      `The application has not asked for records within maxPollIntervalMs, ${maxPollIntervalMs}: this member left group ${this.#host.group}. Take fewer records at a time, or raise the limit`,
      { retriable: true },
    );
  }
}
