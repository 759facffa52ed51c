import type { SimulatedDisk } from '@ottla/platform/simulated';
import { type BatchView, readBatches } from '@ottla/protocol/records';

export interface ScannedSegment {
  readonly baseOffset: number;
  readonly sizeBytes: number;
  readonly batches: readonly BatchView[];
  /** Bytes behind the last whole batch. */
  readonly restBytes: number;
}

const SEGMENT_FILE = /^[0-9]{20}\.log$/;

/** What lies on the disk of one log, read without the code that wrote it. Undefined when the directory is missing. */
export function scanLog(disk: SimulatedDisk, directory: string): ScannedSegment[] | undefined {
  const found = disk.tree.find(directory);
  if (found?.kind !== 'directory') return undefined;
  const segments: ScannedSegment[] = [];
  for (const [name, node] of found.entries) {
    if (node.kind !== 'file' || !SEGMENT_FILE.test(name)) continue;
    const bytes = Buffer.alloc(node.content.size);
    node.content.read(bytes, 0, bytes.length, 0);
    const batches = [...readBatches(bytes)];
    const end = batches[batches.length - 1]?.end ?? 0;
    segments.push({
      baseOffset: Number(name.slice(0, 20)),
      sizeBytes: bytes.length,
      batches,
      restBytes: bytes.length - end,
    });
  }
  return segments.sort((left, right) => left.baseOffset - right.baseOffset);
}
