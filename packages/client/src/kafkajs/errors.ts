/** kafkajs's classes of errors. `name` is what code written for it looks at, beside `instanceof`. */

import type { PartitionMetadata } from './partition-metadata.ts';

/** An error code as kafkajs has it. */
export interface ProtocolErrorInfo {
  readonly type: string;
  readonly code: number;
  readonly retriable: boolean;
  readonly message: string;
}

export interface KafkaJSErrorMetadata {
  readonly retriable?: boolean;
  readonly cause?: Error | undefined;
}

type Told = Error | string | ProtocolErrorInfo;

function messageOf(told: Told): string {
  return typeof told === 'string' ? told : told.message;
}

export class KafkaJSError extends Error {
  override name = 'KafkaJSError';
  readonly retriable: boolean;
  readonly helpUrl?: string;
  override readonly cause?: Error;

  constructor(told: Told, { retriable = true, cause }: KafkaJSErrorMetadata = {}) {
    super(messageOf(told));
    this.retriable = retriable;
    if (typeof told === 'object' && 'helpUrl' in told && typeof told.helpUrl === 'string') this.helpUrl = told.helpUrl;
    if (cause !== undefined) this.cause = cause;
  }
}

export class KafkaJSNonRetriableError extends KafkaJSError {
  override name = 'KafkaJSNonRetriableError';
  constructor(told: Told, { cause }: KafkaJSErrorMetadata = {}) {
    super(told, { retriable: false, cause });
  }
}

export class KafkaJSProtocolError extends KafkaJSError {
  override name = 'KafkaJSProtocolError';
  readonly type: string;
  readonly code: number;
  constructor(told: Told, { retriable = isTransient(told) }: KafkaJSErrorMetadata = {}) {
    super(told, { retriable });
    this.type = typeof told === 'object' && 'type' in told ? String(told.type) : 'UNKNOWN';
    this.code = typeof told === 'object' && 'code' in told ? Number(told.code) : -1;
  }
}

function isTransient(told: Told): boolean {
  return typeof told === 'object' && 'retriable' in told && told.retriable === true;
}

export interface KafkaJSOffsetOutOfRangeMetadata {
  readonly topic: string;
  readonly partition: number;
}

export class KafkaJSOffsetOutOfRange extends KafkaJSProtocolError {
  override name = 'KafkaJSOffsetOutOfRange';
  readonly topic: string;
  readonly partition: number;
  constructor(told: Told, { topic, partition }: KafkaJSOffsetOutOfRangeMetadata) {
    super(told);
    this.topic = topic;
    this.partition = partition;
  }
}

export class KafkaJSCreateTopicError extends KafkaJSProtocolError {
  override name = 'KafkaJSCreateTopicError';
  readonly topic: string;
  constructor(told: Told, topic: string) {
    super(told);
    this.topic = topic;
  }
}

export class KafkaJSAlterPartitionReassignmentsError extends KafkaJSProtocolError {
  override name = 'KafkaJSAlterPartitionReassignmentsError';
  readonly topic?: string;
  readonly partition?: number;
  constructor(told: Told, topic?: string, partition?: number) {
    super(told);
    if (topic !== undefined) this.topic = topic;
    if (partition !== undefined) this.partition = partition;
  }
}

export interface KafkaJSNumberOfRetriesExceededMetadata {
  readonly retryCount: number;
  readonly retryTime: number;
}

export class KafkaJSNumberOfRetriesExceeded extends KafkaJSNonRetriableError {
  override name = 'KafkaJSNumberOfRetriesExceeded';
  readonly retryCount: number;
  readonly retryTime: number;
  constructor(cause: Error, { retryCount, retryTime }: KafkaJSNumberOfRetriesExceededMetadata) {
    super(cause, { cause });
    this.retryCount = retryCount;
    this.retryTime = retryTime;
    this.stack = `${this.name}\n  Caused by: ${cause.stack ?? cause.message}`;
  }
}

export interface KafkaJSConnectionErrorMetadata {
  readonly broker?: string;
  readonly code?: string;
}

export class KafkaJSConnectionError extends KafkaJSError {
  override name = 'KafkaJSConnectionError';
  readonly broker?: string;
  readonly code?: string;
  constructor(told: Told, { broker, code }: KafkaJSConnectionErrorMetadata = {}) {
    super(told);
    if (broker !== undefined) this.broker = broker;
    if (code !== undefined) this.code = code;
  }
}

export class KafkaJSConnectionClosedError extends KafkaJSConnectionError {
  override name = 'KafkaJSConnectionClosedError';
}

export interface KafkaJSRequestTimeoutErrorMetadata {
  readonly broker: string;
  readonly clientId: string;
  readonly correlationId: number;
  readonly createdAt: number;
  readonly sentAt: number;
  readonly pendingDuration: number;
}

export class KafkaJSRequestTimeoutError extends KafkaJSError {
  override name = 'KafkaJSRequestTimeoutError';
  readonly broker?: string;
  readonly clientId?: string;
  readonly correlationId?: number;
  readonly createdAt?: number;
  readonly sentAt?: number;
  readonly pendingDuration?: number;
  constructor(told: Told, request: Partial<KafkaJSRequestTimeoutErrorMetadata> = {}) {
    super(told);
    Object.assign(this, request);
  }
}

export class KafkaJSMetadataNotLoaded extends KafkaJSError {
  override name = 'KafkaJSMetadataNotLoaded';
}

export interface KafkaJSTopicMetadataNotLoadedMetadata {
  readonly topic: string;
}

export class KafkaJSTopicMetadataNotLoaded extends KafkaJSMetadataNotLoaded {
  override name = 'KafkaJSTopicMetadataNotLoaded';
  readonly topic: string | undefined;
  constructor(told: Told, { topic }: Partial<KafkaJSTopicMetadataNotLoadedMetadata> = {}) {
    super(told);
    this.topic = topic;
  }
}

export interface KafkaJSStaleTopicMetadataAssignmentMetadata {
  readonly topic: string;
  readonly unknownPartitions: readonly PartitionMetadata[];
}

export class KafkaJSStaleTopicMetadataAssignment extends KafkaJSError {
  override name = 'KafkaJSStaleTopicMetadataAssignment';
  readonly topic: string | undefined;
  readonly unknownPartitions: readonly PartitionMetadata[];
  constructor(
    told: Told,
    { topic, unknownPartitions = [] }: Partial<KafkaJSStaleTopicMetadataAssignmentMetadata> = {},
  ) {
    super(told);
    this.topic = topic;
    this.unknownPartitions = unknownPartitions;
  }
}

export interface DeleteGroupsResult {
  groupId: string;
  errorCode?: number;
  error?: KafkaJSProtocolError;
}

export interface KafkaJSDeleteGroupsErrorGroups {
  groupId: string;
  errorCode: number;
  error: KafkaJSError;
}

type FailedGroup = DeleteGroupsResult | KafkaJSDeleteGroupsErrorGroups;

export class KafkaJSDeleteGroupsError extends KafkaJSError {
  override name = 'KafkaJSDeleteGroupsError';
  readonly groups: readonly FailedGroup[];
  constructor(told: Told, groups: readonly FailedGroup[] = []) {
    super(told);
    this.groups = groups;
  }
}

export interface KafkaJSDeleteTopicRecordsErrorPartition {
  readonly partition: number;
  readonly offset: string;
  readonly error: KafkaJSError;
}

export interface KafkaJSDeleteTopicRecordsErrorTopic {
  readonly topic?: string;
  readonly partitions: readonly KafkaJSDeleteTopicRecordsErrorPartition[];
}

export class KafkaJSDeleteTopicRecordsError extends KafkaJSError {
  override name = 'KafkaJSDeleteTopicRecordsError';
  readonly partitions: readonly KafkaJSDeleteTopicRecordsErrorPartition[];
  constructor({ partitions }: KafkaJSDeleteTopicRecordsErrorTopic) {
    super('Error while deleting records', { retriable: partitions.every(({ error }) => error.retriable) });
    this.partitions = partitions;
  }
}

export interface KafkaJSServerDoesNotSupportApiKeyMetadata {
  readonly apiKey: number;
  readonly apiName: string;
}

export class KafkaJSServerDoesNotSupportApiKey extends KafkaJSNonRetriableError {
  override name = 'KafkaJSServerDoesNotSupportApiKey';
  readonly apiKey: number | undefined;
  readonly apiName: string | undefined;
  constructor(told: Told, { apiKey, apiName }: Partial<KafkaJSServerDoesNotSupportApiKeyMetadata> = {}) {
    super(told);
    this.apiKey = apiKey;
    this.apiName = apiName;
  }
}

export class KafkaJSBrokerNotFound extends KafkaJSError {
  override name = 'KafkaJSBrokerNotFound';
}

export class KafkaJSPartialMessageError extends KafkaJSNonRetriableError {
  override name = 'KafkaJSPartialMessageError';
}

export class KafkaJSSASLAuthenticationError extends KafkaJSNonRetriableError {
  override name = 'KafkaJSSASLAuthenticationError';
}

export class KafkaJSGroupCoordinatorNotFound extends KafkaJSNonRetriableError {
  override name = 'KafkaJSGroupCoordinatorNotFound';
}

export class KafkaJSNotImplemented extends KafkaJSNonRetriableError {
  override name = 'KafkaJSNotImplemented';
}

export class KafkaJSTimeout extends KafkaJSNonRetriableError {
  override name = 'KafkaJSTimeout';
}

export class KafkaJSLockTimeout extends KafkaJSTimeout {
  override name = 'KafkaJSLockTimeout';
}

export class KafkaJSUnsupportedMagicByteInMessageSet extends KafkaJSNonRetriableError {
  override name = 'KafkaJSUnsupportedMagicByteInMessageSet';
}

export class KafkaJSAggregateError extends Error {
  override name = 'KafkaJSAggregateError';
  readonly errors: readonly (Error | string)[];
  constructor(told: Error | string, errors: readonly (Error | string)[]) {
    super(messageOf(told));
    this.errors = errors;
  }
}
