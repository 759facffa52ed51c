/** One call of the application: its deadline, its signal, its tries. */
import { ExponentialBackoff } from '@ottla/common';
import { onAbort, type Platform, type Timer } from '@ottla/platform';
import { abortedError, closedError, KafkaError, type KafkaErrorDetails } from '../errors.ts';
import type { CallOptions } from '../options.ts';

export interface OperationHost {
  readonly platform: Platform;
  readonly closing: AbortSignal;
  readonly options: {
    readonly operationTimeoutMs: number;
    readonly retryBackoffMs: number;
    readonly retryBackoffMaxMs: number;
  };
}

/** By signal: the error that an operation meets is the explanation of the one that waits for it, too. */
const operations = new WeakMap<AbortSignal, Operation>();

export class Operation {
  /** Aborted when the operation is to end: by the caller, by time, by `close`. */
  readonly signal: AbortSignal;
  readonly #what: string;
  readonly #host: OperationHost;
  readonly #controller = new AbortController();
  readonly #deadlineMs: number;
  readonly #timeoutMs: number;
  #timer: Timer | undefined;
  #lastError: unknown;
  readonly #outer: Operation | undefined;
  #unsubscribe: () => void = () => {};

  constructor(host: OperationHost, what: string, options: CallOptions, defaultTimeoutMs: number) {
    this.#host = host;
    this.#what = what;
    this.signal = this.#controller.signal;
    operations.set(this.signal, this);
    this.#outer = options.signal === undefined ? undefined : operations.get(options.signal);
    const timeoutMs = options.timeout ?? defaultTimeoutMs;
    this.#timeoutMs = timeoutMs;
    this.#deadlineMs = host.platform.clock.monotonicMs() + timeoutMs;
    if (timeoutMs < 2 ** 31) this.#timer = host.platform.clock.setTimer(timeoutMs, () => this.#end(this.#timedOut()));
    const { signal } = options;
    const aborted = (): void => this.#end(signal === undefined ? closedError('client') : abortedError(signal));
    const closed = (): void => this.#end(closedError('client'));
    const forget = signal === undefined ? undefined : onAbort(signal, aborted);
    const forgetClosing = onAbort(host.closing, closed);
    this.#unsubscribe = () => {
      forget?.();
      forgetClosing();
    };
    if (signal?.aborted === true) aborted();
    if (host.closing.aborted) closed();
  }

  remainingMs(): number {
    return Math.max(0, this.#deadlineMs - this.#host.platform.clock.monotonicMs());
  }

  throwIfEnded(): void {
    if (this.signal.aborted) throw this.signal.reason;
  }

  /** `promise`, or the operation's end, whichever is first. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return abortable(promise, this.signal);
  }

  /** Tries until it works, fails for good or the operation ends. `recover` looks at each error that may pass. */
  async retry<T>(
    attempt: () => Promise<T>,
    recover?: (error: KafkaError) => Promise<void> | void,
    firstBackoffMs = this.#host.options.retryBackoffMs,
  ): Promise<T> {
    const backoff = new ExponentialBackoff(
      { initialMs: firstBackoffMs, maxMs: this.#host.options.retryBackoffMaxMs },
      this.#host.platform.random,
    );
    for (let tries = 0; ; tries++) {
      this.throwIfEnded();
      try {
        return await this.wait(attempt());
      } catch (thrown) {
        this.throwIfEnded();
        const error = KafkaError.from(thrown);
        if (!error.retriable || error.fatal) throw error;
        this.#met(error);
        await recover?.(error);
      }
      await this.sleep(backoff.delayMs(tries));
    }
  }

  sleep(delayMs: number): Promise<void> {
    return this.#host.platform.clock.sleep(delayMs, this.signal);
  }

  /** To be called when the operation is over: gives up its timer. */
  dispose(): void {
    this.#timer?.cancel();
    this.#unsubscribe();
  }

  #met(error: KafkaError): void {
    this.#lastError = error;
    if (this.#outer !== undefined) this.#outer.#met(error);
  }

  #end(error: KafkaError): void {
    this.#controller.abort(error);
  }

  #timedOut(): KafkaError {
    const last = this.#lastError;
    const why = last instanceof Error ? `; last: ${last.message}` : '';
    const { topic, partition, broker }: KafkaErrorDetails = last instanceof KafkaError ? last : {};
    const message = `${this.#what} was not done within ${Math.ceil(this.#timeoutMs)} ms${why}`;
    return new KafkaError('TIMEOUT', message, { retriable: true, cause: last, topic, partition, broker });
  }
}

/** Runs `body` under a deadline. Rejects with TIMEOUT, ABORTED or CLOSED when it ends before it is done. */
export async function operation<T>(
  host: OperationHost,
  what: string,
  options: CallOptions | undefined,
  body: (operation: Operation) => Promise<T>,
  defaultTimeoutMs = host.options.operationTimeoutMs,
): Promise<T> {
  const own = new Operation(host, what, options ?? {}, defaultTimeoutMs);
  try {
    own.throwIfEnded();
    return await own.wait(body(own));
  } finally {
    own.dispose();
  }
}

/** `promise`, or a rejection with the signal's reason (a KafkaError as it is, else ABORTED) as soon as it is aborted. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason instanceof KafkaError ? signal.reason : abortedError(signal));
    if (signal.aborted) {
      promise.catch(() => {});
      aborted();
      return;
    }
    const forget = onAbort(signal, aborted);
    promise.then(
      (value) => {
        forget();
        resolve(value);
      },
      (error: unknown) => {
        forget();
        reject(error);
      },
    );
  });
}
