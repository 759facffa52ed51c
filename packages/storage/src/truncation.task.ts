import type { LogState } from './log-state.ts';

/**
 * Makes it certain that recovery would begin at or before `offset`, so that a cut there can't be half undone by a power loss. Never
 * rejects.
 */
export async function prepareTruncation(log: LogState, offset: number): Promise<void> {
  if (log.isOffline || log.isClosed || offset >= log.recoveryPoint) return;
  log.recoveryPoint = offset;
  await log.owner.writeOffsets(log);
}
