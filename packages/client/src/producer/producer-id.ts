/** The id and epoch under which an idempotent producer numbers its batches. */
import { ExponentialBackoff } from '@ottla/common';
import { clampToNumber, ErrorCode } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import { INIT_PRODUCER_ID } from '../network/apis.ts';
import type { Cluster } from '../network/cluster.ts';

export interface ProducerIdentity {
  readonly producerId: number;
  readonly epoch: number;
}

export interface ProducerIds {
  /** Undefined while it is not known. */
  readonly current: ProducerIdentity | undefined;
  /** Why there will never be one. */
  readonly failure: KafkaError | undefined;
  /** Begins to get one. */
  start(): void;
  /** A partition lost a number: another epoch, or another id. */
  renew(): void;
}

const EPOCH_MAX = 32_767;

/** For a producer without transactions: its epoch is its own business, so that it may raise it by itself. */
export class IdempotentIds implements ProducerIds {
  current: ProducerIdentity | undefined;
  failure: KafkaError | undefined;
  readonly #cluster: Cluster;
  readonly #changed: () => void;
  #isAsking = false;

  constructor(cluster: Cluster, changed: () => void) {
    this.#cluster = cluster;
    this.#changed = changed;
  }

  start(): void {
    if (this.#isAsking || this.current !== undefined || this.failure !== undefined) return;
    this.#isAsking = true;
    void this.#ask();
  }

  renew(): void {
    const { current } = this;
    if (current === undefined) return;
    this.current = current.epoch < EPOCH_MAX ? { ...current, epoch: current.epoch + 1 } : undefined;
  }

  async #ask(): Promise<void> {
    const { retryBackoffMs, retryBackoffMaxMs } = this.#cluster.options;
    const backoff = new ExponentialBackoff(
      { initialMs: retryBackoffMs, maxMs: retryBackoffMaxMs },
      this.#cluster.platform.random,
    );
    for (let tries = 0; !this.#cluster.isClosed; tries++) {
      try {
        const answer = await this.#cluster.request(INIT_PRODUCER_ID, 'any', {
          transactionalId: null,
          transactionTimeoutMs: 2 ** 31 - 1,
        });
        if (answer.errorCode !== ErrorCode.NONE) throw KafkaError.ofCode(answer.errorCode, null, { fatal: false });
        this.current = { producerId: clampToNumber(answer.producerId), epoch: answer.producerEpoch };
        break;
      } catch (thrown) {
        const error = KafkaError.from(thrown);
        if (!error.retriable) {
          this.failure = new KafkaError(error.code, error.message, { fatal: true, cause: error });
          break;
        }
      }
      await this.#cluster.clock.sleep(backoff.delayMs(tries), this.#cluster.closing).catch(() => {});
    }
    this.#isAsking = false;
    this.#changed();
  }
}
