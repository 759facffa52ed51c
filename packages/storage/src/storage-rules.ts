/**
 * Rules of recovery that the simulator switches off one at a time, to prove that its checkers notice. Always all true
 * elsewhere.
 */
export interface StorageRules {
  /** Recovery verifies the checksum of every batch it keeps. */
  readonly checkCrcOnRecovery: boolean;
  /** The producer state is a snapshot plus the batches after it. */
  readonly replayTailAfterSnapshot: boolean;
  /** A snapshot taken beyond the log end is deleted, not loaded. */
  readonly dropSnapshotsBeyondLogEnd: boolean;
  /** Cutting the log also forgets the leader epochs that began beyond the cut. */
  readonly truncateEpochsWithLog: boolean;
}

export const storageRules: StorageRules = {
  checkCrcOnRecovery: true,
  replayTailAfterSnapshot: true,
  dropSnapshotsBeyondLogEnd: true,
  truncateEpochsWithLog: true,
};
