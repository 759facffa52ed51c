import { clampToNumber, ErrorCode } from '@ottla/protocol';
import { groupByTopic, partitionName } from '../consumer/topic-partition.ts';
import { checkCode, KafkaError } from '../errors.ts';
import type { TopicPartition } from '../records.ts';
import { ALTER_REPLICA_LOG_DIRS, DESCRIBE_LOG_DIRS } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';

export interface LogDirDescription {
  readonly path: string;
  readonly error: KafkaError | undefined;
  /** Of the disk; undefined before Kafka 3.3. */
  readonly totalBytes: number | undefined;
  readonly usableBytes: number | undefined;
  readonly replicas: readonly (TopicPartition & {
    readonly sizeBytes: number;
    readonly offsetLag: number;
    /** It will replace the one in another directory. */
    readonly isFuture: boolean;
  })[];
}

/** By broker. Default: all partitions of all brokers. */
export async function describeLogDirs(
  calls: Calls,
  brokers: readonly number[] | undefined,
  partitions: readonly TopicPartition[] | undefined,
): Promise<Map<number, LogDirDescription[]>> {
  const nodes = brokers ?? (await calls.brokers());
  const topics = partitions === undefined ? null : groupByTopic(partitions);
  const described = await Promise.all(
    nodes.map(async (node): Promise<[number, LogDirDescription[]]> => {
      const answer = await calls.ask(DESCRIBE_LOG_DIRS, node, { topics }, (res) =>
        checkCode(res.errorCode, null, { broker: node }),
      );
      return [node, answer.results.map((each) => logDir(each, node))];
    }),
  );
  return new Map(described);
}

function logDir(
  each: {
    readonly errorCode: number;
    readonly logDir: string;
    readonly totalBytes: number | bigint;
    readonly usableBytes: number | bigint;
    readonly topics: readonly {
      readonly name: string;
      readonly partitions: readonly {
        readonly partitionIndex: number;
        readonly partitionSize: number | bigint;
        readonly offsetLag: number | bigint;
        readonly isFutureKey: boolean;
      }[];
    }[];
  },
  node: number,
): LogDirDescription {
  return {
    path: each.logDir,
    error: each.errorCode === ErrorCode.NONE ? undefined : KafkaError.ofCode(each.errorCode, null, { broker: node }),
    totalBytes: each.totalBytes < 0 ? undefined : clampToNumber(each.totalBytes),
    usableBytes: each.usableBytes < 0 ? undefined : clampToNumber(each.usableBytes),
    replicas: each.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, partitionSize, offsetLag, isFutureKey }) => ({
        topic: name,
        partition: partitionIndex,
        sizeBytes: clampToNumber(partitionSize),
        offsetLag: clampToNumber(offsetLag),
        isFuture: isFutureKey,
      })),
    ),
  };
}

export interface ReplicaLogDir {
  /** Undefined: the broker has no such replica. */
  readonly path: string | undefined;
  readonly offsetLag: number | undefined;
  /** The directory that it moves to. */
  readonly futurePath: string | undefined;
  readonly futureOffsetLag: number | undefined;
}

/** By `topic-partition on broker`. */
export async function describeReplicaLogDirs(
  calls: Calls,
  replicas: readonly (TopicPartition & { readonly broker: number })[],
): Promise<Map<string, ReplicaLogDir>> {
  const found = new Map<string, ReplicaLogDir>();
  await Promise.all(
    Array.from(new Set(replicas.map(({ broker }) => broker)), async (node) => {
      const own = replicas.filter(({ broker }) => broker === node);
      const dirs = (await describeLogDirs(calls, [node], own)).get(node) ?? [];
      for (const { topic, partition } of own) {
        const held = dirs.flatMap(({ path, replicas: list }) =>
          list
            .filter((each) => each.topic === topic && each.partition === partition)
            .map((each) => ({ ...each, path })),
        );
        const now = held.find(({ isFuture }) => !isFuture);
        const future = held.find(({ isFuture }) => isFuture);
        found.set(replicaName(topic, partition, node), {
          path: now?.path,
          offsetLag: now?.offsetLag,
          futurePath: future?.path,
          futureOffsetLag: future?.offsetLag,
        });
      }
    }),
  );
  return found;
}

function replicaName(topic: string, partition: number, broker: number): string {
  return `${partitionName(topic, partition)} on ${broker}`;
}

/** Moves replicas between the directories of their broker. */
export async function alterReplicaLogDirs(
  calls: Calls,
  moves: readonly (TopicPartition & { readonly broker: number; readonly path: string })[],
): Promise<void> {
  const outcomes: Outcomes<true> = new Map();
  for (const node of new Set(moves.map(({ broker }) => broker))) {
    const own = moves.filter(({ broker }) => broker === node);
    const dirs = [...new Set(own.map(({ path }) => path))].map((path) => ({
      path,
      topics: groupByTopic(own.filter((move) => move.path === path)).map(({ topic, partitions }) => ({
        name: topic,
        partitions,
      })),
    }));
    const answer = await calls.ask(ALTER_REPLICA_LOG_DIRS, node, { dirs });
    for (const { topicName: topic, partitions } of answer.results)
      for (const { partitionIndex: partition, errorCode } of partitions)
        outcomes.set(
          replicaName(topic, partition, node),
          outcome(errorCode, null, { topic, partition, broker: node }, () => true),
        );
  }
  settled(outcomes);
}
