/*
 * Names in a log directory:
 *   <topic>-<partition>/                    a log; the partition is what follows the last '-'
 *   <topic>-<partition>.<32 hex>-delete/    being deleted (the topic is cut so that the name has at most 255 characters)
 *   <topic>-<partition>.<32 hex>-stray/     not in the metadata any more
 *   <topic>-<partition>.<32 hex>-future/    being moved here from another directory
 *     <20 digits>.log .index .timeindex .txnindex .snapshot     the digits are the base offset
 *     ... followed by .cleaned .swap .deleted                   on their way in or out
 */
export const LOG_SUFFIX = '.log';
export const OFFSET_INDEX_SUFFIX = '.index';
export const TIME_INDEX_SUFFIX = '.timeindex';
export const TXN_INDEX_SUFFIX = '.txnindex';
export const SNAPSHOT_SUFFIX = '.snapshot';
export const CLEANED_SUFFIX = '.cleaned';
export const SWAP_SUFFIX = '.swap';
export const DELETED_SUFFIX = '.deleted';

export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';
export const PARTITION_METADATA = 'partition.metadata';
export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint';
export const HIGH_WATERMARK_CHECKPOINT = 'replication-offset-checkpoint';
export const LOG_START_OFFSET_CHECKPOINT = 'log-start-offset-checkpoint';
export const META_PROPERTIES = 'meta.properties';
export const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';

export type LogDirectoryKind = 'current' | 'delete' | 'stray' | 'future';

export interface LogDirectoryName {
  readonly topic: string;
  readonly partition: number;
  readonly kind: LogDirectoryKind;
}

const MARKED = /^(\S+)-(\S+)\.(\S+)-(delete|stray|future)$/;

/** Undefined when the name is not one of Kafka's: then the directory is not ours. */
export function parseLogDirectoryName(name: string): LogDirectoryName | undefined {
  const marked = MARKED.exec(name);
  const plain = marked === null ? name : `${marked[1]}-${marked[2]}`;
  const dash = plain.lastIndexOf('-');
  const digits = plain.slice(dash + 1);
  if (dash <= 0 || !/^[0-9]+$/.test(digits)) return undefined;
  const suffix = marked?.[4];
  const kind: LogDirectoryKind = suffix === 'delete' || suffix === 'stray' || suffix === 'future' ? suffix : 'current';
  return { topic: plain.slice(0, dash), partition: Number(digits), kind };
}

/** The name under which a log waits for its removal. `uniqueId` has 32 hex digits. */
export function markedDirectoryName(
  topic: string,
  partition: number,
  kind: 'delete' | 'stray',
  uniqueId: string,
): string {
  const tail = `-${partition}.${uniqueId}-${kind}`;
  return topic.slice(0, 255 - tail.length) + tail;
}

export function segmentFileName(baseOffset: number, suffix: string): string {
  return baseOffset.toString().padStart(20, '0') + suffix;
}

/** The offset in the name of a segment's or snapshot's file, whatever follows it. Undefined when there is none. */
export function offsetOfFileName(name: string): number | undefined {
  const digits = /^([0-9]+)\./.exec(name)?.[1];
  if (digits === undefined) return undefined;
  const offset = Number(digits);
  return Number.isSafeInteger(offset) ? offset : undefined;
}
