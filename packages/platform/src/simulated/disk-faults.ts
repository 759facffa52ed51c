/** What can go wrong with a disk, and how quick it is. Chances are per call; all may be changed while the world runs. */
export interface DiskFaults {
  /** Latency of asynchronous calls: exponential above the minimum. */
  msMin: number;
  msMean: number;
  /** Multiplies every latency: a slow disk. */
  slowness: number;
  /** A call that hangs for `stallMs` before it goes on. */
  stallChance: number;
  stallMs: number;
  /** EIO instead of bytes. */
  readErrorChance: number;
  /** EIO after a part of the bytes was written. */
  writeErrorChance: number;
  /** EIO from a sync; what it should have made durable may be lost although later syncs succeed. */
  syncErrorChance: number;
  /** One bit of the bytes read has changed, and stays so. */
  bitRotChance: number;
  /** ENOSPC beyond. */
  capacityBytes: number;
  /**
   * What a power loss leaves of what was not synced. `random`: anything. `journaled`: all names and all files of one
   * sector, and of longer ones anything: a file system with a quick journal, where what tells of records outlives them.
   */
  survival: 'random' | 'journaled';
}

export const defaultDiskFaults: DiskFaults = {
  msMin: 0.02,
  msMean: 0.2,
  slowness: 1,
  stallChance: 0,
  stallMs: 1000,
  readErrorChance: 0,
  writeErrorChance: 0,
  syncErrorChance: 0,
  bitRotChance: 0,
  capacityBytes: Number.POSITIVE_INFINITY,
  survival: 'random',
};

/** An error for the next calls that match. */
export interface InjectedFault {
  /** e.g. `write`, `read`, `sync`, `open`, `rename`, `syncDirectory`. */
  readonly operation: string;
  /** Only for paths that contain this. */
  readonly path?: string;
  /** Default EIO. */
  readonly code?: string;
  /** Calls that fail. Default 1. */
  readonly times?: number;
}
