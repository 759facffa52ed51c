/** Which part of a Produce answer is about which batch. */
import { clampToNumber, ErrorCode, errorMessage, type ProduceResponse } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import type { LeaderHint } from '../network/cluster.ts';
import type { MetadataView } from '../network/metadata.ts';
import type { RecordErrors } from './delivery.ts';

export type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number];

/** The answer for a partition; undefined when the broker forgot it. */
export function answerFor(
  answer: ProduceResponse,
  topic: string,
  partition: number,
  metadata: MetadataView,
): PartitionAnswer | undefined {
  for (const part of answer.responses) {
    // From version 13 on topics go by id.
    if (part.name !== topic && (part.name !== '' || metadata.topicName(part.topicId) !== topic)) continue;
    for (const result of part.partitionResponses) if (result.index === partition) return result;
  }
  return undefined;
}

export function recordErrorsOf(result: PartitionAnswer, topic: string, partition: number): RecordErrors | undefined {
  if (result.recordErrors.length === 0) return undefined;
  const errors = new Map<number, KafkaError>();
  for (const { batchIndex, batchIndexErrorMessage } of result.recordErrors) {
    const message = batchIndexErrorMessage ?? result.errorMessage ?? errorMessage(result.errorCode);
    errors.set(batchIndex, KafkaError.ofCode(result.errorCode, message, { topic, partition, retriable: false }));
  }
  return errors;
}

/** What an error says about the new leader (KIP-951). */
export function hintOf(
  answer: ProduceResponse,
  result: PartitionAnswer,
  topic: string,
  partition: number,
): LeaderHint | undefined {
  const { leaderId, leaderEpoch } = result.currentLeader;
  if (leaderId < 0) return undefined;
  const endpoint = answer.nodeEndpoints.find(({ nodeId }) => nodeId === leaderId);
  return { topic, partition, leaderId, leaderEpoch, endpoint };
}

export function outcomeOf(result: PartitionAnswer, topic: string, partition: number) {
  const isDuplicate = result.errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER;
  return {
    topic,
    partition,
    baseOffset: isDuplicate ? -1 : clampToNumber(result.baseOffset),
    logAppendTimeMs: clampToNumber(result.logAppendTimeMs),
    logStartOffset: clampToNumber(result.logStartOffset),
  };
}
