import type { Verdict } from '../run.ts';
import { type ErrorPolicy, errorPolicy } from './error-policy.ts';
import { type AnyRecord, failedRecord, type RecordSink } from './failed-record.ts';

/** Sends the record to a topic for those that failed, with headers that say why; it then counts as processed. */
export function deadLetter<R extends AnyRecord = AnyRecord>(
  sink: RecordSink,
  topic: string | ((record: R) => string),
): ErrorPolicy<R> {
  return errorPolicy<R>(async (failure): Promise<Verdict> => {
    const target = typeof topic === 'string' ? topic : topic(failure.record);
    await sink.send(target, failedRecord(failure));
    return 'handled';
  });
}
