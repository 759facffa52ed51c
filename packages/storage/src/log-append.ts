import { ErrorCode } from '@ottla/protocol';
import {
  BatchReader,
  batchBaseOffset,
  batchLastOffset,
  batchMagic,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerId,
} from '@ottla/protocol/records';
import { type AppendOptions, type AppendResult, type AppendSink, accepted, refused } from './append.ts';
import type { LogState } from './log-state.ts';
import type { LogWriter } from './log-writer.ts';
import { type ProducerAppend, producerAppendOf } from './producer-batch.ts';
import { validateAppend } from './record-validator.ts';
import { checkShallow, Refusal } from './shallow-check.ts';
import { NO_PRODUCERS, type StagedAppend } from './staged-append.ts';

const NOTHING = Buffer.alloc(0);

/** First phase of a leader's append: checks everything, assigns offsets, queues. See `Log.appendAsLeader`. */
export function stageAppend(
  log: LogState,
  writer: LogWriter,
  records: Uint8Array,
  options: AppendOptions,
  sink: AppendSink,
  token: number,
): AppendResult | undefined {
  if (log.isOffline || log.isClosed) return refused(ErrorCode.KAFKA_STORAGE_ERROR, log.logStartOffset);
  // Epochs in a log never fall; recovery relies on it.
  if (options.leaderEpoch < (log.epochs.latestEpoch ?? -1)) {
    return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER, log.logStartOffset);
  }
  const firstOffset = writer.stagedEndOffset;
  const nowMs = log.owner.platform.clock.wallMs();
  const valid = validateAppend(asBuffer(records), {
    where: log.where,
    config: log.config,
    options,
    firstOffset,
    nowMs,
  });
  if (valid instanceof Refusal) return refuse(log, valid);
  if (valid.count === 0) return accepted(-1, -1, -1, log.logStartOffset);
  const lastOffset = firstOffset + valid.count - 1;
  const result = accepted(firstOffset, lastOffset, valid.logAppendTime, log.logStartOffset);
  const producers = valid.mayHaveProducers ? producerAppendsOf(valid.bytes) : NO_PRODUCERS;
  if (producers.length > 0) {
    const outcome = log.producers.stage(producers, options.origin);
    if (outcome.kind === 'refused') {
      return refuse(log, new Refusal(outcome.refusal.error, outcome.refusal.message));
    }
    if (outcome.kind === 'duplicate') {
      const { lastOffset: last, offsetDelta, timestamp } = outcome.batch;
      return duplicate(log, writer, accepted(last - offsetDelta, last, timestamp, log.logStartOffset), sink, token);
    }
  }
  writer.stage({
    bytes: valid.bytes,
    firstOffset,
    lastOffset,
    leaderEpoch: options.leaderEpoch,
    maxTimestamp: valid.maxTimestamp,
    offsetOfMaxTimestamp: valid.offsetOfMaxTimestamp,
    stagedMs: nowMs,
    producers,
    result,
    sink,
    token,
  });
  return undefined;
}

/** The answer that the first one got: at once when that is on disk, else right after it. */
function duplicate(
  log: LogState,
  writer: LogWriter,
  result: AppendResult,
  sink: AppendSink,
  token: number,
): AppendResult | undefined {
  if (result.lastOffset < log.logEndOffset) return result;
  const original = writer.findStaged(result.lastOffset);
  writer.stage({
    bytes: NOTHING,
    firstOffset: result.baseOffset,
    lastOffset: result.lastOffset,
    leaderEpoch: -1,
    maxTimestamp: -1,
    offsetOfMaxTimestamp: -1,
    stagedMs: -1,
    producers: NO_PRODUCERS,
    result: original?.result ?? result,
    sink,
    token,
  });
  return undefined;
}

/** See `Log.appendAsFollower`. */
export function appendAsFollower(
  log: LogState,
  writer: LogWriter,
  records: Uint8Array,
  leaderEpoch: number | undefined,
): AppendResult {
  const { logStartOffset } = log;
  if (writer.hasStaged) writer.drop(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  if (log.isOffline || log.isClosed || writer.isWriting) return refused(ErrorCode.KAFKA_STORAGE_ERROR, logStartOffset);
  const bytes = asBuffer(records);
  const info = checkShallow(bytes, { where: log.where, fromClient: false, maxMessageBytes: Number.POSITIVE_INFINITY });
  if (info instanceof Refusal) return refuse(log, info);
  if (info.batchCount === 0) return accepted(-1, -1, -1, logStartOffset);
  if (!info.offsetsIncrease) {
    return refuse(log, new Refusal(ErrorCode.INVALID_RECORD, `Out of order offsets found in append to ${log.where}`));
  }
  if (info.firstOffset < log.logEndOffset) {
    return refuse(
      log,
      new Refusal(
        ErrorCode.OFFSET_OUT_OF_RANGE,
        `Unexpected offset in append to ${log.where}. First offset ${info.firstOffset} is less than the next offset ${log.logEndOffset}. Last offset in append: ${info.lastOffset}. Log start offset = ${logStartOffset}`,
      ),
    );
  }
  const appends = replicated(bytes, log.logEndOffset, leaderEpoch, log.owner.platform.clock.wallMs());
  const last = appends[appends.length - 1];
  if (last === undefined) return accepted(-1, -1, -1, logStartOffset);
  try {
    writer.writeNow(appends);
  } catch {
    return refused(ErrorCode.KAFKA_STORAGE_ERROR, logStartOffset);
  }
  return accepted(info.firstOffset, last.lastOffset, -1, logStartOffset);
}

/** A staged append per batch, so that each can have its index entry and its segment. */
function replicated(
  bytes: Buffer,
  logEndOffset: number,
  leaderEpoch: number | undefined,
  stagedMs: number,
): StagedAppend[] {
  const appends: StagedAppend[] = [];
  const reader = new BatchReader(bytes);
  const result = accepted(-1, -1, -1, 0);
  let next = logEndOffset;
  while (reader.next()) {
    const at = reader.start;
    const epoch = batchPartitionLeaderEpoch(bytes, at);
    if (leaderEpoch !== undefined && epoch > leaderEpoch) break;
    const lastOffset = batchLastOffset(bytes, at);
    const producer = producerAppendOf(bytes, at, reader.end);
    appends.push({
      bytes: bytes.subarray(at, reader.end),
      // An entry of magic 0 or 1 only tells its last offset.
      firstOffset: batchMagic(bytes, at) < 2 ? next : batchBaseOffset(bytes, at),
      lastOffset,
      leaderEpoch: epoch,
      maxTimestamp: batchMaxTimestamp(bytes, at),
      offsetOfMaxTimestamp: lastOffset,
      stagedMs,
      producers: producer === undefined ? NO_PRODUCERS : [producer],
      result,
      sink: undefined,
      token: 0,
    });
    next = lastOffset + 1;
  }
  return appends;
}

function producerAppendsOf(bytes: Buffer): readonly ProducerAppend[] {
  let appends: ProducerAppend[] | undefined;
  const reader = new BatchReader(bytes);
  while (reader.next()) {
    if (batchMagic(bytes, reader.start) < 2 || batchProducerId(bytes, reader.start) < 0) continue;
    const append = producerAppendOf(bytes, reader.start, reader.end);
    if (append !== undefined) (appends ??= []).push(append);
  }
  return appends ?? NO_PRODUCERS;
}

function refuse(log: LogState, refusal: Refusal): AppendResult {
  log.logger.debug(`Refused an append: ${refusal.message}`);
  const logStartOffset = refusal.precedesLog ? -1 : log.logStartOffset;
  return refused(refusal.error, logStartOffset, refusal.clientMessage, refusal.recordErrors);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
