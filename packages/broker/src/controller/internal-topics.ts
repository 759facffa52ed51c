import type { ConfigReader } from '@ottla/common';

export interface InternalTopic {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: readonly { readonly name: string; readonly value: string }[];
}

const config = (name: string, value: string): { name: string; value: string } => ({ name, value });

/** How Kafka makes its own topics (GroupCoordinator.groupMetadataTopicConfigs and the like); undefined for other names. */
export function internalTopic(name: string, broker: Pick<ConfigReader, 'int'>): InternalTopic | undefined {
  switch (name) {
    case '__consumer_offsets':
      return {
        partitions: broker.int('offsets.topic.num.partitions'),
        replicationFactor: broker.int('offsets.topic.replication.factor'),
        configs: [
          config('cleanup.policy', 'compact'),
          config('segment.bytes', String(broker.int('offsets.topic.segment.bytes'))),
          config('compression.type', 'producer'),
        ],
      };
    case '__transaction_state':
      return {
        partitions: broker.int('transaction.state.log.num.partitions'),
        replicationFactor: broker.int('transaction.state.log.replication.factor'),
        configs: [
          config('unclean.leader.election.enable', 'false'),
          config('compression.type', 'uncompressed'),
          config('cleanup.policy', 'compact'),
          config('min.insync.replicas', String(broker.int('transaction.state.log.min.isr'))),
          config('segment.bytes', String(broker.int('transaction.state.log.segment.bytes'))),
        ],
      };
    case '__share_group_state':
      return {
        partitions: broker.int('share.coordinator.state.topic.num.partitions'),
        replicationFactor: broker.int('share.coordinator.state.topic.replication.factor'),
        configs: [
          config('cleanup.policy', 'delete'),
          config('compression.type', 'producer'),
          config('segment.bytes', String(broker.int('share.coordinator.state.topic.segment.bytes'))),
          config('min.insync.replicas', String(broker.int('share.coordinator.state.topic.min.isr'))),
          config('retention.ms', '-1'),
        ],
      };
    default:
      return undefined;
  }
}
