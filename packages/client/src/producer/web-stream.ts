import { abortedError } from '../errors.ts';

/** What `producer.writable` needs of a producer. */
export interface RecordSink<Record> {
  /** False: enough is waiting. */
  append(record: Record): boolean;
  ready(): Promise<void>;
  flush(): Promise<void>;
}

/**
 * A Web stream into a producer: a write waits while enough is on its way, closing waits for the acknowledgements and rejects
 * when a record was lost. Aborting takes nothing more; what was taken is sent.
 */
export function writableOf<Record>(sink: RecordSink<Record>, signal: AbortSignal | undefined): WritableStream<Record> {
  let unsubscribe = (): void => {};
  return new WritableStream<Record>({
    start(controller) {
      if (signal === undefined) return;
      const onAbort = (): void => controller.error(abortedError(signal));
      signal.addEventListener('abort', onAbort, { once: true });
      unsubscribe = () => signal.removeEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
    },
    async write(record) {
      if (!sink.append(record)) await sink.ready();
    },
    async close() {
      unsubscribe();
      await sink.flush();
    },
    abort() {
      unsubscribe();
    },
  });
}
