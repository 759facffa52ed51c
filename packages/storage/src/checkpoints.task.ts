import { WorkSlice } from '@ottla/common';
import type { Platform } from '@ottla/platform';
import { formatCheckpoint } from './checkpoint-text.ts';
import { isPassing } from './disk-errors.ts';
import type { LogDirectory } from './log-directory.ts';
import { HIGH_WATERMARK_CHECKPOINT, LOG_START_OFFSET_CHECKPOINT, RECOVERY_POINT_CHECKPOINT } from './log-files.ts';
import { recoveryPointToWrite } from './log-flush.task.ts';
import type { LogState } from './log-state.ts';
import { offsetLine } from './offset-checkpoint.ts';

/** What a checkpoint needs to see of the manager. */
export interface CheckpointSource {
  readonly platform: Platform;
  statesIn(directory: LogDirectory): Iterable<LogState>;
  directoryFailed(logDirectory: string, reason: string, error: unknown): void;
}

export type CheckpointKind = 'recovery-point' | 'high-watermark' | 'log-start-offset';

const FILES: Readonly<Record<CheckpointKind, string>> = {
  'recovery-point': RECOVERY_POINT_CHECKPOINT,
  'high-watermark': HIGH_WATERMARK_CHECKPOINT,
  'log-start-offset': LOG_START_OFFSET_CHECKPOINT,
};

/** Writes checkpoints of several directories, one after the other. Never rejects. */
export async function writeCheckpoints(
  source: CheckpointSource,
  directories: readonly LogDirectory[],
  kinds: readonly CheckpointKind[],
): Promise<void> {
  for (const directory of directories) for (const kind of kinds) await writeCheckpoint(source, directory, kind);
}

/** Writes one checkpoint of one directory. Never rejects; false when it is not on disk. */
export function writeCheckpoint(
  source: CheckpointSource,
  directory: LogDirectory,
  kind: CheckpointKind,
): Promise<boolean> {
  return directory.checkpoints.run(() => collectAndWrite(source, directory, kind));
}

async function collectAndWrite(
  source: CheckpointSource,
  directory: LogDirectory,
  kind: CheckpointKind,
): Promise<boolean> {
  if (directory.isOffline) return false;
  const slice = new WorkSlice(source.platform.clock);
  const lines: string[] = [];
  const fallen: { log: LogState; generation: number }[] = [];
  for (const log of source.statesIn(directory)) {
    if (slice.isSpent()) await slice.pause();
    if (kind === 'recovery-point' && log.recoveryPointIsAhead) fallen.push({ log, generation: log.generation });
    const offset = offsetOf(log, kind);
    if (offset !== undefined) lines.push(offsetLine(log.topic, log.partition, offset));
  }
  const path = `${directory.path}/${FILES[kind]}`;
  try {
    await source.platform.disk.replaceFile(path, formatCheckpoint(lines));
    for (const { log, generation } of fallen) {
      if (log.generation === generation) log.recoveryPointIsAhead = false;
    }
    return true;
  } catch (error) {
    if (!isPassing(error) && !directory.isOffline) {
      source.directoryFailed(directory.path, `Disk error while writing ${path}`, error);
    }
    return false;
  }
}

function offsetOf(log: LogState, kind: CheckpointKind): number | undefined {
  if (kind === 'recovery-point') return recoveryPointToWrite(log);
  if (kind === 'high-watermark') return log.highWatermark;
  // Only where the segments alone would not tell.
  return log.logStartOffset > log.segments.first.baseOffset ? log.logStartOffset : undefined;
}
