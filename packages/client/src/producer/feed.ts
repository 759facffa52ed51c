/** Records on their way from the caller into the accumulator: serialized, intercepted, with somebody to tell or nobody. */

import type { Clock } from '@ottla/platform';
import { KafkaError } from '../errors.ts';
import type { TopicInfo } from '../network/metadata.ts';
import type { ProducerRecord, RecordMetadata } from '../records.ts';
import type { Topic } from '../serdes/topic.ts';
import type { Accumulator, TopicQueue } from './accumulator.ts';
import type { ProducerBatch } from './batch.ts';
import { AppendedRun, ManyDeliveries, RunDelivery, SingleDelivery } from './delivery.ts';
import { headersOf, NO_HEADERS, serialized, timestampOf } from './input.ts';
import type { Intake } from './intake.ts';
import { InterceptedDelivery, type Interception } from './interception.ts';
import type { AppendListener } from './options.ts';

export type AnyRecord = ProducerRecord<unknown, unknown>;
export type SomeTopic = Topic<string, unknown, unknown, unknown, unknown>;

/** Records that `append` may leave waiting for metadata or room. */
const APPENDED_WAITING_MAX = 100_000;

export class Feed {
  /** Why records that nobody waits for were lost. */
  lost: KafkaError | undefined;
  readonly #clock: Clock;
  readonly #accumulator: Accumulator;
  readonly #intake: Intake;
  readonly #interception: Interception | undefined;
  readonly #wake: () => void;
  #appendedWaiting = 0;

  constructor(
    clock: Clock,
    accumulator: Accumulator,
    intake: Intake,
    interception: Interception | undefined,
    wake: () => void,
  ) {
    this.#clock = clock;
    this.#accumulator = accumulator;
    this.#intake = intake;
    this.#interception = interception;
    this.#wake = wake;
  }

  one(topic: SomeTopic, record: AnyRecord): Promise<RecordMetadata> {
    const queue = this.#accumulator.topic(topic.name);
    const info = this.#intake.open(queue);
    const delivery = new SingleDelivery(this.#timestamp(topic, record));
    const add = (known: TopicInfo): boolean => {
      delivery.delta = this.#add(topic, queue, known, record);
      this.#accumulator.lastBatch?.deliveries.push(delivery);
      return true;
    };
    if (info === undefined) {
      this.#intake.wait(queue, { add, fail: (error) => delivery.fail(error) });
      return delivery.promise;
    }
    try {
      add(info);
    } catch (error) {
      delivery.fail(KafkaError.from(error, { topic: topic.name }));
    }
    return delivery.promise;
  }

  many(topic: SomeTopic, records: readonly AnyRecord[]): Promise<RecordMetadata[]> {
    const queue = this.#accumulator.topic(topic.name);
    const all = new ManyDeliveries(records.length);
    const runs = new Map<ProducerBatch, RunDelivery>();
    let next = 0;
    const add = (info: TopicInfo): boolean => {
      for (; next < records.length; next++) {
        if (this.#accumulator.isFull) return false;
        const record = records[next];
        try {
          const delta = this.#add(topic, queue, info, record);
          this.#addToRun(all, runs, delta, next, this.#timestamp(topic, record));
        } catch (error) {
          all.failed(KafkaError.from(error, { topic: topic.name }), next);
        }
      }
      return true;
    };
    const info = this.#intake.open(queue);
    if (info === undefined || !add(info))
      this.#intake.wait(queue, { add, fail: (error) => all.failedFrom(error, next) });
    return all.promise;
  }

  append(topic: SomeTopic, records: readonly AnyRecord[], listener?: AppendListener, token = 0): boolean {
    const queue = this.#accumulator.topic(topic.name);
    const info = this.#intake.open(queue);
    const next = info === undefined ? 0 : this.#addSome(topic, queue, info, records, 0, listener, token);
    if (next === records.length) return !this.#accumulator.isFull;
    this.#appendLater(topic, queue, records, next, listener, token);
    return false;
  }

  #addToRun(
    all: ManyDeliveries,
    runs: Map<ProducerBatch, RunDelivery>,
    delta: number,
    index: number,
    timestamp: number,
  ): void {
    const batch = this.#accumulator.lastBatch;
    if (batch === undefined) return;
    let run = runs.get(batch);
    if (run?.continuesAt(delta) !== true) {
      run = new RunDelivery(all, delta);
      runs.set(batch, run);
      batch.deliveries.push(run);
    }
    run.add(index, timestamp);
  }

  /** Adds records until the memory is full; the index of the first that was not added. */
  #addSome(
    topic: SomeTopic,
    queue: TopicQueue,
    info: TopicInfo,
    records: readonly AnyRecord[],
    from: number,
    listener: AppendListener | undefined,
    token: number,
  ): number {
    const accumulator = this.#accumulator;
    let index = from;
    for (; index < records.length; index++) {
      if (accumulator.isFull && index > from) return index;
      const delta = this.#add(topic, queue, info, records[index]);
      const batch = accumulator.lastBatch;
      if (batch === undefined) continue;
      if (listener === undefined) batch.isUnobserved = true;
      else tell(batch, delta, listener, token);
    }
    return index;
  }

  #appendLater(
    topic: SomeTopic,
    queue: TopicQueue,
    records: readonly AnyRecord[],
    from: number,
    listener: AppendListener | undefined,
    token: number,
  ): void {
    if (this.#appendedWaiting >= APPENDED_WAITING_MAX)
      throw new KafkaError('BUFFER_FULL', `${APPENDED_WAITING_MAX} records wait to be taken: await ready()`, {
        topic: topic.name,
        retriable: true,
      });
    let next = from;
    this.#appendedWaiting += records.length - from;
    const finish = (): void => {
      this.#appendedWaiting -= records.length - from;
    };
    this.#intake.wait(queue, {
      add: (info) => {
        next = this.#addSome(topic, queue, info, records, next, listener, token);
        if (next < records.length) return false;
        finish();
        return true;
      },
      fail: (error) => {
        if (listener === undefined) this.lost ??= error;
        else for (let index = next; index < records.length; index++) listener.settled(token, error, -1, -1);
        finish();
      },
    });
  }

  /** Its delta in the accumulator's last batch. Throws KafkaError. */
  #add(topic: SomeTopic, queue: TopicQueue, info: TopicInfo, given: AnyRecord): number {
    const interception = this.#interception;
    const record = interception === undefined ? given : interception.onSend(topic.name, given);
    const timestamp = this.#timestamp(topic, record);
    try {
      const key =
        record.key === null || record.key === undefined ? null : serialized(topic.key, record.key, queue.keyContext);
      const value = record.value === undefined ? null : serialized(topic.value, record.value, queue.valueContext);
      const headers = record.headers === undefined ? NO_HEADERS : headersOf(record.headers);
      const delta = this.#accumulator.append(queue, info, record.partition, timestamp, key, value, headers);
      if (interception?.isListening === true)
        this.#accumulator.lastBatch?.deliveries.push(new InterceptedDelivery(interception, delta, timestamp));
      this.#wake();
      return delta;
    } catch (thrown) {
      const error = KafkaError.from(thrown, { topic: topic.name });
      const partition = record.partition ?? -1;
      interception?.onAcknowledged({ topic: topic.name, partition, offset: -1, timestamp }, error);
      throw error;
    }
  }

  #timestamp(topic: SomeTopic, { timestamp }: AnyRecord): number {
    return timestamp === undefined ? this.#clock.wallMs() : timestampOf(timestamp, topic.name);
  }
}

/** Records that came together and went into one batch cost one object. */
function tell(batch: ProducerBatch, delta: number, listener: AppendListener, token: number): void {
  const { deliveries } = batch;
  const last = deliveries[deliveries.length - 1];
  if (!(last instanceof AppendedRun) || !last.joined(listener, token, delta))
    deliveries.push(new AppendedRun(listener, token, delta));
}
