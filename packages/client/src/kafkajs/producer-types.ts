import type { CompressionTypes } from './constants.ts';
import type { InstrumentationEvent, Listen, RequestPayload, RequestQueueSizePayload } from './events.ts';
import type { Logger } from './logger.ts';
import type { ICustomPartitioner } from './partitioners.ts';
import type { RetryOptions } from './retrier.ts';

export interface IHeaders {
  [key: string]: Buffer | string | (Buffer | string)[] | undefined;
}

export interface Message {
  key?: Buffer | string | null;
  value: Buffer | string | null;
  partition?: number;
  headers?: IHeaders;
  /** Milliseconds since 1970. */
  timestamp?: string;
}

export interface ProducerConfig {
  createPartitioner?: ICustomPartitioner;
  retry?: RetryOptions;
  metadataMaxAge?: number;
  allowAutoTopicCreation?: boolean;
  idempotent?: boolean;
  transactionalId?: string;
  transactionTimeout?: number;
  maxInFlightRequests?: number;
}

interface SendOptions {
  /** -1: all in-sync replicas (default), 0: nobody answers, 1: the leader. */
  acks?: number;
  timeout?: number;
  compression?: CompressionTypes;
}

export interface ProducerRecord extends SendOptions {
  topic: string;
  messages: Message[];
}

export interface TopicMessages {
  topic: string;
  messages: Message[];
}

export interface ProducerBatch extends SendOptions {
  topicMessages?: TopicMessages[];
}

/** Of all messages of a call that went to one partition. */
export interface RecordMetadata {
  topicName: string;
  partition: number;
  errorCode: number;
  offset?: string;
  timestamp?: string;
  baseOffset?: string;
  logAppendTime?: string;
  logStartOffset?: string;
}

export interface PartitionOffset {
  partition: number;
  offset: string;
}

export interface TopicOffsets {
  topic: string;
  partitions: PartitionOffset[];
}

export interface Offsets {
  topics: TopicOffsets[];
}

export interface Sender {
  send(record: ProducerRecord): Promise<RecordMetadata[]>;
  sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]>;
}

export const producerEvents = {
  CONNECT: 'producer.connect',
  DISCONNECT: 'producer.disconnect',
  REQUEST: 'producer.network.request',
  REQUEST_TIMEOUT: 'producer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'producer.network.request_queue_size',
} as const;
export type ProducerEvents = typeof producerEvents;

export interface ProducerPayloads {
  'producer.connect': null;
  'producer.disconnect': null;
  'producer.network.request': RequestPayload;
  'producer.network.request_timeout': Omit<RequestPayload, 'duration' | 'size'>;
  'producer.network.request_queue_size': RequestQueueSizePayload;
}

export interface Producer extends Sender {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isIdempotent(): boolean;
  readonly events: ProducerEvents;
  on: Listen<ProducerPayloads>;
  transaction(): Promise<Transaction>;
  logger(): Logger;
}

export interface Transaction extends Sender {
  sendOffsets(offsets: Offsets & { consumerGroupId: string }): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
  isActive(): boolean;
}

export type ConnectEvent = InstrumentationEvent<null>;
export type DisconnectEvent = InstrumentationEvent<null>;
export type RequestEvent = InstrumentationEvent<RequestPayload>;
export type RequestTimeoutEvent = InstrumentationEvent<Omit<RequestPayload, 'duration' | 'size'>>;
export type RequestQueueSizeEvent = InstrumentationEvent<RequestQueueSizePayload>;
