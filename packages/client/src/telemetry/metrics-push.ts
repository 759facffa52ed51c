/*
 * KIP-714: the cluster's operators subscribe to metrics of clients, by prefixes of names; clients push them. A broker
 * without a receiver does not list the API, and nothing is asked.
 */
import { type GetTelemetrySubscriptionsResponse, type Uuid, ZERO_UUID } from '@ottla/protocol';
import { checkCode, KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import { retryBackoff } from '../network/retry-backoff.ts';
import { GET_TELEMETRY_SUBSCRIPTIONS, PUSH_TELEMETRY } from './apis.ts';
import type { ClientMetric } from './client-metric.ts';
import { metricsData, type OtlpMetric } from './otlp.ts';

/** The last push must not hold up closing for longer. */
const LAST_PUSH_MS = 1_000;
/** Between tries after something that is not meant to happen, as Java waits. */
const WAIT_MS = 5 * 60_000;
const NO_COMPRESSION = 0;

export class MetricsPush {
  readonly #cluster: Cluster;
  readonly #metrics: () => readonly ClientMetric[];
  readonly #closing = new AbortController();
  readonly #unsubscribe: () => void;
  #running: Promise<void> | undefined;
  #id: Uuid = ZERO_UUID;
  #subscription: GetTelemetrySubscriptionsResponse | undefined;
  /** Sums as they were pushed last, and when. */
  #pushed = new Map<string, number>();
  #pushedAtMs: number;
  readonly #startedAtMs: number;

  /** Begins when the cluster is known. */
  constructor(cluster: Cluster, metrics: () => readonly ClientMetric[]) {
    this.#cluster = cluster;
    this.#metrics = metrics;
    this.#startedAtMs = cluster.clock.wallMs();
    this.#pushedAtMs = this.#startedAtMs;
    this.#unsubscribe = cluster.metadata.subscribe(() => {
      this.#running ??= this.#run();
    });
  }

  /** Who this client is to the brokers' receivers; undefined while nobody has asked for metrics. */
  get clientInstanceId(): Uuid | undefined {
    return this.#id === ZERO_UUID ? undefined : this.#id;
  }

  /** Pushes once more, if there is a subscription. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#closing.abort();
    await this.#running;
    const subscription = this.#subscription;
    this.#subscription = undefined;
    if (subscription === undefined || this.#cluster.isClosed) return;
    await this.#push(subscription, true).catch((error: unknown) => {
      this.#cluster.log.debug('The last push of metrics failed', error);
    });
  }

  async #run(): Promise<void> {
    const cluster = this.#cluster;
    const { signal } = this.#closing;
    const backoff = retryBackoff(cluster);
    for (let failures = 0; !signal.aborted; ) {
      let waitMs: number;
      try {
        const versions = await cluster.versions('any', { signal });
        if (versions.pick(GET_TELEMETRY_SUBSCRIPTIONS) === undefined) return;
        await this.#pushAsSubscribed(signal);
        failures = 0;
        waitMs = 0;
      } catch (thrown) {
        const error = KafkaError.from(thrown);
        if (error.code === 'UNSUPPORTED_VERSION' || error.code === 'CLOSED') return;
        // What somebody else has changed is asked for at once; the rest is tried again, sooner or later.
        const isNews = error.code === 'UNKNOWN_SUBSCRIPTION_ID' || error.code === 'UNSUPPORTED_COMPRESSION_TYPE';
        waitMs = isNews ? 0 : error.retriable ? backoff.delayMs(failures++) : WAIT_MS;
        if (!signal.aborted) cluster.log.debug(`Pushing metrics failed: ${error.message}`);
      }
      await cluster.clock.sleep(waitMs, signal).catch(() => {});
    }
  }

  /** Pushes until the subscription is another one. */
  async #pushAsSubscribed(signal: AbortSignal): Promise<void> {
    const { clock, platform } = this.#cluster;
    this.#subscription = undefined;
    const subscription = await this.#cluster.request(
      GET_TELEMETRY_SUBSCRIPTIONS,
      'any',
      { clientInstanceId: this.#id },
      { signal },
    );
    checkCode(subscription.errorCode);
    if (subscription.clientInstanceId !== ZERO_UUID) this.#id = subscription.clientInstanceId;
    const { pushIntervalMs, requestedMetrics } = subscription;
    if (requestedMetrics.length === 0) {
      // Nobody wants any: perhaps later.
      await clock.sleep(pushIntervalMs, signal);
      return;
    }
    this.#subscription = subscription;
    // Clients that start together don't push together.
    await clock.sleep(pushIntervalMs * (0.5 + platform.random.next()), signal);
    for (;;) {
      await this.#push(subscription, false, signal);
      await clock.sleep(pushIntervalMs, signal);
    }
  }

  async #push(
    { subscriptionId, requestedMetrics, deltaTemporality, telemetryMaxBytes }: GetTelemetrySubscriptionsResponse,
    terminating: boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#cluster;
    const wallMs = clock.wallMs();
    const chosen = this.#chosen(requestedMetrics, deltaTemporality);
    const metrics = metricsData(chosen, {}, wallMs);
    // The broker would refuse it, and the next one too.
    const isTooLarge = metrics.length > telemetryMaxBytes;
    if (isTooLarge)
      this.#cluster.log.warn(
        `Metrics of ${metrics.length} bytes are not pushed: the broker takes ${telemetryMaxBytes}`,
      );
    const answer = await this.#cluster.request(
      PUSH_TELEMETRY,
      'any',
      {
        clientInstanceId: this.#id,
        subscriptionId,
        terminating,
        compressionType: NO_COMPRESSION,
        metrics: isTooLarge ? Buffer.alloc(0) : metrics,
      },
      terminating ? { timeoutMs: LAST_PUSH_MS } : { signal },
    );
    checkCode(answer.errorCode);
    this.#pushedAtMs = wallMs;
  }

  #chosen(prefixes: readonly string[], isDelta: boolean): OtlpMetric[] {
    const next = new Map<string, number>();
    const chosen: OtlpMetric[] = [];
    for (const { group, name: metric, tags, value, isTotal } of this.#metrics()) {
      if (Number.isNaN(value)) continue;
      const name = telemetryName(group, metric);
      if (!prefixes.some((prefix) => name.startsWith(prefix))) continue;
      const attributes = attributesOf(tags);
      if (!isTotal) {
        chosen.push({ name, value, attributes, sum: undefined });
        continue;
      }
      const key = `${name} ${JSON.stringify(attributes)}`;
      next.set(key, value);
      const sum = { startMs: isDelta ? this.#pushedAtMs : this.#startedAtMs, isDelta };
      const since = isDelta ? (this.#pushed.get(key) ?? 0) : 0;
      chosen.push({ name, value: value - since, attributes, sum });
    }
    this.#pushed = next;
    return chosen;
  }
}

/** `producer-metrics`, `record-send-rate`: `org.apache.kafka.producer.record.send.rate`. */
function telemetryName(group: string, metric: string): string {
  return `org.apache.kafka.${group.replace(/-metrics$/, '')}.${metric}`.replaceAll('-', '.');
}

/** The broker knows who the client is. */
function attributesOf(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags)
      .filter(([tag]) => tag !== 'client-id')
      .map(([tag, value]) => [tag.replaceAll('-', '_'), value]),
  );
}
