/** Who wants to know what became of records. Nobody does on the bulk path: then there is no object for it at all. */
import { KafkaError } from '../errors.ts';
import type { RecordMetadata } from '../records.ts';
import type { AppendListener } from './options.ts';

export interface Outcome {
  readonly topic: string;
  readonly partition: number;
  /** Of the first record of the batch; -1 when it is not known. */
  readonly baseOffset: number;
  /** -1: the records' own timestamps count. */
  readonly logAppendTimeMs: number;
}

/** By offset delta within the batch: errors of single records (KIP-467). */
export type RecordErrors = ReadonlyMap<number, KafkaError>;

/** A share of a batch: some records of one call. */
export interface Delivery {
  settle(outcome: Outcome, error: KafkaError | undefined, recordErrors: RecordErrors | undefined): void;
  /** When a batch is split: the part from `delta` on goes on as the first of another batch. */
  move(delta: number, by: number): Delivery | undefined;
}

/** One awaited record. */
export class SingleDelivery implements Delivery {
  readonly promise: Promise<RecordMetadata>;
  delta = 0;
  readonly #timestamp: number;
  #resolve: (metadata: RecordMetadata) => void = () => {};
  #reject: (error: KafkaError) => void = () => {};

  constructor(timestamp: number) {
    this.#timestamp = timestamp;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  settle(outcome: Outcome, error: KafkaError | undefined, recordErrors: RecordErrors | undefined): void {
    if (error === undefined) this.#resolve(metadataOf(outcome, this.delta, this.#timestamp));
    else this.#reject(recordErrors?.get(this.delta) ?? error);
  }

  fail(error: KafkaError): void {
    this.#reject(error);
  }

  move(delta: number, by: number): Delivery | undefined {
    if (this.delta < delta) return undefined;
    this.delta -= by;
    return this;
  }
}

/**
 * The records of one array: resolves when the last is there. When one failed it rejects, as soon as all are known, with
 * that error, `failures` and `results` by the place in the array.
 */
export class ManyDeliveries {
  readonly promise: Promise<RecordMetadata[]>;
  readonly #results: RecordMetadata[];
  #left: number;
  readonly #failures = new Map<number, KafkaError>();
  #resolve: (metadata: RecordMetadata[]) => void = () => {};
  #reject: (error: KafkaError) => void = () => {};

  constructor(count: number) {
    this.#left = count;
    this.#results = new Array<RecordMetadata>(count);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (count === 0) this.#resolve(this.#results);
  }

  done(index: number, metadata: RecordMetadata): void {
    this.#results[index] = metadata;
    this.#count();
  }

  failed(error: KafkaError, index: number): void {
    this.#failures.set(index, error);
    this.#count();
  }

  /** All from that place on. */
  failedFrom(error: KafkaError, index: number): void {
    for (let at = index; at < this.#results.length; at++) this.failed(error, at);
  }

  #count(): void {
    if (--this.#left > 0) return;
    if (this.#failures.size === 0) this.#resolve(this.#results);
    else this.#reject(this.#partly());
  }

  #partly(): KafkaError {
    const failures = [...this.#failures].sort(([a], [b]) => a - b);
    const [index, first] = failures.find(([, { fatal }]) => fatal) ?? failures[0];
    const { reason, retriable, fatal, abortable, topic, partition, broker } = first;
    const message = `${failures.length} of ${this.#results.length} records were not written; record ${index}: ${first.message}`;
    const results = new Map<string, RecordMetadata>();
    // What failed left holes, which forEach passes over.
    this.#results.forEach((metadata, at) => results.set(String(at), metadata));
    return new KafkaError(first.code, message, {
      ...{ reason, retriable, fatal, abortable, topic, partition, broker, cause: first, results },
      failures: new Map(failures.map(([at, error]) => [String(at), error])),
    });
  }
}

/** Records of one array that went into one batch, one after the other. */
export class RunDelivery implements Delivery {
  readonly owner: ManyDeliveries;
  firstDelta: number;
  /** Places in the array, by position in the run. */
  readonly #indexes: number[];
  readonly #timestamps: number[];

  constructor(owner: ManyDeliveries, firstDelta: number, indexes: number[] = [], timestamps: number[] = []) {
    this.owner = owner;
    this.firstDelta = firstDelta;
    this.#indexes = indexes;
    this.#timestamps = timestamps;
  }

  add(index: number, timestamp: number): void {
    this.#indexes.push(index);
    this.#timestamps.push(timestamp);
  }

  /** Whether the record with this delta would be the run's next. */
  continuesAt(delta: number): boolean {
    return this.firstDelta + this.#indexes.length === delta;
  }

  settle(outcome: Outcome, error: KafkaError | undefined, recordErrors: RecordErrors | undefined): void {
    const indexes = this.#indexes;
    for (let i = 0; i < indexes.length; i++) {
      const delta = this.firstDelta + i;
      if (error === undefined) this.owner.done(indexes[i], metadataOf(outcome, delta, this.#timestamps[i]));
      else this.owner.failed(recordErrors?.get(delta) ?? error, indexes[i]);
    }
  }

  move(delta: number, by: number): Delivery | undefined {
    const kept = Math.max(0, delta - this.firstDelta);
    if (kept >= this.#indexes.length) return undefined;
    const first = Math.max(this.firstDelta, delta) - by;
    return new RunDelivery(this.owner, first, this.#indexes.splice(kept), this.#timestamps.splice(kept));
  }
}

/** Records of one batch, one after the other, that `append` took with the same listener and token. */
export class AppendedRun implements Delivery {
  readonly #listener: AppendListener;
  readonly #token: number;
  readonly #firstDelta: number;
  #count: number;

  constructor(listener: AppendListener, token: number, firstDelta: number, count = 1) {
    this.#listener = listener;
    this.#token = token;
    this.#firstDelta = firstDelta;
    this.#count = count;
  }

  /** Whether the record with this delta joined the run. */
  joined(listener: AppendListener, token: number, delta: number): boolean {
    const fits = this.#listener === listener && this.#token === token && this.#firstDelta + this.#count === delta;
    if (fits) this.#count++;
    return fits;
  }

  settle(
    { partition, baseOffset }: Outcome,
    error: KafkaError | undefined,
    recordErrors: RecordErrors | undefined,
  ): void {
    const isKnown = error === undefined && baseOffset >= 0;
    for (let delta = this.#firstDelta; delta < this.#firstDelta + this.#count; delta++) {
      const own = error === undefined ? undefined : (recordErrors?.get(delta) ?? error);
      this.#listener.settled(this.#token, own, partition, isKnown ? baseOffset + delta : -1);
    }
  }

  move(delta: number, by: number): Delivery | undefined {
    const kept = Math.max(0, delta - this.#firstDelta);
    if (kept >= this.#count) return undefined;
    const moved = this.#count - kept;
    this.#count = kept;
    return new AppendedRun(this.#listener, this.#token, Math.max(this.#firstDelta, delta) - by, moved);
  }
}

export function metadataOf(outcome: Outcome, delta: number, timestamp: number): RecordMetadata {
  return {
    topic: outcome.topic,
    partition: outcome.partition,
    offset: outcome.baseOffset < 0 ? -1 : outcome.baseOffset + delta,
    timestamp: outcome.logAppendTimeMs >= 0 ? outcome.logAppendTimeMs : timestamp,
  };
}
