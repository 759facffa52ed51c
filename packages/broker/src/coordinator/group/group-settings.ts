/** The configuration that the group coordinator asks for at each use, so that a change takes effect at once. Times in ms. */
export interface GroupSettings {
  /** `group.min.session.timeout.ms` */
  readonly sessionTimeoutMinMs: number;
  /** `group.max.session.timeout.ms` */
  readonly sessionTimeoutMaxMs: number;
  /** `group.max.size` */
  readonly groupSizeMax: number;
  /** `group.initial.rebalance.delay.ms` */
  readonly initialRebalanceDelayMs: number;
  /** `offset.metadata.max.bytes` */
  readonly offsetMetadataBytesMax: number;
  /** `offsets.retention.minutes`, as ms */
  readonly offsetsRetentionMs: number;
  /** `offsets.retention.check.interval.ms` */
  readonly offsetsRetentionCheckMs: number;
}

/** How long a new member may take to finish its first rebalance before its session is checked (Kafka: 5 minutes). */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000;

/** Group and member ids may hold any character: the length keeps two pairs from sharing a key. */
export const sessionTimerKey = (groupId: string, memberId: string): string =>
  `session:${groupId.length}:${groupId}:${memberId}`;
export const joinTimerKey = (groupId: string): string => `join:${groupId}`;
export const syncTimerKey = (groupId: string): string => `sync:${groupId}`;
