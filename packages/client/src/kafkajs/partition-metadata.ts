import { ErrorCode } from '@ottla/protocol';
import type { PartitionInfo } from '../network/metadata.ts';

/** A topic's partitions as kafkajs shows them. */
export interface PartitionMetadata {
  partitionErrorCode: number;
  partitionId: number;
  leader: number;
  replicas: number[];
  isr: number[];
  offlineReplicas?: number[];
}

export function partitionMetadata({ partition, leader, replicas, isr, offline }: PartitionInfo): PartitionMetadata {
  return {
    partitionErrorCode: leader < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
    partitionId: partition,
    leader,
    replicas: [...replicas],
    isr: [...isr],
    offlineReplicas: [...offline],
  };
}
