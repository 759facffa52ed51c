import { ErrorCode, errorName } from '@ottla/protocol';
import type { CompressionType } from '@ottla/protocol/compression';
import { apis } from '../apis.ts';
import { modelOf, type SimulationContext } from '../context.ts';
import type { OutgoingBatch } from './batch.ts';
import type { Client } from './client.ts';

export type ProduceOutcome =
  | { readonly kind: 'answer'; readonly error: number; readonly baseOffset: number; readonly life: number }
  | { readonly kind: 'unsent' | 'unknown' };

/** Sends one batch and says what the broker made of it. */
export async function produce(
  client: Client,
  batch: OutgoingBatch,
  acks: number,
  codec: CompressionType,
  producer: { readonly id: number; readonly epoch: number } | undefined,
): Promise<ProduceOutcome> {
  batch.firstLife = Math.min(batch.firstLife, client.connectionLife);
  const records = batch.encode(codec, producer);
  const model = client.context.models.get(`${batch.topic}-${batch.partition}`);
  const outcome = await client.call(
    apis.produce,
    {
      acks,
      timeoutMs: 1500,
      topicData: [{ name: batch.topic, partitionData: [{ index: batch.partition, records }] }],
    },
    // Later versions name topics by id.
    { version: 11 },
  );
  const { context, name } = client;
  const what = (): string =>
    `${name}: ${batch.topic}-${batch.partition} ${batch.records[0]?.send.id}+${batch.records.length} ${producer === undefined ? '' : `producer ${producer.id}/${producer.epoch} sequence ${batch.sequence} `}`;
  if (outcome.kind !== 'answer') {
    context.note(`${what()} ${outcome.kind}`);
    return outcome;
  }
  const response = outcome.answer.responses[0]?.partitionResponses[0];
  if (response === undefined) {
    return client.context.verdict.fail(
      'correctness',
      'protocol',
      `Produce to ${model?.name} was answered with nothing`,
    );
  }
  context.note(`${what()} ${errorName(response.errorCode)} at ${response.baseOffset}`);
  return {
    kind: 'answer',
    error: response.errorCode,
    baseOffset: Number(response.baseOffset),
    life: outcome.life,
  };
}

/** The batch is acknowledged: its records are at these offsets from now on. `baseOffset` -1: somewhere. */
export function acknowledged(context: SimulationContext, batch: OutgoingBatch, baseOffset: number, life: number): void {
  const model = modelOf(context, batch.topic, batch.partition);
  const { verdict } = context;
  verdict.require(
    batch.ackedOffset === undefined || batch.ackedOffset === baseOffset || model.lossCount > 0,
    'R12 duplicate-answer',
    () => `${model.name}: the batch at ${batch.ackedOffset} was acknowledged again, at ${baseOffset}`,
  );
  batch.ackedOffset = baseOffset;
  for (const [index, { send }] of batch.records.entries()) {
    if (baseOffset < 0) {
      send.state = 'acked';
      continue;
    }
    const offset = baseOffset + index;
    send.offset = offset;
    if (model.isHistory(offset, life)) {
      // The power went while this answer was on its way.
      verdict.require(
        !context.options.flushesEach,
        'R10 lost-write',
        () => `${model.name}: ${send.id} was flushed at ${offset}, acknowledged and lost`,
      );
      send.state = 'lost';
      continue;
    }
    send.state = 'acked';
    model.learn(offset, send.id, life);
  }
}

/** Errors after which the batch is known not to be in the log, and trying again makes sense. */
export function isTryAgain(error: number, baseOffset: number): boolean {
  // With acks=all leadership may go after the append: then the answer has an offset.
  if (error === ErrorCode.NOT_LEADER_OR_FOLLOWER) return baseOffset < 0;
  return (
    error === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION ||
    error === ErrorCode.LEADER_NOT_AVAILABLE ||
    error === ErrorCode.NOT_ENOUGH_REPLICAS
  );
}

/** Errors that leave open whether the batch is in the log. */
export function isUnknownOutcome(error: number): boolean {
  return (
    error === ErrorCode.NOT_LEADER_OR_FOLLOWER ||
    error === ErrorCode.KAFKA_STORAGE_ERROR ||
    error === ErrorCode.REQUEST_TIMED_OUT ||
    error === ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND
  );
}
