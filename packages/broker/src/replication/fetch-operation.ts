/** One Fetch request: read, wait for `minBytes` if there is less, read again, answer (Kafka's DelayedFetch). */
import {
  ErrorCode,
  type FetchRequest,
  type FetchResponseInit,
  type FetchResponsePartitionDataInit,
} from '@ottla/protocol';
import type { Call } from '../api/handler.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import { currentLeader, type NodeEndpoint } from './current-leader.ts';
import { downConvert } from './down-convert.ts';
import { type FetchContext, fetchContext } from './fetch-context.ts';
import type { FetchPartition } from './fetch-partition.ts';
import {
  type FetchedData,
  type FetchedPartition,
  type FetchLimits,
  readPartitions,
  recordsSize,
  releaseFetched,
  releaseRecords,
} from './fetch-reader.ts';
import type { Partition } from './partition.ts';
import type { Waiter } from './purgatory.ts';

const READ_COMMITTED = 1;

export class FetchOperation implements Waiter {
  readonly #call: Call<FetchRequest, FetchResponseInit>;
  readonly #broker: BrokerServices;
  readonly #version: number;
  readonly #replicaId: number;
  readonly #context: FetchContext;
  readonly #refusals = new Map<FetchPartition, ErrorCode>();
  readonly #limits: FetchLimits;
  readonly #minBytes: number;
  /** Monotonic, when the request began. */
  readonly #startMs: number;

  constructor(call: Call<FetchRequest, FetchResponseInit>, broker: BrokerServices) {
    this.#call = call;
    this.#broker = broker;
    const { context, request } = call;
    this.#startMs = broker.platform.clock.monotonicMs();
    this.#version = context.apiVersion;
    this.#replicaId = this.#version >= 15 ? request.replicaState.replicaId : request.replicaId;
    const isFollower = this.#replicaId >= 0;
    const topicNames = (id: string): string => broker.metadata.topicById(id)?.name ?? '';
    this.#context = fetchContext(broker.fetchSessions, request, this.#version, isFollower, topicNames);
    const maxBytes = Math.min(request.maxBytes, broker.config.int('fetch.max.bytes'));
    this.#minBytes = Math.min(request.minBytes, maxBytes);
    this.#limits = {
      maxBytes,
      isHard: this.#version <= 2,
      upTo: isFollower ? 'log-end' : request.isolationLevel === READ_COMMITTED ? 'last-stable' : 'high-watermark',
      // A consumer that knows of follower fetching (v11) may ask any replica.
      leaderOnly: isFollower || this.#version < 11,
    };
  }

  start(): void {
    const { error, items } = this.#context;
    if (error !== ErrorCode.NONE) {
      this.#call.respond({ errorCode: error, responses: [] });
      return;
    }
    for (const item of items) {
      const refusal = this.#refusal(item);
      if (refusal !== undefined) this.#refusals.set(item, refusal);
    }
    const fetched = this.#read();
    const { maxWaitMs } = this.#call.request;
    const hasNothingToWaitFor = this.#refusals.size === items.length;
    if (maxWaitMs <= 0 || hasNothingToWaitFor || fetched.isUrgent || fetched.bytes >= this.#minBytes) {
      this.#respond(fetched);
      return;
    }
    releaseFetched(fetched);
    const keys = new Set<Partition>();
    for (const { replica } of fetched.partitions) if (replica !== undefined) keys.add(replica);
    const watching = this.#broker.replicas.fetchWaiters.watch(this, [...keys], maxWaitMs);
    this.#call.onAbandoned(() => watching.cancel());
  }

  tryComplete(): boolean {
    const fetched = this.#read();
    if (!fetched.isUrgent && fetched.bytes < this.#minBytes) {
      releaseFetched(fetched);
      return false;
    }
    this.#respond(fetched);
    return true;
  }

  expire(): void {
    this.#respond(this.#read());
  }

  #refusal(item: FetchPartition): ErrorCode | undefined {
    const { authorizer, metadata, metrics } = this.#broker;
    const { context } = this.#call;
    if (this.#replicaId >= 0) {
      if (!authorizer.authorize(context, 'ClusterAction', 'Cluster', CLUSTER_NAME)) {
        return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
      }
      if (item.topic === '') return ErrorCode.UNKNOWN_TOPIC_ID;
    } else {
      if (item.topic === '') return ErrorCode.UNKNOWN_TOPIC_ID;
      if (!authorizer.authorize(context, 'Read', 'Topic', item.topic)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    }
    if (metadata.partition(item.topic, item.partition) === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    metrics.topics.mark(item.topic, 'TotalFetchRequestsPerSec', this.#startMs);
    return undefined;
  }

  #read(): FetchedData {
    const fetched = readPartitions(this.#broker.replicas, this.#context.items, this.#refusals, this.#limits);
    if (this.#replicaId >= 0) {
      for (const { item, replica, response } of fetched.partitions) {
        if (response.errorCode === ErrorCode.NONE) replica?.replicaFetched(this.#replicaId, item.fetchOffset);
      }
    }
    return fetched;
  }

  #respond(fetched: FetchedData): void {
    const { context } = this.#call;
    const { quotas, metrics } = this.#broker;
    for (const partition of fetched.partitions) this.#shape(partition);
    const { sessionId, send } = this.#context.select(fetched.partitions);
    const nodeEndpoints: NodeEndpoint[] = [];
    const responses: { topic: string; topicId: string; partitions: FetchResponsePartitionDataInit[] }[] = [];
    let bytes = 0;
    let last: (typeof responses)[number] | undefined;
    for (const { item, response } of send) {
      // Partitions of one topic that follow each other share an entry, as Kafka groups them.
      if (last === undefined || last.topic !== item.topic || last.topicId !== item.topicId) {
        last = { topic: item.topic, topicId: item.topicId, partitions: [] };
        responses.push(last);
      }
      if (this.#version >= 16) this.#addLeader(item, response, nodeEndpoints);
      last.partitions.push(response);
      const size = recordsSize(response.records);
      if (size > 0) metrics.topics.fetched(item.topic, size, this.#startMs);
      bytes += size;
    }
    const throttleTimeMs = Math.max(quotas.record(context, 'fetch', bytes), quotas.record(context, 'request', 0));
    this.#call.respond({ throttleTimeMs, errorCode: ErrorCode.NONE, sessionId, responses, nodeEndpoints });
  }

  /** What the request's version makes of an answer: errors it knows, formats it reads. */
  #shape(fetched: FetchedPartition): void {
    const { item, response } = fetched;
    if (response.errorCode === ErrorCode.KAFKA_STORAGE_ERROR && this.#version <= 5) {
      response.errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    if (response.errorCode !== ErrorCode.NONE) {
      // Of what was refused at once nothing is counted, as with Kafka: any name may be asked for, and each would get its meters.
      if (!this.#refusals.has(item)) {
        this.#broker.metrics.topics.mark(item.topic, 'FailedFetchRequestsPerSec', this.#startMs);
      }
      return;
    }
    if (this.#version >= 10 || this.#replicaId >= 0) return;
    const error = downConvert(fetched, this.#version, this.#limits.upTo, this.#broker.topicSettings);
    if (error === undefined) return;
    releaseRecords(response.records);
    response.records = null;
    response.errorCode = error;
    response.highWatermark = -1;
    response.lastStableOffset = -1;
    response.logStartOffset = -1;
    response.abortedTransactions = [];
  }

  #addLeader(item: FetchPartition, response: FetchResponsePartitionDataInit, endpoints: NodeEndpoint[]): void {
    const { errorCode } = response;
    if (errorCode !== ErrorCode.NOT_LEADER_OR_FOLLOWER && errorCode !== ErrorCode.FENCED_LEADER_EPOCH) return;
    const { replicas, metadata } = this.#broker;
    const { listener } = this.#call.context;
    response.currentLeader = currentLeader(replicas, metadata, item.topic, item.partition, listener, endpoints);
  }
}
