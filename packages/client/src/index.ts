export type { TlsOptions } from '@ottla/platform';
export {
  type BearerToken,
  type ObservedRequest,
  oauthBearer,
  plain,
  type RequestObserver,
  type SaslExchange,
  type SaslMechanism,
  type ScramOptions,
  scram256,
  scram512,
  type TokenProvider,
} from '@ottla/rpc';
export * from './admin/index.ts';
export { API } from './api.ts';
export * from './consumer/index.ts';
export { type ClientErrorCode, KafkaError, type KafkaErrorCode, type KafkaErrorDetails } from './errors.ts';
export { fromProperties, type OptionsFromProperties, type Properties } from './from-properties.ts';
export { createKafka, Kafka, type RawRequestOptions } from './kafka.ts';
export type { Cluster, CoordinatorKind, LeaderHint, NodeTarget, Purpose, RequestOptions } from './network/cluster.ts';
export type { BrokerInfo, MetadataView, PartitionInfo, TopicInfo } from './network/metadata.ts';
export type { CallOptions, KafkaOptions } from './options.ts';
export type { PlainHeaders, PlainMessage, PlainRecord, TopicMessages } from './producer/input.ts';
export type {
  AcknowledgedBatch,
  AppendListener,
  InterceptedRecord,
  Partitioner,
  PartitionerInput,
  ProducerInterceptor,
  ProducerObserver,
  ProducerOptions,
} from './producer/options.ts';
export { Producer } from './producer/producer.ts';
export { type OffsetSource, Transaction } from './producer/transaction.ts';
export type { OffsetToCommit } from './producer/transaction-requests.ts';
export {
  type ConsumerRecord,
  type Header,
  Headers,
  type HeadersInput,
  type OffsetAndMetadata,
  type ProducerRecord,
  type RecordMetadata,
  type TimestampType,
  type TopicPartition,
  type TopicPartitionOffset,
} from './records.ts';
export * from './serdes/index.ts';
export * from './share-consumer/index.ts';
export * from './telemetry/index.ts';
