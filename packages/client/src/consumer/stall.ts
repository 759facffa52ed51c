/** While nothing can be read: the application is told why at once if it does not pass, and after `operationTimeoutMs` if it does not in time. */
import { KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';

export class Stall {
  readonly #cluster: Cluster;
  readonly #what: string;
  #sinceMs: number | undefined;

  constructor(cluster: Cluster, what: string) {
    this.#cluster = cluster;
    this.#what = what;
  }

  /** Something works. */
  over(): void {
    this.#sinceMs = undefined;
  }

  /** `error` is in the way; the error to tell, if there is one by now. */
  failed(error: KafkaError): KafkaError | undefined {
    if (!error.retriable) return error;
    const { clock, options } = this.#cluster;
    const nowMs = clock.monotonicMs();
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs < options.operationTimeoutMs) return undefined;
    this.#sinceMs = undefined;
    const { topic, partition, broker } = error;
    const message = `${this.#what} was not done within ${options.operationTimeoutMs} ms; last: ${error.message}`;
    return new KafkaError('TIMEOUT', message, { retriable: true, cause: error, topic, partition, broker });
  }
}
