import type { Uuid } from '@ottla/common';
import { Logger, type Platform } from '@ottla/platform';
import type { AppendQueue } from './append-queue.ts';
import type { FilePool } from './file-pool.ts';
import { type EpochEntry, LeaderEpochCache } from './leader-epoch-cache.ts';
import { storeEpochs } from './leader-epoch-file.ts';
import type { LogConfig } from './log-config.ts';
import type { LogSegment } from './log-segment.ts';
import { LogSegments } from './log-segments.ts';
import { ProducerStateManager } from './producer-state-manager.ts';
import type { StorageRules } from './storage-rules.ts';
import { Unsynced } from './unsynced.ts';
import type { WritePolicy } from './write-policy.ts';

/** What a log needs of the manager it belongs to. */
export interface LogOwner {
  readonly platform: Platform;
  readonly files: FilePool;
  readonly queue: AppendQueue;
  readonly writePolicy: WritePolicy;
  readonly rules: StorageRules;
  /** producer.id.expiration.ms */
  readonly producerIdExpirationMs: number;
  /** An I/O error after which nothing in the log directory can be trusted. Takes all its logs offline. */
  directoryFailed(logDirectory: string, reason: string, error: unknown): void;
  /** The files have their `.deleted` names; they go after `delayMs`. */
  removeLater(paths: readonly string[], delayMs: number): void;
  /** Segments before the active one were closed: flush the log up to `offset` in the background. */
  flushLater(state: LogState, offset: number): void;
  /** Write the producer snapshot in the background. */
  snapshotLater(state: LogState, offset: number, bytes: Buffer): void;
  /** Recovery point or log start fell: writes the checkpoints that tell them. Never rejects. */
  writeOffsets(state: LogState): Promise<void>;
}

export interface LogIdentity {
  readonly topic: string;
  readonly partition: number;
  /** The `log.dirs` entry. */
  readonly logDirectory: string;
  /** The log's own directory. */
  readonly directory: string;
}

/** Everything a log consists of. The parts of `Log` share it; nobody outside the package sees it. */
export class LogState {
  readonly topic: string;
  readonly partition: number;
  readonly logDirectory: string;
  /** `topic-partition`, for messages. */
  readonly where: string;
  readonly owner: LogOwner;
  readonly logger: Logger;
  readonly segments = new LogSegments();
  readonly producers: ProducerStateManager;
  readonly epochs: LeaderEpochCache;
  config: LogConfig;
  directory: string;
  topicId: Uuid | undefined;
  logStartOffset = 0;
  logEndOffset = 0;
  highWatermark = 0;
  /** Everything below is on the device, not only in the page cache. */
  recoveryPoint = 0;
  /**
   * The log was cut below a recovery point that may be in the checkpoint still. Until that is rewritten everything must stay in the segment
   * that recovery would begin with.
   */
  recoveryPointIsAhead = false;
  /** Offsets of the producer snapshots that exist, ascending. */
  snapshots: number[] = [];
  /** Those of them that a power loss may take. */
  readonly unsyncedSnapshots = new Set<number>();
  /** Grows with every cut: what began before it must not finish after it. */
  generation = 0;
  /** The leader epoch checkpoint. */
  readonly epochFile = new Unsynced(false);
  /** partition.metadata */
  readonly idFile = new Unsynced(false);
  /** The leader epoch checkpoint is older than the epochs: the next flush writes it, before the recovery point moves. */
  epochsAreUnwritten = false;
  hasEpochFile = false;
  /** Epochs need not be written now: from the file as it is, recovery would come to the same ones. */
  epochsMayWait = false;
  /** The directory: files are made or renamed in it. */
  readonly names = new Unsynced(true);
  /** It has only its directory so far: see first-files.ts. Nothing was ever written to it. */
  lacksFiles = false;
  isOffline = false;
  /** A task writes to the active segment: it must stay the active one until that is done. */
  isWriting = false;
  /** Deleted or shut down: there is nothing to write to any more. */
  isClosed = false;
  /** Monotonic clock of the last flush, ms. */
  lastFlushMs: number;

  constructor(identity: LogIdentity, config: LogConfig, owner: LogOwner, epochs: readonly EpochEntry[]) {
    this.topic = identity.topic;
    this.partition = identity.partition;
    this.logDirectory = identity.logDirectory;
    this.directory = identity.directory;
    this.where = `${identity.topic}-${identity.partition}`;
    this.owner = owner;
    this.config = config;
    this.epochs = new LeaderEpochCache(epochs, (text) => {
      if (this.epochsMayWait) this.epochsAreUnwritten = true;
      else storeEpochs(this, text);
    });
    this.producers = new ProducerStateManager(this.where, 0);
    this.lastFlushMs = owner.platform.clock.monotonicMs();
    this.logger = new Logger(
      owner.platform.log,
      'kafka.log.UnifiedLog',
      `[UnifiedLog partition=${this.where}, dir=${identity.logDirectory}] `,
    );
  }

  /** Where the first open, or not yet replicated, transaction begins; at least the log start. */
  get firstUnstableOffset(): number | undefined {
    const first = this.producers.firstUnstableOffset;
    return first === undefined ? undefined : Math.max(first, this.logStartOffset);
  }

  /** Below it every transaction is decided and replicated (KIP-98). */
  get lastStableOffset(): number {
    const first = this.firstUnstableOffset;
    return first !== undefined && first < this.highWatermark ? first : this.highWatermark;
  }

  get active(): LogSegment {
    return this.segments.active;
  }

  fail(reason: string, error: unknown): void {
    this.owner.directoryFailed(this.logDirectory, reason, error);
  }

  /** A different place in [0, segment.jitter.ms) for each segment, so that not all logs roll at once. */
  randomJitterMs(): number {
    const { segmentJitterMs, segmentMs } = this.config;
    if (segmentJitterMs === 0) return 0;
    return this.owner.platform.random.integer(Math.min(segmentJitterMs, segmentMs, 2 ** 31 - 1));
  }
}
