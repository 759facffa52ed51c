import { present, type Uuid } from '@ottla/common';
import { DiskError, Logger, type Platform } from '@ottla/platform';
import type { ErrorCode } from '@ottla/protocol';
import { AppendQueue } from './append-queue.ts';
import { type CheckpointKind, writeCheckpoints } from './checkpoints.task.ts';
import { FilePool } from './file-pool.ts';
import { FirstFiles } from './first-files.ts';
import { Housekeeper } from './housekeeper.ts';
import { openFilesMax } from './limits.ts';
import type { Log } from './log.ts';
import type { LogConfig } from './log-config.ts';
import { createLogs } from './log-create.task.ts';
import { deleteLogs } from './log-delete.task.ts';
import { LogDirectory } from './log-directory.ts';
import { closeDirectories, settleLogs } from './log-manager-shutdown.task.ts';
import { prepareDirectories, startLogs } from './log-manager-start.task.ts';
import type { LogOwner, LogState } from './log-state.ts';
import { removeFiles } from './removal.task.ts';
import { writeSnapshot } from './snapshot.task.ts';
import { type StorageRules, storageRules } from './storage-rules.ts';
import { flushClosed } from './write-out.task.ts';
import { adaptiveWritePolicy, type WritePolicy } from './write-policy.ts';

/** Broker properties, asked for each time they are needed. Times are ms. */
export interface LogManagerSettings {
  /** num.recovery.threads.per.data.dir: logs of a directory that are loaded, or closed, side by side. */
  readonly recoveryThreadsPerDataDir: number;
  /** log.initial.task.delay.ms */
  readonly initialTaskDelayMs: number;
  /** log.retention.check.interval.ms */
  readonly retentionCheckIntervalMs: number;
  /** log.flush.scheduler.interval.ms */
  readonly flushSchedulerIntervalMs: number;
  /** log.flush.offset.checkpoint.interval.ms */
  readonly flushOffsetCheckpointIntervalMs: number;
  /** log.flush.start.offset.checkpoint.interval.ms */
  readonly flushStartOffsetCheckpointIntervalMs: number;
  /** replica.high.watermark.checkpoint.interval.ms */
  readonly highWatermarkCheckpointIntervalMs: number;
  /** producer.id.expiration.ms */
  readonly producerIdExpirationMs: number;
  /** producer.id.expiration.check.interval.ms */
  readonly producerIdExpirationCheckIntervalMs: number;
}

/** Apache Kafka 3.9's defaults. */
export const defaultLogManagerSettings: LogManagerSettings = {
  recoveryThreadsPerDataDir: 1,
  initialTaskDelayMs: 30000,
  retentionCheckIntervalMs: 300000,
  flushSchedulerIntervalMs: Number.MAX_SAFE_INTEGER,
  flushOffsetCheckpointIntervalMs: 60000,
  flushStartOffsetCheckpointIntervalMs: 60000,
  highWatermarkCheckpointIntervalMs: 5000,
  producerIdExpirationMs: 86400000,
  producerIdExpirationCheckIntervalMs: 600000,
};

export interface LogManagerOptions {
  readonly platform: Platform;
  /** `log.dirs`: absolute paths. */
  readonly logDirectories: readonly string[];
  readonly configFor: (topic: string) => LogConfig;
  readonly settings?: LogManagerSettings;
  readonly writePolicy?: WritePolicy;
  /** For the simulator's mutations. */
  readonly storageRules?: StorageRules;
}

export interface CreateOptions {
  readonly topicId: Uuid | undefined;
  /** One of `log.dirs`; default: the live one with the fewest logs. */
  readonly directory?: string;
}

export interface NewLog extends CreateOptions {
  readonly topic: string;
  readonly partition: number;
}

/** Why a log could not be made: KAFKA_STORAGE_ERROR, LOG_DIR_NOT_FOUND, INCONSISTENT_TOPIC_ID. */
export class StorageError {
  readonly error: ErrorCode;
  readonly message: string;
  constructor(error: ErrorCode, message: string) {
    this.error = error;
    this.message = message;
  }
}

export type LogDirFailureListener = (directory: string) => void;

/** The logs of a broker, in its log directories (Java: LogManager). */
export class LogManager {
  readonly platform: Platform;
  readonly settings: LogManagerSettings;
  readonly configFor: (topic: string) => LogConfig;
  readonly logger: Logger;
  /** What the logs see of this manager. */
  readonly owner: LogOwner;
  readonly #directories: readonly LogDirectory[];
  readonly #logs = new Map<string, Map<number, Log>>();
  readonly #failureListeners: LogDirFailureListener[] = [];
  readonly #housekeeper: Housekeeper;
  /** For the tasks of this package. */
  readonly firstFiles: FirstFiles;
  #prepared: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: LogManagerOptions) {
    this.platform = options.platform;
    this.settings = options.settings ?? defaultLogManagerSettings;
    this.configFor = options.configFor;
    this.logger = new Logger(this.platform.log, 'kafka.log.LogManager');
    this.#directories = options.logDirectories.map((path) => new LogDirectory(path));
    this.#housekeeper = new Housekeeper(this);
    this.firstFiles = new FirstFiles(this.platform.clock, this.#housekeeper);
    const { settings } = this;
    this.owner = {
      platform: this.platform,
      files: new FilePool(this.platform.disk, openFilesMax),
      queue: new AppendQueue(this.platform.clock),
      writePolicy: options.writePolicy ?? adaptiveWritePolicy,
      rules: options.storageRules ?? storageRules,
      get producerIdExpirationMs(): number {
        return settings.producerIdExpirationMs;
      },
      directoryFailed: (path, reason, error) => this.directoryFailed(path, reason, error),
      removeLater: (paths, delayMs) => {
        const remove = (): Promise<void> => removeFiles(this.platform, paths);
        if (delayMs > 0) this.#housekeeper.after(delayMs, remove);
        else void this.#housekeeper.now(remove);
      },
      flushLater: (log, offset) => void this.#housekeeper.now(() => flushClosed(log, offset, () => this.#isStopped)),
      snapshotLater: (log, offset, bytes) => void this.#housekeeper.now(() => writeSnapshot(log, offset, bytes, false)),
      writeOffsets: (log) => {
        const directory = this.directoryOf(log.logDirectory);
        return this.#housekeeper.now(() => writeCheckpoints(this, [directory], ['recovery-point', 'log-start-offset']));
      },
    };
  }

  /** Makes and locks the directories: for what lies in them beside logs and is needed before these. */
  prepare(): Promise<void> {
    this.#prepared ??= prepareDirectories(this);
    return this.#prepared;
  }

  /** Locks the directories, loads and recovers their logs, starts the background work. Rejects when no directory can be used. */
  start(): Promise<void> {
    return startLogs(this);
  }

  /** Resolves when what was staged so far is written, or has failed, and its senders were told. */
  settled(): Promise<void> {
    return settleLogs(this);
  }

  /** `clean`: flush, snapshot and close every log and leave the mark of it. Else only the files are closed. */
  shutdown(options: { readonly clean: boolean; readonly brokerEpoch?: number }): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#isStopped = true;
    this.#housekeeper.stop();
    return closeDirectories(this, options);
  }

  get(topic: string, partition: number): Log | undefined {
    return this.#logs.get(topic)?.get(partition);
  }

  *logs(): IterableIterator<Log> {
    for (const partitions of this.#logs.values()) yield* partitions.values();
  }

  get logCount(): number {
    return this.#directories.reduce((count, directory) => count + directory.logCount, 0);
  }

  /** What is appended until `endInput` comes from `source`, a connection: see AppendQueue. */
  beginInput(source: number): void {
    this.owner.queue.beginInput(source);
  }

  endInput(): void {
    this.owner.queue.endInput();
  }

  /** The existing log when there is one. */
  create(topic: string, partition: number, options: CreateOptions): Promise<Log | StorageError> {
    return createLogs(this, [{ topic, partition, ...options }]).then(([made]) => present(made, 'one was asked for'));
  }

  /** Many at once, in the order asked for: what they share of the disk's work is done once. */
  createAll(wanted: readonly NewLog[]): Promise<(Log | StorageError)[]> {
    return createLogs(this, wanted);
  }

  /** Resolves when the log is gone from `get` and its directory is renamed; the files go `file.delete.delay.ms` later. */
  delete(topic: string, partition: number): Promise<void> {
    return this.deleteAll([{ topic, partition }]);
  }

  /** Many at once: what they share of the disk's work is done once. Never rejects. */
  deleteAll(unwanted: readonly { readonly topic: string; readonly partition: number }[]): Promise<void> {
    return deleteLogs(this, unwanted);
  }

  /** The topic's configuration has changed: its logs use `configFor(topic)` from now on. */
  topicConfigChanged(topic: string): void {
    const config = this.configFor(topic);
    for (const log of this.#logs.get(topic)?.values() ?? []) log.state.config = config;
  }

  /** Called with the path of each directory that fails, after its logs went offline. */
  onLogDirFailure(listener: LogDirFailureListener): void {
    this.#failureListeners.push(listener);
  }

  get liveDirectories(): readonly string[] {
    return this.#directories.filter((directory) => !directory.isOffline).map((directory) => directory.path);
  }

  get offlineDirectories(): readonly string[] {
    return this.#directories.filter((directory) => directory.isOffline).map((directory) => directory.path);
  }

  /** The broker epoch of the last run when that ended in order in every live directory (KIP-966); else undefined. */
  get previousBrokerEpoch(): number | undefined {
    const epochs = this.#directories.filter((one) => !one.isOffline).map((one) => one.previousBrokerEpoch);
    const [first] = epochs;
    return first !== undefined && first >= 0 && epochs.every((epoch) => epoch === first) ? first : undefined;
  }

  /** Writes a checkpoint now, of all live directories or of one. */
  checkpoint(kind: CheckpointKind, directory?: LogDirectory): Promise<void> {
    return writeCheckpoints(this, directory === undefined ? this.#directories : [directory], [kind]);
  }

  /** A directory cannot be trusted any more: its logs go offline; with the last one the broker halts. */
  directoryFailed(path: string, reason: string, error: unknown): void {
    const directory = this.directoryOf(path);
    if (directory.isOffline || this.#isStopped) return;
    directory.isOffline = true;
    this.logger.error(reason, error);
    this.logger.warn(`Stopping serving logs in dir ${path}`);
    const names: string[] = [];
    for (const log of this.#logsIn(directory)) {
      names.push(log.state.where);
      log.state.isOffline = true;
      log.stop();
    }
    this.logger.warn(`Logs for partitions ${names.join(',')} are offline due to failure on log directory ${path}`);
    for (const listener of this.#failureListeners) listener(path);
    // Not the disk's fault: a broken invariant of ours, on which nothing may be built.
    if (!(error instanceof DiskError)) this.platform.fatal.halt(reason, error);
    else if (this.#directories.every((one) => one.isOffline)) {
      const all = this.#directories.map((one) => one.path).join(', ');
      this.platform.fatal.halt(`Shutdown broker because all log dirs in ${all} have failed`, error);
    }
  }

  // What follows is for the tasks of this package.

  get directories(): readonly LogDirectory[] {
    return this.#directories;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get housekeeper(): Housekeeper {
    return this.#housekeeper;
  }

  directoryOf(path: string): LogDirectory {
    return present(
      this.#directories.find((directory) => directory.path === path),
      `${path} is not a log directory`,
    );
  }

  *statesIn(directory: LogDirectory): IterableIterator<LogState> {
    for (const log of this.#logsIn(directory)) yield log.state;
  }

  add(log: Log): void {
    let partitions = this.#logs.get(log.topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#logs.set(log.topic, partitions);
    }
    partitions.set(log.partition, log);
    this.directoryOf(log.logDirectory).logCount++;
  }

  remove(log: Log): void {
    const partitions = this.#logs.get(log.topic);
    if (partitions?.get(log.partition) !== log) return;
    partitions.delete(log.partition);
    if (partitions.size === 0) this.#logs.delete(log.topic);
    this.directoryOf(log.logDirectory).logCount--;
  }

  *#logsIn(directory: LogDirectory): IterableIterator<Log> {
    for (const log of this.logs()) if (log.logDirectory === directory.path) yield log;
  }
}
