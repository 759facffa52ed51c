/** What of kafkajs's cluster an assigner may ask. Brokers themselves are not handed out. */
import { lookUpOffsets } from '../consumer/offset-lookup.ts';
import { operation } from '../network/operation.ts';
import { EARLIEST_OFFSET, LATEST_OFFSET } from './constants.ts';
import { KafkaJSNotImplemented, KafkaJSTopicMetadataNotLoaded } from './errors.ts';
import type { Link } from './link.ts';
import { type PartitionMetadata, partitionMetadata } from './partition-metadata.ts';
import type { TopicOffsets } from './producer-types.ts';

export interface BrokerMetadata {
  brokers: { nodeId: number; host: string; port: number; rack?: string }[];
  topicMetadata: { topicErrorCode: number; topic: string; partitionMetadata: PartitionMetadata[] }[];
}

export interface CoordinatorMetadata {
  errorCode: number;
  coordinator: { nodeId: number; host: string; port: number };
}

interface TopicsWithStart {
  topic: string;
  partitions: { partition: number }[];
  fromBeginning?: boolean;
  fromTimestamp?: number;
}

export class ClusterView {
  readonly #link: Link;
  readonly #topics = new Set<string>();

  constructor(link: Link) {
    this.#link = link;
  }

  isConnected(): boolean {
    return this.#link.isConnected;
  }

  async connect(): Promise<void> {
    await this.#link.connect();
  }

  disconnect(): Promise<void> {
    return this.#link.disconnect();
  }

  getNodeIds(): number[] {
    return [...this.#link.connectedCluster.metadata.brokers.keys()];
  }

  async metadata({ topics }: { topics?: string[] } = {}): Promise<BrokerMetadata> {
    const cluster = await this.#link.cluster();
    await cluster.refresh(topics, { all: topics === undefined || topics.length === 0 });
    const { metadata } = cluster;
    const names = topics === undefined || topics.length === 0 ? [...metadata.topics.keys()] : topics;
    return {
      brokers: Array.from(metadata.brokers.values(), ({ id, host, port, rack }) => ({
        nodeId: id,
        host,
        port,
        ...(rack === null ? {} : { rack }),
      })),
      topicMetadata: names.flatMap((topic) => {
        const found = metadata.topic(topic);
        if (found === undefined) return [];
        return [{ topicErrorCode: 0, topic, partitionMetadata: found.partitions.map(partitionMetadata) }];
      }),
    };
  }

  async refreshMetadata(): Promise<void> {
    const cluster = await this.#link.cluster();
    await cluster.refresh([...this.#topics]);
  }

  refreshMetadataIfNecessary(): Promise<void> {
    const { metadata } = this.#link.connectedCluster;
    return [...this.#topics].every((topic) => metadata.topic(topic) !== undefined)
      ? Promise.resolve()
      : this.refreshMetadata();
  }

  addTargetTopic(topic: string): Promise<void> {
    return this.addMultipleTargetTopics([topic]);
  }

  async addMultipleTargetTopics(topics: string[]): Promise<void> {
    for (const topic of topics) this.#topics.add(topic);
    await this.refreshMetadataIfNecessary();
  }

  findTopicPartitionMetadata(topic: string): PartitionMetadata[] {
    const known = this.#link.connectedCluster.metadata.topic(topic);
    if (known === undefined) throw new KafkaJSTopicMetadataNotLoaded('Topic metadata not loaded', { topic });
    return known.partitions.map(partitionMetadata);
  }

  findLeaderForPartitions(topic: string, partitions: number[]): { [leader: string]: number[] } {
    const byLeader: { [leader: string]: number[] } = {};
    for (const { partitionId, leader } of this.findTopicPartitionMetadata(topic))
      if (partitions.includes(partitionId)) byLeader[leader] = [...(byLeader[leader] ?? []), partitionId];
    return byLeader;
  }

  defaultOffset({ fromBeginning }: { fromBeginning: boolean }): number {
    return fromBeginning ? EARLIEST_OFFSET : LATEST_OFFSET;
  }

  async fetchTopicsOffset(topics: TopicsWithStart[]): Promise<TopicOffsets[]> {
    const cluster = await this.#link.cluster();
    return Promise.all(
      topics.map(async ({ topic, partitions, fromBeginning = false, fromTimestamp }) => {
        await this.#link.partitions(topic, true);
        const timestamp = fromTimestamp ?? this.defaultOffset({ fromBeginning });
        const wanted = partitions.map(({ partition }) => ({ topic, partition, timestamp }));
        const found = await operation(cluster, 'Looking up offsets', undefined, (op) =>
          lookUpOffsets(cluster, wanted, 'read_uncommitted', op),
        );
        return { topic, partitions: found.map(({ partition, offset }) => ({ partition, offset: String(offset) })) };
      }),
    );
  }

  async findGroupCoordinatorMetadata({ groupId }: { groupId: string }): Promise<CoordinatorMetadata> {
    const nodeId = await this.#link.coordinator(groupId);
    const { host = '', port = 0 } = this.#link.connectedCluster.metadata.brokers.get(nodeId) ?? {};
    return { errorCode: 0, coordinator: { nodeId, host, port } };
  }

  findBroker(): never {
    throw new KafkaJSNotImplemented('cluster.findBroker: requests to single brokers go through kafka.request');
  }

  findControllerBroker(): never {
    return this.findBroker();
  }

  findGroupCoordinator(): never {
    return this.findBroker();
  }
}
