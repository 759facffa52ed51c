import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import type { CommitOffset } from '../consumer/options.ts';
import type { KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import type { TopicPartition } from '../records.ts';
import { average, type ClientMetric, events, flow, metricsOf } from './client-metric.ts';
import type { RebalancedEvent } from './diagnostics.ts';
import { Samples } from './samples.ts';

/**
 * What is measured of a consumer. Names: Java's `consumer-metrics`, `consumer-fetch-manager-metrics` and
 * `consumer-coordinator-metrics`.
 */
export class ConsumerMeters {
  readonly #cluster: Cluster;
  readonly #group: string | undefined;
  readonly #fetchMs: Samples;
  readonly #bytes: Samples;
  readonly #records: Samples;
  readonly #commitMs: Samples;
  readonly #failedCommits: Samples;
  readonly #heartbeats: Samples;
  readonly #rebalances: Samples;
  #heartbeatAtMs: number | undefined;
  #polledAtMs: number | undefined;

  constructor(cluster: Cluster, group: string | undefined) {
    this.#cluster = cluster;
    this.#group = group;
    const samples = (): Samples => new Samples(cluster.clock);
    this.#fetchMs = samples();
    this.#bytes = samples();
    this.#records = samples();
    this.#commitMs = samples();
    this.#failedCommits = samples();
    this.#heartbeats = samples();
    this.#rebalances = samples();
  }

  /** The application asks for more. */
  polled(): void {
    this.#polledAtMs = this.#cluster.clock.monotonicMs();
  }

  fetched(latencyMs: number): void {
    this.#fetchMs.record(latencyMs);
  }

  received(partition: AssignedPartition, bytes: number): void {
    this.#bytes.record(bytes);
    const { meters } = this.#cluster;
    meters.telling.tell('ottla:client:fetched', () => ({
      clientId: meters.clientId,
      topic: partition.topic.name,
      partition: partition.partition,
      bytes,
      fetchOffset: partition.fetchOffset,
      highWatermark: partition.highWatermark,
    }));
  }

  /** Records were decoded for the application. */
  decoded(count: number): void {
    this.#records.record(count);
  }

  heartbeat(): void {
    this.#heartbeats.record(1);
    this.#heartbeatAtMs = this.#cluster.clock.monotonicMs();
  }

  rebalanced(kind: RebalancedEvent['kind'], partitions: readonly TopicPartition[]): void {
    if (kind === 'assigned') this.#rebalances.record(1);
    const { meters } = this.#cluster;
    meters.telling.tell('ottla:client:rebalanced', () => ({
      clientId: meters.clientId,
      group: this.#group ?? '',
      kind,
      partitions,
    }));
  }

  /** Passes on what came of a commit. */
  async committed(offsets: readonly CommitOffset[], commit: Promise<void>): Promise<void> {
    const { meters, clock } = this.#cluster;
    const beganMs = clock.monotonicMs();
    const done = (error: KafkaError | undefined): void => {
      const latencyMs = clock.monotonicMs() - beganMs;
      if (error === undefined) this.#commitMs.record(latencyMs);
      else this.#failedCommits.record(1);
      const { clientId } = meters;
      meters.telling.tell('ottla:client:committed', () => ({
        clientId,
        group: this.#group ?? '',
        offsets,
        latencyMs,
        error,
      }));
    };
    await commit.then(
      () => done(undefined),
      (error: KafkaError) => {
        done(error);
        throw error;
      },
    );
  }

  metrics(partitions: Iterable<AssignedPartition>, isCommitted: boolean): ClientMetric[] {
    const { meters, clock } = this.#cluster;
    const tags = { 'client-id': meters.clientId };
    const now = clock.monotonicMs();
    const secondsAgo = (atMs: number | undefined): number =>
      atMs === undefined ? -1 : Math.floor((now - atMs) / 1000);
    const own = [...partitions];
    const lags = own.map((partition) => lagOf(partition, isCommitted));
    const places = own.flatMap(({ topic, partition }, index) =>
      metricsOf(
        'consumer-fetch-manager-metrics',
        { ...tags, topic: topic.name, partition: String(partition) },
        { 'records-lag': lags[index] },
      ),
    );
    const known = lags.filter((lag) => !Number.isNaN(lag));
    return [
      ...metricsOf('consumer-metrics', tags, {
        ...meters.values(),
        'last-poll-seconds-ago': secondsAgo(this.#polledAtMs),
      }),
      ...metricsOf('consumer-fetch-manager-metrics', tags, {
        ...average('fetch-latency', this.#fetchMs),
        ...events('fetch', this.#fetchMs),
        ...average('fetch-size', this.#bytes),
        ...flow('bytes-consumed', this.#bytes),
        ...flow('records-consumed', this.#records),
        'records-per-request-avg': this.#records.avg,
        'records-lag-max': known.length === 0 ? Number.NaN : Math.max(...known),
      }),
      ...places,
      ...metricsOf('consumer-coordinator-metrics', tags, {
        'assigned-partitions': own.length,
        ...average('commit-latency', this.#commitMs),
        ...events('commit', this.#commitMs),
        ...flow('failed-commit', this.#failedCommits),
        ...flow('heartbeat', this.#heartbeats),
        'last-heartbeat-seconds-ago': secondsAgo(this.#heartbeatAtMs),
        ...flow('rebalance', this.#rebalances),
      }),
    ];
  }
}

function lagOf({ highWatermark, lastStableOffset, position, need }: AssignedPartition, isCommitted: boolean): number {
  const end = isCommitted ? lastStableOffset : highWatermark;
  return end < 0 || need !== 'nothing' ? Number.NaN : Math.max(0, end - position);
}
