/*
 * Fetches ahead of the application, one request at a time for each broker. Rules:
 * - the next fetch leaves as soon as the last answer is there, not when the application has read it;
 * - what waits is bounded: a partition is fetched while it has less than half of `maxPartitionFetchBytes`, all together
 *   while they have less than `prefetchBytes`; a partition that has nothing is fetched in any case;
 * - a broker is asked when none of its partitions is full: otherwise its answer could wait for the empty ones, and the
 *   full one would starve meanwhile;
 * - an answer is used only if the partition was not sought elsewhere, revoked or taken anew since the request left.
 */

import type { ExponentialBackoff } from '@ottla/common';
import type { Timer } from '@ottla/platform';
import { ErrorCode, type FetchResponse, ZERO_UUID } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import { retryBackoff } from '../network/retry-backoff.ts';
import { FETCH } from './apis.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerContext } from './context.ts';
import { FetchAnswers } from './fetch-answers.ts';
import { FetchSession, type FetchTarget, type SessionFetch } from './fetch-session.ts';
import type { Positions } from './positions.ts';
import { Stall } from './stall.ts';

/** Fetch v4 brought isolation and record batches v2, with Kafka 0.11. */
const FETCH_MIN_VERSION = 4;
const RACK_FROM = 11;
const SESSIONS_FROM = 7;
const EPOCH_FROM = 9;

interface NodeFetch {
  readonly session: FetchSession;
  isFetching: boolean;
  /** Closing gave a request up whose answer is still to come on that connection. */
  isCutShort: boolean;
  failures: number;
  retryAtMs: number;
}

export interface Asked {
  readonly partition: AssignedPartition;
  readonly version: number;
  readonly fetchOffset: number;
}

export class Fetcher {
  readonly #context: ConsumerContext;
  readonly #positions: Positions;
  readonly #answers: FetchAnswers;
  readonly #backoff: ExponentialBackoff;
  readonly #nodes = new Map<number, NodeFetch>();
  readonly #stall: Stall;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #isRefreshing = false;

  constructor(context: ConsumerContext, positions: Positions) {
    this.#context = context;
    this.#positions = positions;
    this.#answers = new FetchAnswers(context);
    this.#stall = new Stall(context.cluster, 'Finding a leader to read from');
    this.#backoff = retryBackoff(context.cluster);
  }

  /** Asks what may be asked now. To be called whenever that may have changed. */
  pump(): void {
    const { closing, state } = this.#context;
    if (closing.aborted) return;
    const byNode = new Map<number, AssignedPartition[]>();
    let leaderless = false;
    let needsPosition = false;
    let queuedBytes = 0;
    for (const partition of state.partitions.values()) {
      queuedBytes += partition.queuedBytes;
      needsPosition ||= partition.need !== 'nothing';
      if (!partition.isReady || partition.isPaused) continue;
      if (!this.#isValidated(partition)) continue;
      const node = this.#nodeOf(partition);
      if (node < 0) leaderless = true;
      else if (byNode.has(node)) byNode.get(node)?.push(partition);
      else byNode.set(node, [partition]);
    }
    if (needsPosition) void this.#positions.update();
    if (byNode.size > 0) this.#stall.over();
    if (leaderless) this.#findLeaders(byNode.size === 0);
    for (const [node, partitions] of byNode) this.#pumpNode(node, partitions, queuedBytes);
  }

  /** Ends the sessions that brokers keep for this consumer. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    const { cluster, connections } = this.#context;
    await Promise.all(
      Array.from(this.#nodes, async ([node, { session, isFetching, isCutShort }]) => {
        const request = session.close();
        if (request === undefined || !cluster.metadata.brokers.has(node)) return;
        const { sessionId, sessionEpoch, topics, forgottenTopicsData } = request;
        const message = { maxWaitMs: 0, minBytes: 0, sessionId, sessionEpoch, topics, forgottenTopicsData };
        // The broker would answer it only after the fetch that is in flight, up to `fetchMaxWaitMs` later.
        const purpose = isFetching || isCutShort ? 'default' : connections.fetch;
        await cluster.request(FETCH, node, message, { purpose, timeoutMs: CLOSE_SESSION_MS }).catch(() => {});
      }),
    );
  }

  /** A leader of another epoch may have another log: the position is compared before it is fetched from (KIP-320). */
  #isValidated(partition: AssignedPartition): boolean {
    const known = this.#context.cluster.metadata.partition(partition.topic.name, partition.partition);
    const epoch = known?.leaderEpoch ?? -1;
    if (epoch === partition.leaderEpoch || epoch < 0) return true;
    if (partition.leaderEpoch >= 0 && partition.positionEpoch >= 0) {
      partition.need = 'validation';
      partition.dropBuffers();
      void this.#positions.update();
      return false;
    }
    partition.leaderEpoch = epoch;
    return true;
  }

  #nodeOf(partition: AssignedPartition): number {
    const { metadata, clock } = this.#context.cluster;
    if (partition.preferredReplica >= 0) {
      if (clock.monotonicMs() < partition.preferredUntilMs && metadata.brokers.has(partition.preferredReplica))
        return partition.preferredReplica;
      partition.preferredReplica = -1;
    }
    return metadata.partition(partition.topic.name, partition.partition)?.leader ?? -1;
  }

  /** `isStuck`: no partition has one. */
  #findLeaders(isStuck = false): void {
    const { cluster, closing } = this.#context;
    const now = cluster.clock.monotonicMs();
    if (this.#timerAtMs > now) this.#wakeAt(now + cluster.options.retryBackoffMs);
    const topics = new Set(Array.from(this.#context.state.partitions.values(), ({ topic }) => topic.name));
    if (!this.#isRefreshing) {
      this.#isRefreshing = true;
      void cluster
        .refresh([...topics], { signal: closing })
        .then(() => [...topics].map((topic) => cluster.metadata.topicError(topic)).find((error) => error !== undefined))
        .catch((thrown: unknown) => KafkaError.from(thrown))
        .then((error) => {
          this.#isRefreshing = false;
          const told = error === undefined || !isStuck ? undefined : this.#stall.failed(error);
          if (told !== undefined) this.#context.fail(told);
        });
    }
  }

  #pumpNode(id: number, partitions: readonly AssignedPartition[], queuedBytes: number): void {
    const { settings, cluster } = this.#context;
    const node = this.#node(id);
    if (node.isFetching) return;
    const now = cluster.clock.monotonicMs();
    if (node.retryAtMs > now) {
      this.#wakeAt(node.retryAtMs);
      return;
    }
    const lowWater = settings.maxPartitionFetchBytes / 2;
    const isBehind = queuedBytes >= settings.prefetchBytes;
    const asked: Asked[] = [];
    for (const partition of partitions) {
      const bytes = partition.queuedBytes;
      if (bytes > 0 && (isBehind || bytes >= lowWater)) return;
      if (partition.retryAtMs > now) this.#wakeAt(partition.retryAtMs);
      else asked.push({ partition, version: partition.version, fetchOffset: partition.fetchOffset });
    }
    if (asked.length > 0) void this.#fetch(id, node, asked, settings.prefetchBytes - queuedBytes);
  }

  async #fetch(id: number, node: NodeFetch, asked: readonly Asked[], roomBytes: number): Promise<void> {
    const { cluster, connections, closing } = this.#context;
    node.isFetching = true;
    const { observer } = this.#context.settings;
    const startedMs = cluster.clock.monotonicMs();
    observer?.fetching?.(id);
    try {
      const answer = await cluster.request(
        FETCH,
        id,
        (version) =>
          this.#message(
            version,
            node.session.build(
              asked.map((one) => this.#target(one)),
              version,
            ),
            roomBytes,
          ),
        {
          purpose: connections.fetch,
          signal: closing,
          minVersion: FETCH_MIN_VERSION,
          timeoutMs: cluster.options.requestTimeoutMs + this.#context.settings.fetchMaxWaitMs,
        },
      );
      node.failures = 0;
      this.#context.meters.fetched(cluster.clock.monotonicMs() - startedMs);
      this.#take(id, node, asked, answer);
      observer?.fetched?.(id, partitionsWithRecords(answer), cluster.clock.monotonicMs() - startedMs);
    } catch (error) {
      if (closing.aborted) node.isCutShort = true;
      else this.#failed(node, KafkaError.from(error), asked);
    } finally {
      node.isFetching = false;
    }
    this.#context.wake();
    this.pump();
  }

  #message(version: number, session: SessionFetch, roomBytes: number): Parameters<typeof FETCH.request.encode>[1] {
    const { settings } = this.#context;
    return {
      maxWaitMs: settings.fetchMaxWaitMs,
      minBytes: settings.fetchMinBytes,
      maxBytes: Math.max(1, Math.min(settings.fetchMaxBytes, roomBytes)),
      isolationLevel: settings.isolation === 'read_committed' ? 1 : 0,
      topics: version >= EPOCH_FROM ? session.topics : session.topics.map(withoutEpochs),
      ...(version >= SESSIONS_FROM
        ? {
            sessionId: session.sessionId,
            sessionEpoch: session.sessionEpoch,
            forgottenTopicsData: session.forgottenTopicsData,
          }
        : {}),
      ...(version >= RACK_FROM ? { rackId: settings.rack } : {}),
    };
  }

  #target({ partition, fetchOffset }: Asked): FetchTarget {
    const { metadata } = this.#context.cluster;
    return {
      topic: partition.topic.name,
      topicId: metadata.topic(partition.topic.name)?.id ?? ZERO_UUID,
      partition: partition.partition,
      fetchOffset,
      maxBytes: this.#context.settings.maxPartitionFetchBytes,
      leaderEpoch: partition.leaderEpoch,
      lastFetchedEpoch: -1,
    };
  }

  #take(id: number, node: NodeFetch, asked: readonly Asked[], answer: FetchResponse): void {
    const { session } = node;
    if (!session.accept(answer)) {
      if (answer.errorCode === ErrorCode.FETCH_SESSION_ID_NOT_FOUND) return;
      if (answer.errorCode === ErrorCode.INVALID_FETCH_SESSION_EPOCH) return;
      this.#failed(node, KafkaError.ofCode(answer.errorCode, null, { broker: id }), asked);
      return;
    }
    const byName = new Map(asked.map((one) => [one.partition.name, one]));
    const needsMetadata = this.#answers.take(id, answer, byName, (topic, topicId) => session.topicOf(topic, topicId));
    if (needsMetadata) this.#findLeaders();
  }

  #failed(node: NodeFetch, error: KafkaError, asked: readonly Asked[]): void {
    const { cluster } = this.#context;
    node.session.failed();
    node.retryAtMs = cluster.clock.monotonicMs() + this.#backoff.delayMs(node.failures++);
    for (const { partition } of asked) partition.preferredReplica = -1;
    if (error.retriable) this.#findLeaders();
    else this.#context.fail(error);
  }

  #node(id: number): NodeFetch {
    let node = this.#nodes.get(id);
    if (node === undefined) {
      node = { session: new FetchSession(), isFetching: false, isCutShort: false, failures: 0, retryAtMs: 0 };
      this.#nodes.set(id, node);
    }
    return node;
  }

  #wakeAt(atMs: number): void {
    const { clock } = this.#context.cluster;
    const now = clock.monotonicMs();
    if (this.#timerAtMs <= atMs && this.#timerAtMs > now) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = clock.setTimer(Math.max(1, atMs - now), () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }
}

/** Ending a session is a courtesy: the broker forgets it anyway. */
const CLOSE_SESSION_MS = 1_000;

function partitionsWithRecords({ responses }: FetchResponse): number {
  let count = 0;
  for (const { partitions } of responses)
    for (const { records } of partitions) if (records !== null && records.length > 0) count++;
  return count;
}

type FetchTopic = SessionFetch['topics'][number];

function withoutEpochs(topic: FetchTopic): FetchTopic {
  const partitions = topic.partitions.map(({ partition, fetchOffset, partitionMaxBytes }) => ({
    partition,
    fetchOffset,
    partitionMaxBytes,
  }));
  return { ...topic, partitions };
}
