import type { Clock, Disk, LogSink } from '@ottla/platform';
import { Logger } from '@ottla/platform';
import { Journal } from './journal.task.ts';
import { EmbeddedStore } from './store.ts';
import { Tree } from './tree.ts';

export interface EmbeddedStoreOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly log: LogSink;
  /** The first log directory, which must be there. */
  readonly directory: string;
  /** Default true. False skips fsync: a kill loses nothing, a power loss may. */
  readonly sync?: boolean;
  /** Journal size from which a snapshot replaces it, bytes. */
  readonly snapshotBytesMin?: number;
  /** Told once, when a failed write or fsync leaves the tree without a future: reads go on, every change is refused. */
  readonly onBroken?: (reason: string, error: unknown) => void;
}

/** Opens the tree of a log directory, or begins an empty one. Throws `MetadataCorruptError` or `DiskError`. */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const journal = await Journal.open({
    disk: options.disk,
    directory: options.directory,
    logger: new Logger(options.log, 'ottla.coordination.Journal'),
    sync: options.sync ?? true,
    ...(options.snapshotBytesMin === undefined ? {} : { snapshotBytesMin: options.snapshotBytesMin }),
    ...(options.onBroken === undefined ? {} : { onBroken: options.onBroken }),
  });
  return new EmbeddedStore(journal.tree, options.clock, journal);
}

/** A tree in memory, gone with the process. */
export function memoryStore(clock: Clock): EmbeddedStore {
  return new EmbeddedStore(new Tree(), clock);
}
