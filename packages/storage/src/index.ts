/** The log on disk, in Kafka's formats. */
export type {
  AppendOptions,
  AppendOrigin,
  AppendResult,
  AppendSink,
  RecordError,
} from './append.ts';
export { Log } from './log.ts';
export { defaultLogConfig, type LogConfig } from './log-config.ts';
export {
  type CreateOptions,
  defaultLogManagerSettings,
  type LogDirFailureListener,
  LogManager,
  type LogManagerOptions,
  type LogManagerSettings,
  type NewLog,
  StorageError,
} from './log-manager.ts';
export { CorruptSnapshotError, decodeProducerSnapshot } from './producer-snapshot.ts';
export { firstSequenceOf } from './producer-state-entry.ts';
export type {
  AbortedTransaction,
  EpochEndOffset,
  ProducerStateSummary,
  ReadFailure,
  ReadLimit,
  ReadOutcome,
  ReadResult,
  RecordsSource,
  TimestampOffset,
} from './read.ts';
export { type StorageRules, storageRules } from './storage-rules.ts';
export { InconsistentTopicIdError } from './topic-id.ts';
export { adaptiveWritePolicy, type WritePolicy } from './write-policy.ts';
