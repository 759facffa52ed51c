import { invalidArgument, type KafkaError } from '../errors.ts';
import { positive } from '../options.ts';
import type { TopicPartition } from '../records.ts';

/** What became of records that were acknowledged: Java's AcknowledgementCommitCallback. */
export interface Acknowledged extends TopicPartition {
  readonly offsets: readonly number[];
  /** Undefined: the broker has them. Else they may come again, here or elsewhere. */
  readonly error: KafkaError | undefined;
}

/** In brackets: Java's name, where it is not the same in another spelling. Defaults are Java's. */
export interface ShareConsumerOptions {
  /** [group.id] */
  readonly group: string;
  /**
   * `implicit`: a record about which nothing was said is accepted when the application asks for more. `explicit`: asking for
   * more without a word about each record is an error [share.acknowledgement.mode].
   */
  readonly acknowledgement?: 'implicit' | 'explicit' | undefined;
  /** `record-limit`: never more than `maxPollRecords` at a time; else whole batches (Kafka 4.2) [share.acquire.mode]. */
  readonly acquireMode?: 'batch-optimized' | 'record-limit' | undefined;
  /** After each acknowledgement that was answered, or failed. What it throws is logged. */
  readonly onAcknowledged?: ((results: readonly Acknowledged[]) => void) | undefined;
  /** Records acquired at a time, about. */
  readonly maxPollRecords?: number | undefined;
  /** How long the application may take until it asks again, before the member leaves. */
  readonly maxPollIntervalMs?: number | undefined;
  /** After so long without an answer of the coordinator the iterator throws. */
  readonly sessionTimeoutMs?: number | undefined;
  readonly fetchMinBytes?: number | undefined;
  readonly fetchMaxBytes?: number | undefined;
  readonly fetchMaxWaitMs?: number | undefined;
  readonly rack?: string | undefined;
  readonly checkCrcs?: boolean | undefined;
}

export type ShareConsumerSettings = Readonly<
  Required<{
    [Key in Exclude<keyof ShareConsumerOptions, 'onAcknowledged'>]: Exclude<ShareConsumerOptions[Key], undefined>;
  }>
> &
  Pick<ShareConsumerOptions, 'onAcknowledged'>;

const MIB = 1024 * 1024;

/** Checked, with defaults. Throws KafkaError (INVALID_ARGUMENT). */
export function shareConsumerSettings(options: ShareConsumerOptions): ShareConsumerSettings {
  if (options.group === '') throw invalidArgument('group: the name of a group is not empty');
  return {
    group: options.group,
    acknowledgement: options.acknowledgement ?? 'implicit',
    acquireMode: options.acquireMode ?? 'batch-optimized',
    onAcknowledged: options.onAcknowledged,
    maxPollRecords: Math.max(1, positive('maxPollRecords', options.maxPollRecords, 500)),
    maxPollIntervalMs: positive('maxPollIntervalMs', options.maxPollIntervalMs, 300_000),
    sessionTimeoutMs: positive('sessionTimeoutMs', options.sessionTimeoutMs, 45_000),
    fetchMinBytes: positive('fetchMinBytes', options.fetchMinBytes, 1),
    fetchMaxBytes: positive('fetchMaxBytes', options.fetchMaxBytes, 50 * MIB),
    fetchMaxWaitMs: positive('fetchMaxWaitMs', options.fetchMaxWaitMs, 500),
    rack: options.rack ?? '',
    checkCrcs: options.checkCrcs ?? true,
  };
}
