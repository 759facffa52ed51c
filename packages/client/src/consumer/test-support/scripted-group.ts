/** The coordinator of a KIP-848 group, played by a test: this repository's broker has none yet. */
import { type ConsumerGroupHeartbeatRequest, ErrorCode, type Uuid } from '@ottla/protocol';
import { API } from '../../api.ts';
import type { Consumer, ConsumerOptions, Kafka, RecordOf } from '../../index.ts';
import { client } from '../../test-support/client.ts';
import { scripted, scriptedBroker } from '../../test-support/scripted-broker.ts';
import { orders } from './shop.ts';

type Beat = ConsumerGroupHeartbeatRequest;

export interface ScriptedGroup {
  readonly kafka: Kafka;
  readonly heartbeats: readonly Beat[];
  /** By partition of `orders`. */
  readonly committed: ReadonlyMap<number, number>;
  /** What the member is to have, in a new epoch. */
  assign(...partitions: number[]): void;
  /** Instead of an answer, until it returns undefined: an error, or a promise to wait for. */
  intercept: (beat: Beat) => number | undefined | Promise<number | undefined>;
  /** The same for commits. */
  interceptCommit: (epoch: number) => number;
  /** A consumer of `orders` from the beginning, in this group. */
  reader(options?: ConsumerOptions): Consumer<RecordOf<typeof orders>>;
  fill(count: number): Promise<void>;
}

export async function scriptedGroup(partitions: number): Promise<ScriptedGroup> {
  const heartbeats: Beat[] = [];
  const committed = new Map<number, number>();
  let target: number[] = [];
  let epoch = 1;
  let told = 0;
  let topicId: Uuid = '';
  const scripts = [
    scripted(API.ConsumerGroupHeartbeat, async (beat) => {
      heartbeats.push(beat);
      const errorCode = (await group.intercept(beat)) ?? ErrorCode.NONE;
      const memberEpoch = beat.memberEpoch < 0 ? beat.memberEpoch : epoch;
      const isNews = errorCode === ErrorCode.NONE && beat.memberEpoch >= 0 && (beat.memberEpoch === 0 || told < epoch);
      if (isNews) told = epoch;
      const assignment = isNews ? { topicPartitions: [{ topicId, partitions: target }] } : null;
      return {
        throttleTimeMs: 0,
        errorCode,
        memberId: beat.memberId,
        memberEpoch,
        heartbeatIntervalMs: 20,
        assignment,
      };
    }),
    scripted(
      API.OffsetCommit,
      ({ generationIdOrMemberEpoch, topics }) => ({
        topics: topics.map(({ name, partitions: list }) => ({
          name,
          partitions: list.map(({ partitionIndex, committedOffset }) => {
            const errorCode = group.interceptCommit(generationIdOrMemberEpoch);
            if (errorCode === ErrorCode.NONE) committed.set(partitionIndex, Number(committedOffset));
            return { partitionIndex, errorCode };
          }),
        })),
      }),
      { max: 9 },
    ),
    scripted(
      API.OffsetFetch,
      ({ groups }) => ({
        groups: groups.map(({ groupId, topics }) => ({
          groupId,
          topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
            name,
            partitions: partitionIndexes.map((partitionIndex) => ({
              partitionIndex,
              committedOffset: committed.get(partitionIndex) ?? -1,
              metadata: '',
              errorCode: ErrorCode.NONE,
            })),
          })),
        })),
      }),
      { min: 8, max: 9 },
    ),
  ];
  const server = await scriptedBroker(scripts, { behind: { topics: { orders: partitions } } });
  const kafka = client(server, { retryBackoffMs: 10, retryBackoffMaxMs: 50, reconnectBackoffMs: 10 });
  await kafka.cluster.refresh(['orders']);
  topicId = kafka.cluster.metadata.topic('orders')?.id ?? '';
  const group: ScriptedGroup = {
    kafka,
    heartbeats,
    committed,
    assign: (...list) => {
      target = list;
      epoch++;
    },
    intercept: () => undefined,
    interceptCommit: () => ErrorCode.NONE,
    reader: (options = {}) =>
      kafka
        .consumer({ group: 'g', protocol: 'consumer', onReset: 'earliest', fetchMaxWaitMs: 20, ...options })
        .subscribe(orders),
    fill: async (count) => {
      const records = Array.from({ length: count }, (_, n) => ({
        key: `k${n}`,
        value: `${n}`,
        partition: n % partitions,
      }));
      await kafka.producer().send(orders, records);
    },
  };
  return group;
}
