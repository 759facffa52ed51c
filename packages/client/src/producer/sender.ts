/**
 * Sends what the accumulator holds: at the end of each turn in which something changed, as much as each broker takes.
 * It owns the requests on their way; what their answers mean for a batch is `BatchFate`'s business.
 */
import type { Timer } from '@ottla/platform';
import { type ProduceRequestInit, type ProduceResponse, ZERO_UUID } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import { PRODUCE } from '../network/apis.ts';
import type { Channel } from '../network/channel.ts';
import type { Cluster } from '../network/cluster.ts';
import type { ProducerMeters } from '../telemetry/producer-meters.ts';
import type { Accumulator } from './accumulator.ts';
import type { ProducerBatch } from './batch.ts';
import { BatchFate } from './batch-fate.ts';
import type { ProducerSettings } from './options.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProducerIds } from './producer-id.ts';

/** What a transaction has to say about sending. */
export interface SendGate {
  /** Whether records of the partition may leave now; asks for what is missing. */
  mayLeave(topic: string, partition: number): boolean;
  /** Why nothing will leave any more in this transaction. */
  readonly refusal: KafkaError | undefined;
  /** A batch failed for good. */
  failed(error: KafkaError, batch: ProducerBatch): void;
  /** Newest version of Produce that fits the transaction's generation (KIP-890). */
  readonly produceVersionMax: number;
}

interface Sent {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

interface NodeState {
  requests: number;
  isConnecting: boolean;
}

export class Sender {
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #accumulator: Accumulator;
  readonly #ids: () => ProducerIds | undefined;
  readonly #gate: SendGate | undefined;
  readonly #fate: BatchFate;
  readonly #meters: ProducerMeters;
  readonly #nodes = new Map<number, NodeState>();
  #isScheduled = false;
  #timer: Timer | undefined;
  #timerAtMs = Infinity;
  #urgent = 0;
  #refreshing = false;
  #refreshAtMs = 0;
  #isStopped = false;

  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    accumulator: Accumulator,
    ids: () => ProducerIds | undefined,
    gate: SendGate | undefined,
    meters: ProducerMeters,
    settled: (batch: ProducerBatch, error: KafkaError | undefined) => void,
  ) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#accumulator = accumulator;
    this.#ids = ids;
    this.#gate = gate;
    this.#meters = meters;
    this.#fate = new BatchFate(cluster, settings, accumulator, {
      isStopped: () => this.#isStopped,
      staleMetadata: () => this.#refresh(),
      failed: (error, batch) => gate?.failed(error, batch),
      settled: (batch, error, outcome) => {
        meters.settled(batch, error, outcome);
        settled(batch, error);
      },
    });
  }

  get outstandingRequests(): number {
    let requests = 0;
    for (const node of this.#nodes.values()) requests += node.requests;
    return requests;
  }

  /** Something changed: look at the end of the turn. */
  readonly wake = (): void => {
    if (this.#isScheduled || this.#isStopped) return;
    this.#isScheduled = true;
    this.#cluster.clock.endOfTurn(this.#pump);
  };

  /** No lingering until the function that comes back is called. */
  hurry(): () => void {
    this.#urgent++;
    this.wake();
    let isHurrying = true;
    return () => {
      if (isHurrying) this.#urgent--;
      isHurrying = false;
    };
  }

  /** Fails all that is not settled. */
  stop(error: KafkaError): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.failAll(error);
  }

  failAll(error: KafkaError): void {
    for (const topic of this.#accumulator.topics.values())
      for (const queue of topic.partitions) {
        if (queue === undefined) continue;
        for (const batch of queue.unsettled()) this.#fate.fail(queue, batch, error, true);
      }
  }

  /** Fails what has not left, or waits to be sent again. */
  failWaiting(error: KafkaError): void {
    for (const topic of this.#accumulator.topics.values())
      for (const queue of topic.partitions)
        for (const batch of [...(queue?.waiting ?? [])])
          if (queue !== undefined) this.#fate.fail(queue, batch, error, true);
  }

  readonly #pump = (): void => {
    this.#isScheduled = false;
    if (this.#isStopped) return;
    const ids = this.#ids();
    if (ids?.failure !== undefined) {
      this.failAll(ids.failure);
      return;
    }
    if (this.#gate?.refusal !== undefined) this.failWaiting(this.#gate.refusal);
    const nowMs = this.#cluster.clock.monotonicMs();
    let wakeAtMs = Infinity;
    const byLeader = new Map<number, PartitionQueue[]>();
    for (const queue of this.#accumulator.active) {
      const expiresAtMs = this.#fate.expire(queue, nowMs);
      const readyAtMs = this.#readyAtMs(queue, ids, nowMs);
      wakeAtMs = Math.min(wakeAtMs, expiresAtMs, readyAtMs > nowMs ? readyAtMs : Infinity);
      if (readyAtMs > nowMs) continue;
      const leader = this.#cluster.metadata.partition(queue.topic, queue.partition)?.leader ?? -1;
      if (leader < 0) {
        this.#refresh();
        continue;
      }
      const queues = byLeader.get(leader);
      if (queues === undefined) byLeader.set(leader, [queue]);
      else queues.push(queue);
    }
    for (const [node, queues] of byLeader) this.#sendTo(node, queues, ids, nowMs);
    this.#arm(wakeAtMs);
  };

  /** When the first batch of the partition may leave, as far as time decides; Infinity: something else will. */
  #readyAtMs(queue: PartitionQueue, ids: ProducerIds | undefined, nowMs: number): number {
    const head = queue.waiting[0];
    if (head === undefined) {
      if (queue.outstanding.length === 0) this.#accumulator.active.delete(queue);
      return Infinity;
    }
    if (head.retryAtMs > nowMs) return head.retryAtMs;
    if (ids !== undefined && !this.#isNumbered(queue, head, ids)) return Infinity;
    if (this.#gate?.mayLeave(queue.topic, queue.partition) === false) return Infinity;
    const isFull = head.isClosed || queue.waiting.length > 1 || head.sizeBytes >= this.#settings.batchBytes;
    if (isFull || this.#urgent > 0 || this.#settings.lingerMs === 0 || this.#accumulator.isFull) return nowMs;
    return head.createdMs + this.#settings.lingerMs;
  }

  #isNumbered(queue: PartitionQueue, head: ProducerBatch, ids: ProducerIds): boolean {
    if (ids.current === undefined) {
      ids.start();
      return false;
    }
    if (!queue.mayLeave(head)) return false;
    if (!queue.needsNewEpoch) return true;
    const used = queue.identity;
    if (used?.producerId === ids.current.producerId && used.epoch === ids.current.epoch) ids.renew();
    if (ids.current === undefined) {
      ids.start();
      return false;
    }
    queue.renumber(ids.current);
    return true;
  }

  #sendTo(node: number, queues: readonly PartitionQueue[], ids: ProducerIds | undefined, nowMs: number): void {
    const state = this.#nodes.get(node) ?? { requests: 0, isConnecting: false };
    this.#nodes.set(node, state);
    let channel: Channel;
    try {
      channel = this.#cluster.channel(node, 'default');
    } catch {
      this.#refresh();
      return;
    }
    if (channel.open === undefined) {
      this.#connect(state, channel);
      return;
    }
    while (state.requests < this.#settings.inFlightMax) {
      const batches = this.#collect(queues, ids, nowMs);
      if (batches.length === 0) return;
      this.#send(state, channel, batches);
    }
  }

  /** One batch of each partition that may send one, up to the size of a request. */
  #collect(queues: readonly PartitionQueue[], ids: ProducerIds | undefined, nowMs: number): Sent[] {
    const batches: Sent[] = [];
    let bytes = 0;
    for (const queue of queues) {
      const head = queue.waiting[0];
      if (head === undefined || this.#readyAtMs(queue, ids, nowMs) > nowMs) continue;
      if (batches.length > 0 && bytes + head.sizeBytes > this.#settings.requestBytesMax) break;
      bytes += head.sizeBytes;
      const batch = queue.take(ids?.current);
      if (batch !== undefined) batches.push({ queue, batch });
      // The next request begins with another partition.
      this.#accumulator.active.delete(queue);
      this.#accumulator.active.add(queue);
    }
    return batches;
  }

  #send(state: NodeState, channel: Channel, batches: readonly Sent[]): void {
    const connection = channel.open;
    for (const { batch } of batches) if (batch.attempts++ === 0) this.#meters.sent(batch);
    if (connection === undefined) {
      this.#fate.lost(batches, new KafkaError('NETWORK_EXCEPTION', `Broker ${channel.node} is not connected`));
      return;
    }
    const { acks, requestTimeoutMs } = this.#settings;
    const message = (version: number): ProduceRequestInit => this.#request(version, batches);
    if (acks === 0) {
      try {
        channel.post(connection, PRODUCE, message);
        this.#fate.unanswered(batches);
      } catch (error) {
        this.#fate.lost(batches, KafkaError.from(error));
      }
      return;
    }
    state.requests++;
    const maxVersion = this.#versionMax(batches);
    channel.send(connection, PRODUCE, message, { timeoutMs: requestTimeoutMs, minVersion: 3, maxVersion }).then(
      (answer) => this.#answered(state, batches, answer, undefined),
      (error: unknown) => this.#answered(state, batches, undefined, KafkaError.from(error)),
    );
  }

  #answered(state: NodeState, batches: readonly Sent[], answer: ProduceResponse | undefined, error?: KafkaError): void {
    state.requests--;
    if (answer !== undefined) this.#fate.answered(batches, answer);
    else if (error !== undefined) this.#fate.lost(batches, error);
    this.wake();
  }

  #versionMax(batches: readonly Sent[]): number {
    const { metadata } = this.#cluster;
    const areKnown = batches.every(({ queue }) => (metadata.topic(queue.topic)?.id ?? ZERO_UUID) !== ZERO_UUID);
    return Math.min(areKnown ? 13 : 12, this.#gate?.produceVersionMax ?? 13);
  }

  #request(version: number, batches: readonly Sent[]): ProduceRequestInit {
    const topics = new Map<string, { index: number; records: Buffer }[]>();
    for (const { queue, batch } of batches) {
      const records = batch.bytes();
      if (this.#settings.compression !== 'none')
        this.#accumulator.compressed(queue.topic, batch.sizeBytes, records.length);
      const part = { index: queue.partition, records };
      const parts = topics.get(queue.topic);
      if (parts === undefined) topics.set(queue.topic, [part]);
      else parts.push(part);
    }
    const { metadata } = this.#cluster;
    return {
      acks: this.#settings.acks,
      timeoutMs: this.#settings.requestTimeoutMs,
      transactionalId: this.#settings.transactionalId ?? null,
      topicData: Array.from(topics, ([name, partitionData]) =>
        version >= 13 ? { topicId: metadata.topic(name)?.id ?? ZERO_UUID, partitionData } : { name, partitionData },
      ),
    };
  }

  #connect(state: NodeState, channel: Channel): void {
    if (state.isConnecting) return;
    state.isConnecting = true;
    channel.ready(this.#cluster.closing).then(
      () => {
        state.isConnecting = false;
        this.wake();
      },
      (thrown: unknown) => {
        state.isConnecting = false;
        const error = KafkaError.from(thrown);
        // Wrong credentials don't get better by waiting.
        if (!error.retriable && error.code !== 'CLOSED') this.failAll(error);
        this.#refresh();
        this.wake();
      },
    );
  }

  /** New metadata, not more often than the backoff allows. */
  #refresh(): void {
    const { clock, options } = this.#cluster;
    const nowMs = clock.monotonicMs();
    if (this.#refreshing || this.#isStopped) return;
    if (nowMs < this.#refreshAtMs) {
      this.#arm(this.#refreshAtMs);
      return;
    }
    this.#refreshing = true;
    this.#refreshAtMs = nowMs + options.retryBackoffMs;
    const finished = (): void => {
      this.#refreshing = false;
      this.wake();
    };
    this.#cluster.refresh([...this.#accumulator.topics.keys()]).then(finished, finished);
  }

  #arm(atMs: number): void {
    if (atMs === Infinity || (this.#timerAtMs <= atMs && this.#timer !== undefined)) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = this.#cluster.clock.setTimer(Math.max(0, atMs - this.#cluster.clock.monotonicMs()), () => {
      this.#timer = undefined;
      this.#timerAtMs = Infinity;
      this.wake();
    });
  }
}
