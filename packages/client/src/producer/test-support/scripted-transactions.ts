/** The coordinator of transactions and the leader of `orders`, played by a test: this repository's broker has none of them yet. */
import { ErrorCode } from '@ottla/protocol';
import { decodeRecords } from '@ottla/protocol/records';
import { API } from '../../api.ts';
import type { KafkaOptions, Producer, ProducerOptions } from '../../index.ts';
import { client } from '../../test-support/client.ts';
import { scripted, scriptedBroker } from '../../test-support/scripted-broker.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAABw';
const PRODUCER_ID = 7;

export interface ScriptedTransactions {
  /** What was asked, in its order. */
  readonly log: string[];
  /** Codes to answer with, by API, one for each request to come; `undefined`: never answer. */
  readonly errors: Map<string, (number | undefined)[]>;
  producer(options?: ProducerOptions): Producer;
}

/** `isImplicit`: KIP-890's second part. Offsets of answers count up; epochs as the coordinator raises them. */
export async function scriptedTransactions(
  isImplicit: boolean,
  options: Partial<KafkaOptions> = {},
): Promise<ScriptedTransactions> {
  const log: string[] = [];
  const errors = new Map<string, (number | undefined)[]>();
  let epoch = -1;
  let offset = 0;
  /** The code of this answer; undefined: none is to come. */
  const asked = (api: string, line: string): number | undefined => {
    log.push(line);
    const codes = errors.get(api) ?? [];
    return codes.length === 0 ? ErrorCode.NONE : codes.shift();
  };
  const scripts = [
    scripted(API.Metadata, () => ({
      brokers: [{ nodeId: 1, host: '127.0.0.1', port: server.port }],
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: 'orders',
          topicId: ID,
          partitions: [0, 1].map((partitionIndex) => ({
            errorCode: 0,
            partitionIndex,
            leaderId: 1,
            leaderEpoch: 0,
            replicaNodes: [1],
            isrNodes: [1],
          })),
        },
      ],
    })),
    scripted(API.FindCoordinator, ({ coordinatorKeys }) => {
      const errorCode = errors.get('FindCoordinator')?.shift() ?? ErrorCode.NONE;
      return {
        coordinators: coordinatorKeys.map((key) => {
          const where = { nodeId: 1, host: '127.0.0.1', port: server.port };
          return { key, ...where, errorCode, errorMessage: null };
        }),
      };
    }),
    scripted(API.InitProducerId, ({ transactionalId, producerId, producerEpoch }) => {
      const line = `init ${transactionalId} ${Number(producerId)} ${producerEpoch}`;
      const errorCode = asked('InitProducerId', line);
      if (errorCode === undefined) return undefined;
      if (errorCode === ErrorCode.NONE) epoch++;
      return { throttleTimeMs: 0, errorCode, producerId: PRODUCER_ID, producerEpoch: epoch };
    }),
    scripted(
      API.AddPartitionsToTxn,
      ({ v3AndBelowTopics, v3AndBelowProducerEpoch }) => {
        const places = v3AndBelowTopics.flatMap(({ name, partitions }) => partitions.map((each) => `${name}-${each}`));
        const code = asked('AddPartitionsToTxn', `add ${places.join()} epoch ${v3AndBelowProducerEpoch}`);
        if (code === undefined) return undefined;
        return {
          throttleTimeMs: 0,
          resultsByTopicV3AndBelow: v3AndBelowTopics.map(({ name, partitions }) => ({
            name,
            resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: code })),
          })),
        };
      },
      { max: 3 },
    ),
    scripted(API.AddOffsetsToTxn, ({ groupId }) => {
      const errorCode = asked('AddOffsetsToTxn', `add group ${groupId}`);
      return errorCode === undefined ? undefined : { throttleTimeMs: 0, errorCode };
    }),
    scripted(API.TxnOffsetCommit, ({ groupId, memberId, generationIdOrMemberEpoch, topics }) => {
      const places = topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, committedOffset }) => `${name}-${partitionIndex}@${Number(committedOffset)}`),
      );
      const member = `${memberId}/${generationIdOrMemberEpoch}`;
      const errorCode = asked('TxnOffsetCommit', `commit ${places.join()} of ${groupId} by ${member}`);
      if (errorCode === undefined) return undefined;
      return {
        throttleTimeMs: 0,
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
        })),
      };
    }),
    scripted(API.EndTxn, ({ committed, producerEpoch }, version) => {
      const code = asked('EndTxn', `end ${committed ? 'commit' : 'abort'} epoch ${producerEpoch}`);
      if (code === undefined) return undefined;
      if (code === ErrorCode.NONE && version >= 5) epoch++;
      return {
        throttleTimeMs: 0,
        errorCode: code,
        ...(version >= 5 ? { producerId: PRODUCER_ID, producerEpoch: epoch } : {}),
      };
    }),
    scripted(API.Produce, ({ topicData, transactionalId }) => ({
      responses: topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index, records }) => {
          const bytes = records ?? Buffer.alloc(0);
          const values = decodeRecords(bytes, 0).map(({ value }) => String(value));
          // Attributes, producer epoch and base sequence of the batch.
          const isTransactional = (bytes.readInt16BE(21) & 0x10) !== 0;
          const numbers = `epoch ${bytes.readInt16BE(51)} sequence ${bytes.readInt32BE(53)}`;
          const who = isTransactional ? transactionalId : 'nobody';
          const errorCode = asked('Produce', `${values.join('+')} to ${index} by ${who} ${numbers}`) ?? 0;
          const baseOffset = errorCode === ErrorCode.NONE ? offset : -1;
          offset += values.length;
          return { index, errorCode, baseOffset, logAppendTimeMs: -1 };
        }),
      })),
    })),
  ];
  const server: { readonly bootstrap: string; readonly port: number } = await scriptedBroker(scripts, {
    features: isImplicit ? { 'transaction.version': 2 } : {},
  });
  const kafka = client(server, { retryBackoffMs: 2, retryBackoffMaxMs: 10, ...options });
  return { log, errors, producer: (own = {}) => kafka.producer({ transactionalId: 'tx', ...own }) };
}
