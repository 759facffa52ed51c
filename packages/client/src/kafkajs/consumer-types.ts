import type { PartitionAssigner } from './assigner.ts';
import type { InstrumentationEvent, Listen, RequestPayload, RequestQueueSizePayload } from './events.ts';
import type { DescribedGroup } from './group-description.ts';
import type { Logger } from './logger.ts';
import type { IHeaders, Offsets, TopicOffsets } from './producer-types.ts';
import type { RetryOptions } from './retrier.ts';

export interface ConsumerConfig {
  groupId: string;
  partitionAssigners?: PartitionAssigner[];
  metadataMaxAge?: number;
  sessionTimeout?: number;
  rebalanceTimeout?: number;
  heartbeatInterval?: number;
  maxBytesPerPartition?: number;
  minBytes?: number;
  maxBytes?: number;
  maxWaitTimeInMs?: number;
  retry?: RetryOptions;
  allowAutoTopicCreation?: boolean;
  maxInFlightRequests?: number;
  readUncommitted?: boolean;
  rackId?: string;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

export interface TopicPartitions {
  topic: string;
  partitions: number[];
}

export type TopicPartitionOffset = TopicPartition & { offset: string };
export type TopicPartitionOffsetAndMetadata = TopicPartitionOffset & { metadata?: string | null };

export interface KafkaMessage {
  key: Buffer | null;
  value: Buffer | null;
  timestamp: string;
  attributes: number;
  offset: string;
  headers: IHeaders;
}

export interface Batch {
  topic: string;
  partition: number;
  highWatermark: string;
  messages: KafkaMessage[];
  isEmpty(): boolean;
  firstOffset(): string | null;
  lastOffset(): string;
  offsetLag(): string;
  offsetLagLow(): string;
}

export interface EachMessagePayload {
  topic: string;
  partition: number;
  message: KafkaMessage;
  heartbeat(): Promise<void>;
  pause(): () => void;
}

export interface OffsetsByTopicPartition {
  topics: TopicOffsets[];
}

export interface EachBatchPayload {
  batch: Batch;
  resolveOffset(offset: string): void;
  heartbeat(): Promise<void>;
  pause(): () => void;
  commitOffsetsIfNecessary(offsets?: Offsets): Promise<void>;
  uncommittedOffsets(): OffsetsByTopicPartition;
  isRunning(): boolean;
  isStale(): boolean;
}

export type ConsumerEachMessagePayload = EachMessagePayload;
export type ConsumerEachBatchPayload = EachBatchPayload;
export type EachBatchHandler = (payload: EachBatchPayload) => Promise<void>;
export type EachMessageHandler = (payload: EachMessagePayload) => Promise<void>;

export interface ConsumerRunConfig {
  autoCommit?: boolean;
  autoCommitInterval?: number | null;
  autoCommitThreshold?: number | null;
  eachBatchAutoResolve?: boolean;
  partitionsConsumedConcurrently?: number;
  eachBatch?: EachBatchHandler;
  eachMessage?: EachMessageHandler;
}

/** @deprecated `ConsumerSubscribeTopics`. */
export interface ConsumerSubscribeTopic {
  topic: string | RegExp;
  fromBeginning?: boolean;
}
export interface ConsumerSubscribeTopics {
  topics: (string | RegExp)[];
  fromBeginning?: boolean;
}

export const consumerEvents = {
  HEARTBEAT: 'consumer.heartbeat',
  COMMIT_OFFSETS: 'consumer.commit_offsets',
  GROUP_JOIN: 'consumer.group_join',
  FETCH: 'consumer.fetch',
  FETCH_START: 'consumer.fetch_start',
  START_BATCH_PROCESS: 'consumer.start_batch_process',
  END_BATCH_PROCESS: 'consumer.end_batch_process',
  CONNECT: 'consumer.connect',
  DISCONNECT: 'consumer.disconnect',
  STOP: 'consumer.stop',
  CRASH: 'consumer.crash',
  REBALANCING: 'consumer.rebalancing',
  RECEIVED_UNSUBSCRIBED_TOPICS: 'consumer.received_unsubscribed_topics',
  REQUEST: 'consumer.network.request',
  REQUEST_TIMEOUT: 'consumer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'consumer.network.request_queue_size',
} as const;
export type ConsumerEvents = typeof consumerEvents;

export interface IMemberAssignment {
  [topic: string]: number[];
}

interface MemberPayload {
  groupId: string;
  memberId: string;
  groupGenerationId: number;
}

export interface BatchProcessPayload {
  topic: string;
  partition: number;
  highWatermark: string;
  offsetLag: string;
  offsetLagLow: string;
  batchSize: number;
  firstOffset: string | null;
  lastOffset: string;
}

export interface ConsumerPayloads {
  'consumer.heartbeat': MemberPayload;
  'consumer.commit_offsets': MemberPayload & { topics: TopicOffsets[] };
  'consumer.group_join': {
    duration: number;
    groupId: string;
    isLeader: boolean;
    leaderId: string;
    groupProtocol: string;
    memberId: string;
    memberAssignment: IMemberAssignment;
  };
  'consumer.fetch_start': { nodeId: number };
  'consumer.fetch': { numberOfBatches: number; duration: number; nodeId: number };
  'consumer.start_batch_process': BatchProcessPayload;
  'consumer.end_batch_process': BatchProcessPayload & { duration: number };
  'consumer.connect': null;
  'consumer.disconnect': null;
  'consumer.stop': null;
  'consumer.crash': { error: Error; groupId: string; restart: boolean };
  'consumer.rebalancing': { groupId: string; memberId: string };
  'consumer.received_unsubscribed_topics': {
    groupId: string;
    generationId: number;
    memberId: string;
    assignedTopics: string[];
    topicsSubscribed: string[];
    topicsNotSubscribed: string[];
  };
  'consumer.network.request': RequestPayload;
  'consumer.network.request_timeout': Omit<RequestPayload, 'duration' | 'size'>;
  'consumer.network.request_queue_size': RequestQueueSizePayload;
}

type EventOf<Name extends keyof ConsumerPayloads> = InstrumentationEvent<ConsumerPayloads[Name]>;
export type ConsumerHeartbeatEvent = EventOf<'consumer.heartbeat'>;
export type ConsumerCommitOffsetsEvent = EventOf<'consumer.commit_offsets'>;
export type ConsumerGroupJoinEvent = EventOf<'consumer.group_join'>;
export type ConsumerFetchStartEvent = EventOf<'consumer.fetch_start'>;
export type ConsumerFetchEvent = EventOf<'consumer.fetch'>;
export type ConsumerStartBatchProcessEvent = EventOf<'consumer.start_batch_process'>;
export type ConsumerEndBatchProcessEvent = EventOf<'consumer.end_batch_process'>;
export type ConsumerCrashEvent = EventOf<'consumer.crash'>;
export type ConsumerRebalancingEvent = EventOf<'consumer.rebalancing'>;
export type ConsumerReceivedUnsubcribedTopicsEvent = EventOf<'consumer.received_unsubscribed_topics'>;

export interface Consumer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(subscription: ConsumerSubscribeTopics | ConsumerSubscribeTopic): Promise<void>;
  stop(): Promise<void>;
  run(config?: ConsumerRunConfig): Promise<void>;
  commitOffsets(topicPartitions: TopicPartitionOffsetAndMetadata[]): Promise<void>;
  seek(topicPartitionOffset: TopicPartitionOffset): void;
  describeGroup(): Promise<DescribedGroup>;
  pause(topics: { topic: string; partitions?: number[] }[]): void;
  paused(): TopicPartitions[];
  resume(topics: { topic: string; partitions?: number[] }[]): void;
  on: Listen<ConsumerPayloads>;
  logger(): Logger;
  readonly events: ConsumerEvents;
}
