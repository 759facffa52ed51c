import { ErrorCode, type Uuid, ZERO_UUID } from '@ottla/protocol';
import { type Cluster, check } from './cluster.ts';

export interface TopicLeaders {
  readonly name: string;
  /** ZERO_UUID when the broker has none. */
  readonly id: Uuid;
  /** Leader's broker id by partition. */
  readonly leaders: ReadonlyMap<number, number>;
}

/** Waits until every partition of every topic has a leader; a topic that may be created by asking is. */
export function topicLeaders(
  cluster: Cluster,
  names: readonly string[],
  create: boolean,
  timeoutMs: number,
): Promise<TopicLeaders[]> {
  return cluster.retrying(async () => {
    const { topics } = await cluster.metadata(
      names.map((name) => ({ name })),
      create,
    );
    return topics.map((topic) => {
      check(topic.errorCode);
      for (const { leaderId } of topic.partitions)
        check(leaderId < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE);
      return {
        name: topic.name ?? '',
        id: topic.topicId ?? ZERO_UUID,
        leaders: new Map(topic.partitions.map((partition) => [partition.partitionIndex, partition.leaderId])),
      };
    });
  }, timeoutMs);
}
