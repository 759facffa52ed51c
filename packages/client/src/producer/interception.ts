import type { Logger } from '@ottla/platform';
import type { KafkaError } from '../errors.ts';
import type { ProducerRecord, RecordMetadata } from '../records.ts';
import { type Delivery, metadataOf, type Outcome, type RecordErrors } from './delivery.ts';
import type { ProducerInterceptor } from './options.ts';

/** The producer's interceptors as one. None of them can break a send. */
export class Interception {
  readonly #interceptors: readonly ProducerInterceptor[];
  readonly #log: Logger;
  /** Whether anybody wants to hear of acknowledgements. */
  readonly isListening: boolean;

  constructor(interceptors: readonly ProducerInterceptor[], log: Logger) {
    this.#interceptors = interceptors;
    this.#log = log;
    this.isListening = interceptors.some((each) => each.onAcknowledged !== undefined);
  }

  onSend(topic: string, record: ProducerRecord<unknown, unknown>): ProducerRecord<unknown, unknown> {
    let current = { ...record, topic };
    for (const interceptor of this.#interceptors) {
      try {
        current = { ...(interceptor.onSend?.(current) ?? current), topic };
      } catch (error) {
        this.#log.warn(`An interceptor failed in onSend for topic ${topic}`, error);
      }
    }
    return current;
  }

  onAcknowledged(metadata: RecordMetadata, error: KafkaError | undefined): void {
    for (const interceptor of this.#interceptors) {
      try {
        interceptor.onAcknowledged?.(metadata, error);
      } catch (thrown) {
        this.#log.warn(`An interceptor failed in onAcknowledged for topic ${metadata.topic}`, thrown);
      }
    }
  }
}

/** Tells the interceptors about one record. */
export class InterceptedDelivery implements Delivery {
  readonly #interception: Interception;
  readonly #timestamp: number;
  #delta: number;

  constructor(interception: Interception, delta: number, timestamp: number) {
    this.#interception = interception;
    this.#delta = delta;
    this.#timestamp = timestamp;
  }

  settle(outcome: Outcome, error: KafkaError | undefined, recordErrors: RecordErrors | undefined): void {
    const own = error === undefined ? undefined : (recordErrors?.get(this.#delta) ?? error);
    this.#interception.onAcknowledged(metadataOf(outcome, this.#delta, this.#timestamp), own);
  }

  move(delta: number, by: number): Delivery | undefined {
    if (this.#delta < delta) return undefined;
    this.#delta -= by;
    return this;
  }
}
