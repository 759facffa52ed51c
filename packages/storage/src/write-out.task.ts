import { DiskError } from '@ottla/platform';
import { writeOutBytesMin, writeOutPauseMsMax, writeOutPieceBytes } from './limits.ts';
import { flushLog, notDurable } from './log-flush.task.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';

/**
 * Flushes the segments that were closed below `offset`, after they were written out a piece at a time, about as fast as they were
 * filled: the fsync then has little left to do. Of a gigabyte at once it takes the processors from everybody else for half a
 * second. When `isOver`, the fsync comes at once. Never rejects.
 */
export async function flushClosed(log: LogState, offset: number, isOver: () => boolean): Promise<void> {
  for (const segment of notDurable(log)) {
    if (segment.baseOffset >= offset || segment === log.active || segment.sizeBytes < writeOutBytesMin) continue;
    if (!(await writeOut(log, segment, isOver))) break;
  }
  await flushLog(log, offset);
}

/** False when there is no use in going on. */
async function writeOut(log: LogState, segment: LogSegment, isOver: () => boolean): Promise<boolean> {
  const { clock } = log.owner.platform;
  const { sizeBytes } = segment;
  const filledMs = clock.monotonicMs() - segment.createdMs;
  const pauseMs = Math.min(writeOutPauseMsMax, (filledMs * writeOutPieceBytes) / sizeBytes);
  let dueMs = clock.monotonicMs();
  for (let at = 0; at < sizeBytes; at += writeOutPieceBytes) {
    dueMs += pauseMs;
    const waitMs = dueMs - clock.monotonicMs();
    // Timers count whole milliseconds.
    if (waitMs >= 1) await clock.sleep(waitMs);
    if (isOver() || log.isOffline || log.isClosed) return false;
    if (!(await writePiece(segment, at, Math.min(writeOutPieceBytes, sizeBytes - at)))) return false;
  }
  return true;
}

async function writePiece(segment: LogSegment, position: number, length: number): Promise<boolean> {
  try {
    const file = segment.log.pin();
    try {
      return await file.writeOut(position, length);
    } finally {
      segment.log.unpin();
    }
  } catch (error) {
    // The fsync will say it.
    if (error instanceof DiskError) return false;
    throw error;
  }
}
