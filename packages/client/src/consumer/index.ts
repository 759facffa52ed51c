export * from './assignors/index.ts';
export type { GroupMetadata } from './committed-offsets.ts';
export { type Assignment, Consumer, type UntypedRecord } from './consumer.ts';
export type { ConsumerBatch } from './consumer-batch.ts';
export type { FoundOffset, TimestampOf } from './offset-lookup.ts';
export type {
  CommitOffset,
  ConsumerInterceptor,
  ConsumerObserver,
  ConsumerOptions,
  JoinedGroup,
  OffsetReset,
  RebalanceHook,
} from './options.ts';
export type { PartitionStream } from './partition-streams.ts';
export * from './recovery/index.ts';
export type { ErrorHandler, HandlerContext, HandlerFailure, RunOptions, Verdict } from './run.ts';
