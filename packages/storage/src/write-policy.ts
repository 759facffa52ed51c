import { slowWriteMs } from './limits.ts';

/** Chooses between writing on the loop and on the pool (figures: a quick disk takes 5 us a call, the pool 40 us and more). */
export interface WritePolicy {
  /** `lastWriteMs`: how long the log's last synchronous write took; 0 after one on the pool. */
  writesOnPool(lastWriteMs: number, bytes: number): boolean;
}

/** On the loop, but after a slow write once on the pool: the disk stalls, and the loop has others to serve. */
export const adaptiveWritePolicy: WritePolicy = {
  writesOnPool: (lastWriteMs) => lastWriteMs > slowWriteMs,
};
