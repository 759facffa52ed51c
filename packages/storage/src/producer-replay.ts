import { DiskError } from '@ottla/platform';
import {
  BATCH_OVERHEAD,
  batchIsControl,
  batchLastOffset,
  batchMagic,
  batchProducerId,
  batchSizeInBytes,
} from '@ottla/protocol/records';
import { walkHeaders } from './header-walk.ts';
import { SNAPSHOT_SUFFIX, segmentFileName } from './log-files.ts';
import type { LogState } from './log-state.ts';
import { type ProducerAppend, producerAppendOf } from './producer-batch.ts';
import { CorruptSnapshotError, decodeProducerSnapshot } from './producer-snapshot.ts';
import type { ProducerStateEntry } from './producer-state-entry.ts';

/**
 * Brings the producer state back to what it was at `endOffset`, to which the log was just cut: the newest snapshot up to
 * there and the batches behind it. Synchronous, since the cut is; reads batch headers only.
 */
export function replayProducers(log: LogState, endOffset: number): void {
  const { producers } = log;
  if (!producers.reaches(endOffset)) {
    producers.mapEndOffset = endOffset;
    return;
  }
  const { clock } = log.owner.platform;
  let from = log.logStartOffset;
  let entries: ProducerStateEntry[] = [];
  for (let offset = log.snapshots.pop(); offset !== undefined; offset = log.snapshots.pop()) {
    const read = readSnapshot(log, offset);
    if (read === undefined) continue;
    log.snapshots.push(offset);
    entries = read;
    from = offset;
    break;
  }
  producers.load(entries, from, clock.wallMs(), log.owner.producerIdExpirationMs);
  if (log.owner.rules.replayTailAfterSnapshot) {
    for (const append of producerAppends(log, from)) {
      const completed = producers.apply(append);
      if (completed !== undefined) producers.complete(completed);
    }
  }
  producers.mapEndOffset = endOffset;
  producers.highWatermarkMoved(log.highWatermark);
}

function readSnapshot(log: LogState, offset: number): ProducerStateEntry[] | undefined {
  const path = `${log.directory}/${segmentFileName(offset, SNAPSHOT_SUFFIX)}`;
  log.logger.info(`Loading producer state from snapshot file '${path}'`);
  try {
    const file = log.owner.platform.disk.openSync(path);
    try {
      const bytes = Buffer.alloc(file.sizeSync());
      file.readSync(bytes, 0, bytes.length, 0);
      return decodeProducerSnapshot(bytes);
    } finally {
      file.closeSync();
    }
  } catch (error) {
    if (!(error instanceof CorruptSnapshotError) && !(error instanceof DiskError)) throw error;
    log.logger.error(`Failed to load producer snapshot from '${path}'`, error);
    return undefined;
  }
}

/** The batches with a producer id from `from` on, to the end. */
function producerAppends(log: LogState, from: number): ProducerAppend[] {
  const found: ProducerAppend[] = [];
  const first = Math.max(0, log.segments.floorIndex(from));
  for (const segment of log.segments.all.slice(first)) {
    const file = segment.log.open();
    const markers: { position: number; place: number }[] = [];
    walkHeaders(file, segment.offsetIndex.lookup(from), segment.sizeBytes, (bytes, at, position, sizeBytes) => {
      if (batchMagic(bytes, at) < 2 || batchProducerId(bytes, at) < 0 || batchLastOffset(bytes, at) < from) return;
      // The header is enough for data; a marker says what it is in its record.
      if (batchIsControl(bytes, at)) markers.push({ position, place: found.length });
      const append = producerAppendOf(bytes, at, at + Math.min(sizeBytes, BATCH_OVERHEAD));
      if (append !== undefined) found.push(append);
    });
    for (const { position, place } of markers) {
      const bytes = Buffer.alloc(4096);
      const read = file.readSync(bytes, 0, bytes.length, position);
      const append = producerAppendOf(bytes, 0, Math.min(read, batchSizeInBytes(bytes, 0)));
      if (append !== undefined) found[place] = append;
    }
  }
  return found;
}
