import { syncRecords } from './log-flush.task.ts';
import type { LogState } from './log-state.ts';
import type { BackgroundWrite, LogWriter } from './log-writer.ts';

/** Writes, and syncs where asked, one group of appends on the pool. Never rejects: the writer hears of the outcome. */
export async function writeInBackground(log: LogState, writer: LogWriter, write: BackgroundWrite): Promise<void> {
  let failure: unknown;
  try {
    if (write.bytes !== undefined) {
      const file = write.file.pin();
      try {
        await file.write(write.bytes, 0, write.bytes.length, write.position);
      } finally {
        write.file.unpin();
      }
    }
    if (write.mustSync && !write.isAbandoned) await syncRecords(log);
  } catch (error) {
    failure = error;
  }
  if (log.isClosed) write.isAbandoned = true;
  writer.backgroundDone(write, failure);
}
