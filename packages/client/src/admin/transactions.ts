/** KIP-664: what transactions there are, and ways to end those that hang. */
import { clampToNumber, ErrorCode } from '@ottla/protocol';
import { coordinatorIsGone } from '../consumer/committed-offsets.ts';
import { partitionName } from '../consumer/topic-partition.ts';
import { checkCode, KafkaError } from '../errors.ts';
import { INIT_PRODUCER_ID } from '../network/apis.ts';
import type { TopicPartition } from '../records.ts';
import { DESCRIBE_TRANSACTIONS, LIST_TRANSACTIONS, WRITE_TXN_MARKERS } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';

export interface TransactionListing {
  readonly transactionalId: string;
  readonly producerId: number;
  /** Kafka's name, e.g. `Ongoing`. */
  readonly state: string;
  readonly coordinator: number;
}

export interface TransactionDescription extends TransactionListing {
  readonly producerEpoch: number;
  readonly timeoutMs: number;
  /** Undefined: none is open. */
  readonly startTimeMs: number | undefined;
  readonly partitions: readonly TopicPartition[];
}

export interface TransactionFilter {
  readonly states?: readonly string[] | undefined;
  readonly producerIds?: readonly number[] | undefined;
  /** Running for longer than this, ms (Kafka 3.8 or newer). */
  readonly olderThanMs?: number | undefined;
  /** A regular expression of RE2 that the id must match in full (Kafka 4.1 or newer). */
  readonly idPattern?: string | undefined;
}

export async function listTransactions(calls: Calls, filter: TransactionFilter): Promise<TransactionListing[]> {
  const brokers = await calls.brokers();
  const lists = await Promise.all(
    brokers.map(async (node) => {
      const answer = await calls.ask(
        LIST_TRANSACTIONS,
        node,
        (version) => ({
          stateFilters: filter.states ?? [],
          producerIdFilters: filter.producerIds ?? [],
          ...(version >= 1 ? { durationFilter: filter.olderThanMs ?? -1 } : {}),
          ...(version >= 2 ? { transactionalIdPattern: filter.idPattern ?? null } : {}),
        }),
        ({ errorCode }) => checkCode(errorCode, null, { broker: node }),
        filter.idPattern !== undefined ? 2 : filter.olderThanMs !== undefined ? 1 : 0,
      );
      return answer.transactionStates.map(({ transactionalId, producerId, transactionState: state }) => ({
        transactionalId,
        producerId: clampToNumber(producerId),
        state,
        coordinator: node,
      }));
    }),
  );
  return lists.flat();
}

export async function describeTransactions(
  calls: Calls,
  transactionalIds: readonly string[],
): Promise<Map<string, TransactionDescription>> {
  const outcomes: Outcomes<TransactionDescription> = new Map();
  for (const id of transactionalIds) {
    const described = atTransactionCoordinator(calls, id, async (node) => {
      const answer = await calls.cluster.request(
        DESCRIBE_TRANSACTIONS,
        node,
        { transactionalIds: [id] },
        { signal: calls.op.signal },
      );
      const [found] = answer.transactionStates;
      if (found === undefined) throw new KafkaError('MALFORMED_RESPONSE', `The answer lacks transactional id ${id}`);
      checkCode(found.errorCode, null, { broker: node });
      const startMs = clampToNumber(found.transactionStartTimeMs);
      return {
        transactionalId: id,
        producerId: clampToNumber(found.producerId),
        producerEpoch: found.producerEpoch,
        state: found.transactionState,
        coordinator: node,
        timeoutMs: found.transactionTimeoutMs,
        startTimeMs: startMs < 0 ? undefined : startMs,
        partitions: found.topics.flatMap(({ topic, partitions }) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      };
    });
    outcomes.set(id, await described.catch((error: unknown) => KafkaError.from(error)));
  }
  return settled(outcomes);
}

/** Takes the transactional ids over, so that whoever uses them is fenced and open transactions are aborted. */
export async function fenceProducers(
  calls: Calls,
  transactionalIds: readonly string[],
): Promise<Map<string, { readonly producerId: number; readonly producerEpoch: number }>> {
  const outcomes: Outcomes<{ producerId: number; producerEpoch: number }> = new Map();
  for (const id of transactionalIds) {
    const fenced = atTransactionCoordinator(calls, id, async (node) => {
      const request = { transactionalId: id, transactionTimeoutMs: 1 };
      const answer = await calls.cluster.request(INIT_PRODUCER_ID, node, request, { signal: calls.op.signal });
      checkCode(answer.errorCode, null, { broker: node });
      return { producerId: clampToNumber(answer.producerId), producerEpoch: answer.producerEpoch };
    });
    outcomes.set(id, await fenced.catch((error: unknown) => KafkaError.from(error)));
  }
  return settled(outcomes);
}

export interface HangingTransaction extends TopicPartition {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** -1: the coordinator never wrote for it. */
  readonly coordinatorEpoch: number;
}

/** Writes the marker that a coordinator forgot, at the partition's leader. */
export async function abortTransaction(calls: Calls, hanging: HangingTransaction): Promise<void> {
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = hanging;
  const marker = {
    producerId,
    producerEpoch,
    transactionResult: false,
    coordinatorEpoch: Math.max(0, coordinatorEpoch),
    topics: [{ name: topic, partitionIndexes: [partition] }],
  };
  const outcomes = await calls.leaders([{ topic, partition }], async (node) => {
    const answer = await calls.cluster.request(
      WRITE_TXN_MARKERS,
      node,
      { markers: [marker] },
      { signal: calls.op.signal },
    );
    const code = answer.markers[0]?.topics[0]?.partitions[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    const done = outcome(code, null, { topic, partition, broker: node }, () => true);
    return new Map([[partitionName(topic, partition), done]]);
  });
  settled(outcomes);
}

function atTransactionCoordinator<T>(calls: Calls, id: string, ask: (node: number) => Promise<T>): Promise<T> {
  const { cluster, op } = calls;
  return op.retry(
    async () => ask(await cluster.coordinator('transaction', id, op.signal)),
    (error) => {
      if (coordinatorIsGone(error)) cluster.forgetCoordinator('transaction', id);
    },
  );
}
