/** A drop-in for the npm package kafkajs 2.2.4, on this client. */
export type * from './admin-types.ts';
export {
  type Assigner,
  type GroupMember,
  type GroupMemberAssignment,
  type GroupState,
  type PartitionAssigner,
  PartitionAssigners,
} from './assigner.ts';
export {
  AssignerProtocol,
  type Assignment,
  type ISerializer,
  type MemberAssignment,
  type MemberMetadata,
} from './assigner-protocol.ts';
export type { BrokerMetadata, ClusterView as Cluster, CoordinatorMetadata } from './cluster-view.ts';
export { CompressionCodecs } from './compression.ts';
export type {
  BrokersFunction,
  KafkaConfig,
  Mechanism,
  OauthbearerProviderResponse,
  SASLMechanism,
  SASLOptions,
} from './config.ts';
export {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  CompressionTypes,
  ConfigResourceTypes,
  ConfigSource,
  logLevel,
  ResourcePatternTypes,
} from './constants.ts';
export type * from './consumer-types.ts';
export * from './errors.ts';
export type { InstrumentationEvent, RemoveInstrumentationEventListener } from './events.ts';
export type { ConsumerGroupState, DescribedGroup as GroupDescription, MemberDescription } from './group-description.ts';
export { Kafka } from './kafka.ts';
export type { LogEntry, Logger, LoggerEntryContent, logCreator } from './logger.ts';
export type { PartitionMetadata } from './partition-metadata.ts';
export {
  type DefaultPartitioner,
  type ICustomPartitioner,
  type LegacyPartitioner,
  type PartitionerArgs,
  Partitioners,
} from './partitioners.ts';
export type * from './producer-types.ts';
export type { RetryOptions } from './retrier.ts';
