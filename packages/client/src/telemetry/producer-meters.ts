import type { KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import type { ProducerBatch } from '../producer/batch.ts';
import type { Outcome } from '../producer/delivery.ts';
import { average, type ClientMetric, flow, metricsOf } from './client-metric.ts';
import { Samples } from './samples.ts';

class TopicMeters {
  readonly records: Samples;
  readonly bytes: Samples;
  readonly errors: Samples;
  readonly retries: Samples;

  constructor(cluster: Cluster) {
    this.records = new Samples(cluster.clock);
    this.bytes = new Samples(cluster.clock);
    this.errors = new Samples(cluster.clock);
    this.retries = new Samples(cluster.clock);
  }

  settled({ recordCount, sizeBytes, attempts }: ProducerBatch, isFailed: boolean): void {
    this.records.record(recordCount);
    this.bytes.record(sizeBytes);
    if (isFailed) this.errors.record(recordCount);
    if (attempts > 1) this.retries.record(recordCount * (attempts - 1));
  }

  values(): Record<string, number> {
    return {
      ...flow('record-send', this.records),
      ...flow('byte', this.bytes),
      ...flow('record-error', this.errors),
      ...flow('record-retry', this.retries),
    };
  }
}

/** What is measured of a producer, by batch. Names: Java's `producer-metrics` and `producer-topic-metrics`. */
export class ProducerMeters {
  readonly #cluster: Cluster;
  readonly #all: TopicMeters;
  readonly #topics = new Map<string, TopicMeters>();
  readonly #batchBytes: Samples;
  readonly #batchRecords: Samples;
  readonly #recordBytes: Samples;
  readonly #queueMs: Samples;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#all = new TopicMeters(cluster);
    this.#batchBytes = new Samples(cluster.clock);
    this.#batchRecords = new Samples(cluster.clock);
    this.#recordBytes = new Samples(cluster.clock);
    this.#queueMs = new Samples(cluster.clock);
  }

  /** It leaves for the first time. */
  sent(batch: ProducerBatch): void {
    this.#queueMs.record(this.#cluster.clock.monotonicMs() - batch.createdMs);
    this.#batchBytes.record(batch.sizeBytes);
    this.#batchRecords.record(batch.recordCount);
    this.#recordBytes.record(batch.sizeBytes, batch.recordCount);
  }

  settled(batch: ProducerBatch, error: KafkaError | undefined, { topic, partition, baseOffset }: Outcome): void {
    this.#all.settled(batch, error !== undefined);
    let own = this.#topics.get(topic);
    if (own === undefined) {
      own = new TopicMeters(this.#cluster);
      this.#topics.set(topic, own);
    }
    own.settled(batch, error !== undefined);
    const { meters, clock } = this.#cluster;
    meters.telling.tell('ottla:client:produced', () => ({
      clientId: meters.clientId,
      topic,
      partition,
      records: batch.recordCount,
      bytes: batch.sizeBytes,
      baseOffset,
      attempts: batch.attempts,
      latencyMs: clock.monotonicMs() - batch.createdMs,
      error,
    }));
  }

  metrics(buffer: { readonly totalBytes: number; readonly usedBytes: number }): ClientMetric[] {
    const { meters } = this.#cluster;
    const tags = { 'client-id': meters.clientId };
    return [
      ...metricsOf('producer-metrics', tags, {
        ...meters.values(),
        ...this.#all.values(),
        ...average('batch-size', this.#batchBytes),
        'records-per-request-avg': this.#batchRecords.avg,
        'record-size-avg': this.#recordBytes.avg,
        ...average('record-queue-time', this.#queueMs),
        'buffer-total-bytes': buffer.totalBytes,
        'buffer-available-bytes': Math.max(0, buffer.totalBytes - buffer.usedBytes),
      }),
      ...[...this.#topics].flatMap(([topic, own]) =>
        metricsOf('producer-topic-metrics', { ...tags, topic }, own.values()),
      ),
    ];
  }
}
