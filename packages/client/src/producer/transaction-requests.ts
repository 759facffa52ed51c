/** The requests of a transactional producer, each tried until it works, fails for good or the operation ends. */
import { clampToNumber, type TxnOffsetCommitRequestInit } from '@ottla/protocol';
import type { RpcApi } from '@ottla/rpc';
import { coordinatorIsGone, type GroupMetadata } from '../consumer/committed-offsets.ts';
import { groupByTopic } from '../consumer/topic-partition.ts';
import type { KafkaError } from '../errors.ts';
import {
  ADD_OFFSETS_TO_TXN,
  ADD_PARTITIONS_TO_TXN,
  END_TXN,
  INIT_PRODUCER_ID,
  TXN_OFFSET_COMMIT,
} from '../network/apis.ts';
import type { Cluster, CoordinatorKind, Message } from '../network/cluster.ts';
import type { Operation } from '../network/operation.ts';
import type { OffsetAndMetadata, TopicPartition } from '../records.ts';
import type { ProducerIdentity } from './producer-id.ts';
import { checkTransaction } from './transaction-errors.ts';

export type OffsetToCommit = TopicPartition & OffsetAndMetadata;

/** The transaction before ends in the background: it is worth to ask again soon. */
const CONCURRENT_BACKOFF_MS = 20;

export class TransactionRequests {
  readonly #cluster: Cluster;
  readonly #id: string;

  constructor(cluster: Cluster, transactionalId: string) {
    this.#cluster = cluster;
    this.#id = transactionalId;
  }

  /** A new epoch; `current` keeps the id and aborts what is open (KIP-360). Older brokers give a new one all the same. */
  async init(op: Operation, timeoutMs: number, current: ProducerIdentity | undefined): Promise<ProducerIdentity> {
    const base = { transactionalId: this.#id, transactionTimeoutMs: timeoutMs };
    const answer = await this.#ask(
      op,
      'transaction',
      this.#id,
      INIT_PRODUCER_ID,
      (version) =>
        version >= 3 && current !== undefined
          ? { ...base, producerId: current.producerId, producerEpoch: current.epoch }
          : base,
      ({ errorCode }) => checkTransaction(errorCode),
    );
    return { producerId: clampToNumber(answer.producerId), epoch: answer.producerEpoch };
  }

  /** `beforeTry` throws when the transaction is over: asked later, it would be meant for the next one. */
  async addPartitions(
    op: Operation,
    { producerId, epoch }: ProducerIdentity,
    partitions: readonly TopicPartition[],
    beforeTry: () => void,
  ): Promise<void> {
    await this.#ask(
      op,
      'transaction',
      this.#id,
      ADD_PARTITIONS_TO_TXN,
      {
        v3AndBelowTransactionalId: this.#id,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: epoch,
        v3AndBelowTopics: groupByTopic(partitions).map(({ topic, partitions: list }) => ({
          name: topic,
          partitions: list,
        })),
      },
      (answer) => {
        for (const { name, resultsByPartition } of answer.resultsByTopicV3AndBelow)
          for (const { partitionIndex, partitionErrorCode } of resultsByPartition)
            checkTransaction(partitionErrorCode, { topic: name, partition: partitionIndex });
      },
      { maxVersion: 3, beforeTry },
    );
  }

  /** `isImplicit`: the commit itself makes the group a part of the transaction (KIP-890, second part). `beforeTry`: as above. */
  async commitOffsets(
    op: Operation,
    identity: ProducerIdentity,
    offsets: readonly OffsetToCommit[],
    group: GroupMetadata,
    isImplicit: boolean,
    beforeTry: () => void,
  ): Promise<void> {
    const { producerId, epoch } = identity;
    const ids = { transactionalId: this.#id, producerId, producerEpoch: epoch, groupId: group.groupId };
    if (!isImplicit)
      await this.#ask(
        op,
        'transaction',
        this.#id,
        ADD_OFFSETS_TO_TXN,
        ids,
        ({ errorCode }) => checkTransaction(errorCode),
        { beforeTry },
      );
    await this.#ask(
      op,
      'group',
      group.groupId,
      TXN_OFFSET_COMMIT,
      (version) => commitRequest(version, ids, offsets, group),
      (answer) => {
        for (const { name, partitions } of answer.topics)
          for (const { partitionIndex, errorCode } of partitions)
            checkTransaction(errorCode, { topic: name, partition: partitionIndex });
      },
      { maxVersion: isImplicit ? 5 : 4, beforeTry },
    );
  }

  /** The identity to go on with: from version 5 on the coordinator raises the epoch with each transaction. */
  async end(
    op: Operation,
    identity: ProducerIdentity,
    committed: boolean,
    isImplicit: boolean,
  ): Promise<ProducerIdentity> {
    const answer = await this.#ask(
      op,
      'transaction',
      this.#id,
      END_TXN,
      { transactionalId: this.#id, producerId: identity.producerId, producerEpoch: identity.epoch, committed },
      ({ errorCode }) => checkTransaction(errorCode),
      { maxVersion: isImplicit ? undefined : 4 },
    );
    const producerId = clampToNumber(answer.producerId);
    return producerId < 0 ? identity : { producerId, epoch: answer.producerEpoch };
  }

  #ask<Req extends object, Res>(
    op: Operation,
    kind: CoordinatorKind,
    key: string,
    api: RpcApi<Req, Res>,
    message: Message<Req>,
    check: (answer: Res) => void,
    { maxVersion, beforeTry }: { readonly maxVersion?: number | undefined; readonly beforeTry?: () => void } = {},
  ): Promise<Res> {
    const forget = (error: KafkaError): void => {
      if (coordinatorIsGone(error)) this.#cluster.forgetCoordinator(kind, key);
    };
    return op.retry(
      async () => {
        const node = await this.#cluster.coordinator(kind, key, op.signal);
        beforeTry?.();
        const answer = await this.#cluster.request(api, node, message, {
          signal: op.signal,
          purpose: 'coordination',
          maxVersion,
        });
        check(answer);
        return answer;
      },
      forget,
      CONCURRENT_BACKOFF_MS,
    );
  }
}

function commitRequest(
  version: number,
  ids: { transactionalId: string; producerId: number; producerEpoch: number; groupId: string },
  offsets: readonly OffsetToCommit[],
  group: GroupMetadata,
): TxnOffsetCommitRequestInit {
  const byTopic = new Map<string, OffsetToCommit[]>();
  for (const offset of offsets) {
    const known = byTopic.get(offset.topic);
    if (known === undefined) byTopic.set(offset.topic, [offset]);
    else known.push(offset);
  }
  const topics = Array.from(byTopic, ([name, list]) => ({
    name,
    partitions: list.map(({ partition, offset, leaderEpoch = -1, metadata = '' }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedMetadata: metadata,
      ...(version >= 2 ? { committedLeaderEpoch: leaderEpoch } : {}),
    })),
  }));
  if (version < 3) return { ...ids, topics };
  const { generationId, memberId, groupInstanceId } = group;
  return {
    ...ids,
    topics,
    generationIdOrMemberEpoch: generationId,
    memberId,
    groupInstanceId: groupInstanceId ?? null,
  };
}
