/**
 * One Produce request: staged partition by partition, answered when every append is written (acks=1) and, with acks=all,
 * the high watermark has passed it. The waiting is bound to the leader epoch of the append: a later epoch's high
 * watermark proves nothing (KAFKA-20634).
 */
import { INTERNAL_TOPICS } from '@ottla/common';
import {
  ErrorCode,
  errorMessage,
  type ProduceRequest,
  type ProduceResponseInit,
  type ProduceResponsePartitionProduceResponseInit,
} from '@ottla/protocol';
import type { AppendResult, AppendSink } from '@ottla/storage';
import type { Call } from '../api/handler.ts';
import type { BrokerServices } from '../services.ts';
import { currentLeader, type NodeEndpoint } from './current-leader.ts';
import type { Partition } from './partition.ts';
import type { Waiter } from './purgatory.ts';

/** Kafka's own admin client may write to internal topics. */
const ADMIN_CLIENT_ID = '__admin_client';
const MAGIC_OFFSET = 16;
const ATTRIBUTES_LOW_OFFSET = 22;
const TRANSACTIONAL_BIT = 0x10;

const EARLY_ERRORS: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.MESSAGE_TOO_LARGE,
  ErrorCode.RECORD_LIST_TOO_LARGE,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
]);

/** One partition of the request. */
class Slot {
  readonly topic: string;
  readonly response: ProduceResponsePartitionProduceResponseInit;
  readonly recordBytes: number;
  partition: Partition | undefined;
  leaderEpoch = -1;
  /** The high watermark that acknowledges the append. */
  requiredOffset = -1;

  constructor(topic: string, index: number, recordBytes: number) {
    this.topic = topic;
    this.recordBytes = recordBytes;
    this.response = { index, errorCode: ErrorCode.NONE, baseOffset: -1 };
  }
}

export class ProduceOperation implements AppendSink, Waiter {
  readonly #call: Call<ProduceRequest, ProduceResponseInit>;
  readonly #broker: BrokerServices;
  readonly #slots: Slot[] = [];
  readonly #responses: ProduceResponseInit['responses'][number][] = [];
  readonly #acks: number;
  readonly #timeoutMs: number;
  /** Monotonic, when the request began. */
  readonly #startMs: number;
  #unwritten = 1;
  #recordBytes = 0;

  constructor(call: Call<ProduceRequest, ProduceResponseInit>, broker: BrokerServices) {
    this.#call = call;
    this.#broker = broker;
    this.#acks = call.request.acks;
    this.#timeoutMs = call.request.timeoutMs;
    this.#startMs = call.context.startMs;
  }

  start(): void {
    const { request } = this.#call;
    this.#call.retainFrame();
    const refusal = this.#requestRefusal();
    for (const { name, topicId, partitionData } of request.topicData) {
      const topic = this.#call.context.apiVersion >= 13 ? this.#broker.metadata.topicById(topicId)?.name : name;
      const partitionResponses: ProduceResponsePartitionProduceResponseInit[] = [];
      const topicRefusal = topic === undefined ? ErrorCode.UNKNOWN_TOPIC_ID : (refusal ?? this.#topicRefusal(topic));
      for (const { index, records } of partitionData) {
        const slot = new Slot(topic ?? name, index, records?.length ?? 0);
        partitionResponses.push(slot.response);
        this.#recordBytes += slot.recordBytes;
        if (topicRefusal === undefined) this.#append(slot, records);
        else slot.response.errorCode = topicRefusal;
        this.#slots.push(slot);
      }
      this.#responses.push({ name, topicId, partitionResponses });
    }
    this.#written();
  }

  appended(token: number, result: AppendResult): void {
    const slot = this.#slots[token];
    if (slot !== undefined) this.#record(slot, result);
    this.#written();
  }

  tryComplete(): boolean {
    let isWaiting = false;
    for (const slot of this.#slots) if (!this.#settle(slot)) isWaiting = true;
    if (isWaiting) return false;
    this.#respond();
    return true;
  }

  expire(): void {
    for (const slot of this.#slots) {
      if (this.#settle(slot)) continue;
      this.#fail(slot, ErrorCode.REQUEST_TIMED_OUT);
    }
    this.#respond();
  }

  /** What concerns all partitions, in Kafka's order. */
  #requestRefusal(): ErrorCode | undefined {
    const { context, request } = this.#call;
    const { transactionalId } = request;
    if (!hasTransactionalBatch(request)) return undefined;
    // Kafka's answer also to transactional records without an id.
    if (
      transactionalId === null ||
      !this.#broker.authorizer.authorize(context, 'Write', 'TransactionalId', transactionalId)
    ) {
      return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    }
    return undefined;
  }

  #topicRefusal(topic: string): ErrorCode | undefined {
    const { context } = this.#call;
    if (!this.#broker.authorizer.authorize(context, 'Write', 'Topic', topic)) {
      return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    }
    return undefined;
  }

  #append(slot: Slot, records: Buffer | null): void {
    const refusal = this.#partitionRefusal(slot, records);
    const { partition } = slot;
    if (refusal !== undefined || partition === undefined || records === null) {
      slot.response.errorCode = refusal ?? ErrorCode.INVALID_RECORD;
      return;
    }
    this.#broker.metrics.topics.mark(slot.topic, 'TotalProduceRequestsPerSec', this.#startMs);
    slot.leaderEpoch = partition.leaderEpoch;
    const produceVersion = this.#call.context.apiVersion;
    // The slot's place is its token: it is pushed right after this.
    const token = this.#slots.length;
    const result = partition.appendRecords(
      records,
      { acks: this.#acks, origin: 'client', produceVersion },
      this,
      token,
    );
    if (result === undefined) this.#unwritten++;
    else this.#record(slot, result);
  }

  #partitionRefusal(slot: Slot, records: Buffer | null): ErrorCode | undefined {
    const held = this.#broker.replicas.partition(slot.topic, slot.response.index);
    if (typeof held === 'number' && held === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return held;
    if (this.#acks < -1 || this.#acks > 1) return ErrorCode.INVALID_REQUIRED_ACKS;
    if (records === null) return ErrorCode.INVALID_RECORD;
    if (isTransactionalBatch(records)) return ErrorCode.INVALID_TXN_STATE;
    if (INTERNAL_TOPICS.has(slot.topic) && this.#call.context.clientId !== ADMIN_CLIENT_ID) {
      return ErrorCode.INVALID_TOPIC_EXCEPTION;
    }
    if (typeof held === 'number') return held;
    slot.partition = held;
    return undefined;
  }

  #record(slot: Slot, result: AppendResult): void {
    const { response } = slot;
    response.errorCode = result.error;
    response.logAppendTimeMs = result.logAppendTime;
    // Where Kafka fails before it has looked at the log, it does not tell where that begins.
    response.logStartOffset = EARLY_ERRORS.has(result.error) ? -1 : result.logStartOffset;
    if (result.error !== ErrorCode.NONE) {
      response.errorMessage = result.errorMessage;
      if (result.recordErrors.length > 0) {
        response.recordErrors = result.recordErrors.map(({ batchIndex, message }) => ({
          batchIndex,
          batchIndexErrorMessage: message,
        }));
      }
      this.#broker.metrics.topics.mark(slot.topic, 'FailedProduceRequestsPerSec', this.#startMs);
      return;
    }
    response.baseOffset = result.baseOffset;
    slot.requiredOffset = result.lastOffset + 1;
    const messages = result.lastOffset - result.baseOffset + 1;
    this.#broker.metrics.topics.produced(slot.topic, slot.recordBytes, messages, this.#startMs);
  }

  #written(): void {
    this.#unwritten--;
    if (this.#unwritten > 0) return;
    this.#call.releaseFrame();
    if (this.#acks === 0) this.#finishUnacknowledged();
    else if (this.#acks !== -1) this.#respond();
    else if (!this.tryComplete()) this.#wait();
  }

  #wait(): void {
    const keys: Partition[] = [];
    for (const { partition, response, requiredOffset } of this.#slots) {
      const isWaiting = response.errorCode === ErrorCode.NONE && requiredOffset >= 0;
      if (isWaiting && partition !== undefined && !keys.includes(partition)) keys.push(partition);
    }
    this.#broker.replicas.produceWaiters.watch(this, keys, this.#timeoutMs);
  }

  /** True when the slot's answer is known. */
  #settle(slot: Slot): boolean {
    const { partition, response } = slot;
    if (partition === undefined || response.errorCode !== ErrorCode.NONE || slot.requiredOffset < 0) return true;
    const reached = partition.reached(slot.requiredOffset, slot.leaderEpoch);
    if (reached === undefined) return false;
    if (reached === ErrorCode.NONE) slot.requiredOffset = -1;
    else this.#fail(slot, reached);
    return true;
  }

  /** The append is in the log, but not known to be safe: Kafka leaves the offset in the answer. */
  #fail(slot: Slot, error: ErrorCode): void {
    slot.response.errorCode = error;
    slot.requiredOffset = -1;
  }

  #respond(): void {
    const { context } = this.#call;
    const { quotas, replicas, metadata } = this.#broker;
    const throttleTimeMs = Math.max(
      quotas.record(context, 'produce', this.#recordBytes),
      quotas.record(context, 'request', 0),
    );
    const nodeEndpoints: NodeEndpoint[] = [];
    for (const { response, topic } of this.#slots) {
      if (response.errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER && context.apiVersion >= 10) {
        const { listener } = context;
        response.currentLeader = currentLeader(replicas, metadata, topic, response.index, listener, nodeEndpoints);
      } else if (response.errorCode === ErrorCode.KAFKA_STORAGE_ERROR && context.apiVersion <= 3) {
        response.errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
      }
    }
    this.#call.respond({ responses: this.#responses, throttleTimeMs, nodeEndpoints });
  }

  #finishUnacknowledged(): void {
    const failed = this.#slots.filter(({ response }) => response.errorCode !== ErrorCode.NONE);
    if (failed.length === 0) {
      this.#call.noResponse();
      return;
    }
    const { correlationId, clientId } = this.#call.context;
    const list = failed.map(
      ({ topic, response }) => `${topic}-${response.index} -> ${errorMessage(response.errorCode)}`,
    );
    this.#call.disconnect(
      `Closing connection due to error during produce request with correlation id ${correlationId} from client id ${clientId} with ack=0. Topic and partition to exceptions: ${list.join(',')}`,
    );
  }
}

function hasTransactionalBatch({ topicData }: ProduceRequest): boolean {
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) if (records !== null && isTransactionalBatch(records)) return true;
  }
  return false;
}

function isTransactionalBatch(records: Buffer): boolean {
  if (records.length <= ATTRIBUTES_LOW_OFFSET || records[MAGIC_OFFSET] !== 2) return false;
  return ((records[ATTRIBUTES_LOW_OFFSET] ?? 0) & TRANSACTIONAL_BIT) !== 0;
}
