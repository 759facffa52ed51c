/** KIP-966: topics described page by page, with their eligible leader replicas, by brokers that can (Kafka 3.7). */
import { type DescribeTopicPartitionsResponse as Answer, ErrorCode } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import { DESCRIBE_TOPIC_PARTITIONS as API } from './apis.ts';
import { type Calls, type Outcomes, settled } from './calls.ts';
import { describeTopics, type TopicDescription } from './topics.ts';

/** Java's default (`partitionSizeLimitPerResponse`). */
const PARTITIONS_PER_ANSWER = 2000;

type Found = TopicDescription & { readonly partitions: TopicDescription['partitions'][number][] };

/** By name. From brokers that do not know the request: without those replicas. */
export async function describeTopicPartitions(
  calls: Calls,
  names: readonly string[],
): Promise<Map<string, TopicDescription>> {
  if (names.length === 0) return new Map();
  const versions = await calls.op.retry(() => calls.cluster.versions('any', { signal: calls.op.signal }));
  if (versions.pick(API) === undefined) return describeTopics(calls, names, false);
  const outcomes: Outcomes<Found> = new Map();
  const topics = [...new Set(names)].toSorted().map((name) => ({ name }));
  let cursor: Answer['nextCursor'] = null;
  do {
    const answer: Answer = await calls.ask(
      API,
      'any',
      { topics, responsePartitionLimit: PARTITIONS_PER_ANSWER, cursor },
      (res) => {
        // A topic that was just made may not be known everywhere.
        const busy = res.topics.find(({ errorCode }) => errorCode === ErrorCode.LEADER_NOT_AVAILABLE);
        if (busy !== undefined) throw KafkaError.ofCode(busy.errorCode, null, { topic: busy.name ?? busy.topicId });
      },
    );
    for (const topic of answer.topics) add(outcomes, topic);
    cursor = answer.nextCursor;
  } while (cursor !== null);
  for (const found of outcomes.values())
    if (!(found instanceof KafkaError)) found.partitions.sort((a, b) => a.partition - b.partition);
  return settled(outcomes);
}

function add(outcomes: Outcomes<Found>, topic: Answer['topics'][number]): void {
  const name = topic.name ?? '';
  if (topic.errorCode !== ErrorCode.NONE) {
    outcomes.set(name, KafkaError.ofCode(topic.errorCode, null, { topic: name, retriable: false }));
    return;
  }
  const known = outcomes.get(name);
  const found: Found =
    known === undefined || known instanceof KafkaError
      ? { name, id: topic.topicId, isInternal: topic.isInternal, partitions: [] }
      : known;
  outcomes.set(name, found);
  for (const partition of topic.partitions)
    found.partitions.push({
      partition: partition.partitionIndex,
      leader: partition.leaderId,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicaNodes,
      isr: partition.isrNodes,
      offline: partition.offlineReplicas,
      eligibleLeaderReplicas: partition.eligibleLeaderReplicas ?? [],
      lastKnownEligibleReplicas: partition.lastKnownElr ?? [],
    });
}
