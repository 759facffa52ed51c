/*
 * Retries that hold nobody up: a record that failed goes to a topic of its own, with the time when it is due. Each topic
 * has one delay, so its records are due in order and waiting for the first one is waiting for all.
 *
 *   const later = retryTopics(producer, [{ topic: 'orders.retry.1m', delayMs: 60_000 }, { topic: 'orders.retry.1h', delayMs: 3_600_000 }]);
 *   consumer.subscribe('orders', ...later.topics);
 *   consumer.run({ each: whenDue(handle), onError: later.or(deadLetter(producer, 'orders.dlq')) });
 */
import { invalidArgument } from '../../errors.ts';
import type { HandlerContext } from '../run.ts';
import { type ErrorPolicy, errorPolicy } from './error-policy.ts';
import { type AnyRecord, DUE_HEADER, failedRecord, type RecordSink } from './failed-record.ts';

export interface RetryStep {
  readonly topic: string;
  readonly delayMs: number;
}

export interface RetryTopics<R> extends ErrorPolicy<R> {
  /** To be subscribed to, beside the topic itself. */
  readonly topics: readonly string[];
}

/** The first failure goes to the first topic, that of a record from there to the next; after the last one it is passed on. */
export function retryTopics<R extends AnyRecord = AnyRecord>(
  sink: RecordSink,
  steps: readonly RetryStep[],
): RetryTopics<R> {
  if (steps.length === 0) throw invalidArgument('retryTopics: give at least one topic');
  const topics = steps.map(({ topic }) => topic);
  const policy = errorPolicy<R>(async (failure) => {
    const next = steps.at(topics.indexOf(failure.record.topic) + 1);
    if (next === undefined) return 'pass';
    await sink.send(next.topic, failedRecord(failure, failure.now() + next.delayMs));
    return 'handled';
  });
  return Object.assign(policy, { topics });
}

/** A handler that is called when its record is due: of retry topics and of delay queues. Others are handled at once. */
export function whenDue<R extends AnyRecord>(
  each: (record: R, context: HandlerContext) => unknown,
): (record: R, context: HandlerContext) => unknown {
  return (record, context) => {
    const due = Number(record.headers.text(DUE_HEADER) ?? 0);
    const waitMs = due - context.now();
    if (!(waitMs > 0)) return each(record, context);
    return context.wait(waitMs).then(() => {
      if (context.now() < due) throw new Error('The wait for a record that is not due yet was ended');
      return each(record, context);
    });
  };
}

/** A header for records of a delay queue: not to be handled before that time, ms since 1970. */
export function dueAt(timeMs: number): [name: string, value: string] {
  return [DUE_HEADER, String(timeMs)];
}
