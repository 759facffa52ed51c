/*
 * What a crash can leave behind, and what becomes of it (Java: LogLoader.removeTempFilesAndCollectSwapFiles):
 *   .deleted   goes; it was on its way out
 *   .cleaned   goes; the new segments were not complete. A .swap with an offset at or beyond the first .cleaned goes too:
 *              it is of the same operation, which had not finished writing
 *   .swap      complete segments that had begun to replace others: those go, then the suffix is dropped
 *   .tmp       goes; it was never renamed
 */
import { Logger, type Platform } from '@ottla/platform';
import { batchLastOffset } from '@ottla/protocol/records';
import { FilePool } from './file-pool.ts';
import { walkHeaders } from './header-walk.ts';
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  LOG_SUFFIX,
  offsetOfFileName,
  SWAP_SUFFIX,
  segmentFileName,
} from './log-files.ts';

export interface FoundFiles {
  readonly names: Set<string>;
  /** Some were removed or renamed: that is still to be synced. */
  isChanged: boolean;
}

/** Returns the files that are left. Rejects with DiskError. */
export async function finishInterruptedSwaps(platform: Platform, directory: string): Promise<FoundFiles> {
  const { disk } = platform;
  const logger = new Logger(platform.log, 'kafka.log.LogLoader');
  const entries = await disk.list(directory);
  const names = new Set(entries.filter((entry) => entry.kind === 'file').map((entry) => entry.name));
  const found: FoundFiles = { names, isChanged: false };
  const remove = async (name: string, why: string): Promise<void> => {
    found.isChanged = true;
    logger.debug(`${why} ${directory}/${name}`);
    await disk.unlink(`${directory}/${name}`);
    names.delete(name);
  };
  const withSuffix = (suffix: string): string[] => [...names].filter((name) => name.endsWith(suffix));
  for (const name of withSuffix(DELETED_SUFFIX)) await remove(name, 'Deleting stray temporary file');
  for (const name of withSuffix('.tmp')) await remove(name, 'Deleting stray temporary file');
  const cleaned = withSuffix(CLEANED_SUFFIX);
  const firstCleaned = Math.min(...cleaned.map((name) => offsetOfFileName(name) ?? Number.POSITIVE_INFINITY));
  for (const name of withSuffix(SWAP_SUFFIX)) {
    if ((offsetOfFileName(name) ?? 0) >= firstCleaned) await remove(name, 'Deleting invalid swap file');
  }
  for (const name of cleaned) await remove(name, 'Deleting stray .clean file');

  const swaps = withSuffix(SWAP_SUFFIX);
  if (swaps.length === 0) return found;
  found.isChanged = true;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const name of swaps) {
    const offset = offsetOfFileName(name);
    if (offset === undefined || name !== segmentFileName(offset, LOG_SUFFIX + SWAP_SUFFIX)) continue;
    logger.info(
      `Found log file ${directory}/${name} from interrupted swap operation, which is recoverable from ${SWAP_SUFFIX} files by renaming.`,
    );
    from = Math.min(from, offset);
    to = Math.max(to, endOffset(platform, `${directory}/${name}`, offset));
  }
  for (const name of Array.from(names)) {
    const offset = offsetOfFileName(name);
    if (name.endsWith(SWAP_SUFFIX) || offset === undefined || offset < from || offset >= to) continue;
    logger.info(`Deleting segment files ${name} that is compacted but has not been deleted yet.`);
    await remove(name, 'Deleting');
  }
  for (const name of swaps) {
    logger.info(`Recovering file ${name} by renaming from ${SWAP_SUFFIX} files.`);
    const renamed = name.slice(0, -SWAP_SUFFIX.length);
    await disk.rename(`${directory}/${name}`, `${directory}/${renamed}`);
    names.delete(name);
    names.add(renamed);
  }
  return found;
}

/** The offset after the last record of a segment file whose index is not trusted. */
function endOffset(platform: Platform, path: string, baseOffset: number): number {
  const file = new FilePool(platform.disk).file(path);
  const handle = file.open();
  let end = baseOffset;
  walkHeaders(handle, 0, handle.sizeSync(), (bytes, at) => {
    end = batchLastOffset(bytes, at) + 1;
    return undefined;
  });
  file.discard();
  return end;
}
