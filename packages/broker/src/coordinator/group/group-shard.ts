/**
 * The groups of one partition of __consumer_offsets: their committed offsets, changed by replay only, and the membership
 * of classic groups, which is soft. A group's record is read back when a shard is loaded; while the shard lives, the
 * group in memory is newer than its record, so replaying one changes nothing.
 */
import type { Logger, Platform } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import type { CoordinatorRecord, CoordinatorShard, ReplayContext } from '../runtime/shard.ts';
import type { ShardHost } from '../runtime/shard-host.ts';
import { ClassicGroup } from './classic-group.ts';
import { decodeGroupRecord } from './group-records.ts';
import { type GroupSettings, sessionTimerKey } from './group-settings.ts';
import { restoreGroup } from './group-value.ts';
import { OffsetStore } from './offset-store.ts';
import { Rebalance } from './rebalance.ts';
import { joinError, syncError } from './results.ts';

export interface GroupShardOptions {
  readonly platform: Platform;
  readonly logger: Logger;
  readonly settings: () => GroupSettings;
}

export class GroupShard implements CoordinatorShard {
  readonly host: ShardHost<GroupShard>;
  readonly offsets = new OffsetStore();
  readonly rebalance: Rebalance;
  readonly options: GroupShardOptions;
  readonly #groups = new Map<string, ClassicGroup>();
  #loading = true;

  constructor(host: ShardHost<GroupShard>, options: GroupShardOptions) {
    this.host = host;
    this.options = options;
    this.rebalance = new Rebalance(this);
  }

  get settings(): GroupSettings {
    return this.options.settings();
  }

  nowMs(): number {
    return this.options.platform.clock.wallMs();
  }

  group(groupId: string): ClassicGroup | undefined {
    return this.#groups.get(groupId);
  }

  groups(): Iterable<ClassicGroup> {
    return this.#groups.values();
  }

  groupOrNew(groupId: string): ClassicGroup {
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = new ClassicGroup(groupId);
      this.#groups.set(groupId, group);
    }
    return group;
  }

  /** Drops a group that is Dead. */
  forget(group: ClassicGroup): void {
    if (this.#groups.get(group.groupId) === group) this.#groups.delete(group.groupId);
  }

  replay(record: CoordinatorRecord, _context: ReplayContext): void {
    const decoded = decodeGroupRecord(record);
    if (decoded === undefined) return;
    if (decoded.kind === 'offset') {
      if (decoded.value === undefined) this.offsets.delete(decoded.group, decoded.topic, decoded.partition);
      else this.offsets.set(decoded.group, decoded.topic, decoded.partition, decoded.value);
    } else if (this.#loading) {
      if (decoded.value === undefined) this.#groups.delete(decoded.group);
      else this.#groups.set(decoded.group, restoreGroup(decoded.group, decoded.value));
    }
  }

  loaded(): void {
    this.#loading = false;
    for (const groupId of this.offsets.groups()) this.groupOrNew(groupId);
    for (const group of this.#groups.values()) {
      for (const member of group.members.values()) this.rebalance.restartSession(group, member);
    }
  }

  unloaded(): void {
    for (const group of this.#groups.values()) {
      for (const member of group.members.values()) {
        member.answerJoin(joinError(member.memberId, ErrorCode.NOT_COORDINATOR));
        member.answerSync(syncError(ErrorCode.NOT_COORDINATOR));
      }
    }
    this.#groups.clear();
  }

  cancelSession(group: ClassicGroup, memberId: string): void {
    this.host.timers.cancel(sessionTimerKey(group.groupId, memberId));
  }
}
