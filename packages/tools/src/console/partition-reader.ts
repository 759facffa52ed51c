/** Reads given partitions from a start on: one fetch to each leader at a time, in turn. */
import {
  clampToNumber,
  ErrorCode,
  FetchRequest,
  FetchResponse,
  type Int64,
  ListOffsetsRequest,
  ListOffsetsResponse,
  type Uuid,
} from '@ottla/protocol';
import { RpcError } from '@ottla/rpc';
import { type Cluster, check } from '../client/cluster.ts';
import { fetchedRecords } from '../client/fetched-records.ts';
import { type TopicLeaders, topicLeaders } from '../client/topic-partitions.ts';
import type { PrintableRecord } from './message-text.ts';

export type Start = 'earliest' | 'latest' | number;

export interface ConsumedRecord extends PrintableRecord {
  readonly topic: string;
}

/** What the console consumer reads from. `poll` resolves to undefined when nothing came for `idleMs` (-1: for ever). */
export interface RecordReader {
  poll(signal: AbortSignal, idleMs: number): Promise<readonly ConsumedRecord[] | undefined>;
  /** These were printed. */
  processed(records: readonly ConsumedRecord[]): void;
  close(): Promise<void>;
}

export interface PartitionReaderOptions {
  readonly topics: readonly string[];
  /** Undefined: all of them. */
  readonly partition?: number | undefined;
  readonly start: Start;
  readonly committed: boolean;
  readonly timeoutMs: number;
}

export interface Position {
  readonly topic: string;
  readonly partition: number;
  offset: number;
}

const FETCH = { request: FetchRequest, response: FetchResponse };
const OFFSETS = { request: ListOffsetsRequest, response: ListOffsetsResponse };
const FETCH_WAIT_MS = 500;
const FETCH_BYTES_MAX = 52_428_800;
const PARTITION_BYTES_MAX = 1_048_576;
const DECOMPRESSED_BYTES_MAX = 512 * 1024 * 1024;
const EARLIEST = -2;
const LATEST = -1;

export class PartitionReader implements RecordReader {
  readonly #cluster: Cluster;
  readonly #committed: boolean;
  #topics: ReadonlyMap<string, TopicLeaders>;
  positions: Position[];

  constructor(cluster: Cluster, topics: readonly TopicLeaders[], positions: Position[], committed: boolean) {
    this.#cluster = cluster;
    this.#topics = new Map(topics.map((topic) => [topic.name, topic]));
    this.positions = positions;
    this.#committed = committed;
  }

  static async open(cluster: Cluster, options: PartitionReaderOptions): Promise<PartitionReader> {
    const topics = await topicLeaders(cluster, options.topics, true, options.timeoutMs);
    const reader = new PartitionReader(cluster, topics, [], options.committed);
    for (const topic of topics) {
      for (const partition of topic.leaders.keys()) {
        if (options.partition !== undefined && options.partition !== partition) continue;
        reader.positions.push({
          topic: topic.name,
          partition,
          offset: await reader.offsetOf(topic.name, partition, options.start),
        });
      }
    }
    return reader;
  }

  topicId(topic: string): Uuid | undefined {
    return this.#topics.get(topic)?.id;
  }

  /** Where a start lies now. */
  offsetOf(topic: string, partition: number, start: Start): Promise<number> {
    if (typeof start === 'number') return Promise.resolve(start);
    return this.#cluster.retrying(async () => {
      const leader = this.#topics.get(topic)?.leaders.get(partition) ?? -1;
      const partitions = [{ partitionIndex: partition, timestamp: start === 'earliest' ? EARLIEST : LATEST }];
      const answer = await this.#cluster.callNode(leader, OFFSETS, {
        replicaId: -1,
        isolationLevel: this.#committed ? 1 : 0,
        topics: [{ name: topic, partitions }],
      });
      const result = answer.topics[0]?.partitions[0];
      check(result?.errorCode ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
      return clampToNumber(result?.offset ?? 0);
    });
  }

  async poll(signal: AbortSignal, idleMs: number): Promise<readonly ConsumedRecord[] | undefined> {
    const began = performance.now();
    while (!signal.aborted) {
      const records = await this.fetch(FETCH_WAIT_MS);
      if (records.length > 0) return records;
      if (idleMs >= 0 && performance.now() - began >= idleMs) return undefined;
    }
    return [];
  }

  processed(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** One round: every leader is asked once. Positions move past what is returned. */
  async fetch(waitMs: number): Promise<ConsumedRecord[]> {
    const byLeader = new Map<number, Position[]>();
    for (const position of this.positions) {
      const leader = this.#topics.get(position.topic)?.leaders.get(position.partition) ?? -1;
      const own = byLeader.get(leader) ?? [];
      byLeader.set(leader, own);
      own.push(position);
    }
    const rounds = await Promise.all(
      [...byLeader].map(([leader, positions]) => this.#fetchFrom(leader, positions, byLeader.size > 1 ? 0 : waitMs)),
    );
    return rounds.flat();
  }

  async #fetchFrom(leader: number, positions: readonly Position[], waitMs: number): Promise<ConsumedRecord[]> {
    try {
      const byId = (await this.#cluster.versionOf(FETCH)) >= 13;
      const names = [...new Set(positions.map(({ topic }) => topic))];
      const topics = names.map((topic) => ({
        ...(byId ? { topicId: this.#topics.get(topic)?.id ?? '' } : { topic }),
        partitions: positions
          .filter((position) => position.topic === topic)
          .map(({ partition, offset }) => ({ partition, fetchOffset: offset, partitionMaxBytes: PARTITION_BYTES_MAX })),
      }));
      const request = {
        maxWaitMs: waitMs,
        minBytes: 1,
        maxBytes: FETCH_BYTES_MAX,
        isolationLevel: this.#committed ? 1 : 0,
        topics,
        forgottenTopicsData: [],
      };
      const answer = await this.#cluster.callNode(leader, FETCH, request);
      check(answer.errorCode);
      const records: ConsumedRecord[] = [];
      for (const [index, topic] of answer.responses.entries()) {
        const name = byId ? names.find((each) => this.#topics.get(each)?.id === topic.topicId) : topic.topic;
        for (const data of topic.partitions) {
          const position = positions.find(
            (each) => each.topic === (name ?? names[index]) && each.partition === data.partitionIndex,
          );
          if (position !== undefined) await this.#take(position, data, records);
        }
      }
      return records;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      // The leader is gone: ask who leads now.
      this.#topics = new Map(
        (await topicLeaders(this.#cluster, [...this.#topics.keys()], false, 60_000)).map((topic) => [
          topic.name,
          topic,
        ]),
      );
      return [];
    }
  }

  async #take(
    position: Position,
    data: FetchResponse['responses'][number]['partitions'][number],
    into: ConsumedRecord[],
  ): Promise<void> {
    if (data.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      position.offset = await this.offsetOf(position.topic, position.partition, 'earliest');
      return;
    }
    check(data.errorCode);
    const { topic, partition } = position;
    if (data.records === null) return;
    const aborted = this.#committed ? (data.abortedTransactions ?? []) : [];
    const { records, nextOffset } = fetchedRecords(
      data.records,
      position.offset,
      aborted.map(toAborted),
      DECOMPRESSED_BYTES_MAX,
    );
    for (const record of records) into.push({ ...record, topic, partition });
    position.offset = nextOffset;
  }
}

function toAborted(transaction: { readonly producerId: Int64; readonly firstOffset: Int64 }): {
  producerId: number;
  firstOffset: number;
} {
  return { producerId: clampToNumber(transaction.producerId), firstOffset: clampToNumber(transaction.firstOffset) };
}
