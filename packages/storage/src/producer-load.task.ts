import { batchLastOffset, batchMagic, batchProducerId } from '@ottla/protocol/records';
import { isMissing } from './disk-errors.ts';
import { SNAPSHOT_SUFFIX, segmentFileName } from './log-files.ts';
import { dropSnapshots } from './log-roll.ts';
import type { LogState } from './log-state.ts';
import { producerAppendOf } from './producer-batch.ts';
import { CorruptSnapshotError, decodeProducerSnapshot } from './producer-snapshot.ts';
import type { ProducerStateEntry } from './producer-state-entry.ts';
import type { ProducerStateManager } from './producer-state-manager.ts';
import { scanSegment } from './segment-scan.task.ts';

/**
 * Loads the newest usable snapshot that was taken in [log start, `offset`]; later ones are deleted, as they tell of records
 * that may not be there. Without one the state is empty at the log start. Rejects with DiskError.
 */
export async function loadSnapshotUpTo(log: LogState, producers: ProducerStateManager, offset: number): Promise<void> {
  const { clock } = log.owner.platform;
  const isWithin = (snapshot: number): boolean => snapshot <= offset || !log.owner.rules.dropSnapshotsBeyondLogEnd;
  // Kafka drops the one at the log start, too: then a retry is taken for new once all records before it have expired.
  dropSnapshots(log, (snapshot) => snapshot >= log.logStartOffset && isWithin(snapshot));
  for (let at = log.snapshots.length - 1; at >= 0; at--) {
    const snapshot = log.snapshots[at];
    if (snapshot === undefined) break;
    const entries = await readSnapshot(log, snapshot);
    if (entries === undefined) {
      dropSnapshots(log, (kept) => kept !== snapshot);
      continue;
    }
    producers.load(entries, snapshot, clock.wallMs(), log.owner.producerIdExpirationMs);
    return;
  }
  producers.clear(log.logStartOffset);
}

/** Applies the batches in [what the state covers, `offset`). Rejects with DiskError. */
export async function replayTo(log: LogState, producers: ProducerStateManager, offset: number): Promise<void> {
  const from = producers.mapEndOffset;
  if (log.owner.rules.replayTailAfterSnapshot && from < offset) {
    const first = Math.max(0, log.segments.floorIndex(from));
    for (const segment of log.segments.all.slice(first)) {
      if (segment.baseOffset >= offset) break;
      const startPosition = segment.offsetIndex.lookup(from);
      await scanSegment(segment, { startPosition, checkCrc: false }, (bytes, at, end) => {
        const lastOffset = batchLastOffset(bytes, at);
        if (lastOffset >= offset) return false;
        if (lastOffset < from || batchMagic(bytes, at) < 2 || batchProducerId(bytes, at) < 0) return true;
        const append = producerAppendOf(bytes, at, end);
        const completed = append === undefined ? undefined : producers.apply(append);
        if (completed !== undefined) producers.complete(completed);
        return true;
      });
    }
  }
  producers.mapEndOffset = Math.max(from, offset);
}

async function readSnapshot(log: LogState, offset: number): Promise<ProducerStateEntry[] | undefined> {
  const path = `${log.directory}/${segmentFileName(offset, SNAPSHOT_SUFFIX)}`;
  try {
    const bytes = await log.owner.platform.disk.readFile(path);
    log.logger.info(`Loading producer state from snapshot file '${path}'`);
    return decodeProducerSnapshot(bytes);
  } catch (error) {
    if (!(error instanceof CorruptSnapshotError) && !isMissing(error)) throw error;
    log.logger.error(`Failed to load producer snapshot from '${path}'`, error);
    return undefined;
  }
}
