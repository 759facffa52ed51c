import { Logger } from '@ottla/platform';
import { SimulatedWorld } from '@ottla/platform/simulated';
import { ErrorCode } from '@ottla/protocol';
import { type CommitRequest, commitOffsets } from '../group/commit-offsets.ts';
import type { GroupSettings } from '../group/group-settings.ts';
import { GroupShard } from '../group/group-shard.ts';
import { type JoinRequest, joinGroup } from '../group/join-group.ts';
import { heartbeat, leaveGroup, syncGroup } from '../group/membership.ts';
import type { JoinResult, SyncResult } from '../group/results.ts';
import { loadShard } from '../runtime/load-shard.task.ts';
import type { Outcome } from '../runtime/shard.ts';
import { ShardHost } from '../runtime/shard-host.ts';
import { ScriptedLog } from './scripted-log.ts';

/** An answer that may still be to come. */
export interface Waiting<T> {
  value: T | undefined;
}

const SETTINGS: GroupSettings = {
  sessionTimeoutMinMs: 6_000,
  sessionTimeoutMaxMs: 1_800_000,
  groupSizeMax: 3,
  initialRebalanceDelayMs: 3_000,
  offsetMetadataBytesMax: 4_096,
  offsetsRetentionMs: 7 * 24 * 3_600_000,
  offsetsRetentionCheckMs: 600_000,
};

/** One group shard in virtual time, with requests as short calls and answers as they come. */
export class GroupHarness {
  readonly world = new SimulatedWorld('groups');
  readonly settings: GroupSettings;
  log: ScriptedLog;
  host: ShardHost<GroupShard>;
  lost = 0;

  constructor(settings: Partial<GroupSettings> = {}) {
    this.settings = { ...SETTINGS, ...settings };
    this.log = new ScriptedLog(this.#platform.clock);
    this.host = this.#host();
    this.host.activate();
  }

  get #platform() {
    return this.world.node('coordinator').platform;
  }

  get shard(): GroupShard {
    return this.host.shard;
  }

  #host(): ShardHost<GroupShard> {
    const platform = this.#platform;
    const logger = new Logger(platform.log, 'test');
    return new ShardHost<GroupShard>({
      log: this.log,
      clock: platform.clock,
      logger,
      build: (host) => new GroupShard(host, { platform, logger, settings: () => this.settings }),
      onLost: () => {
        this.lost++;
      },
    });
  }

  /** A new leader epoch loads what the log has. */
  async failOver(): Promise<void> {
    this.host.close(ErrorCode.NOT_COORDINATOR);
    this.log = new ScriptedLog(this.#platform.clock, this.log.leaderEpoch + 1, this.log.batches);
    this.host = this.#host();
    const loading = loadShard(this.host, this.#platform.clock, new Logger(this.#platform.log, 'test'), 1 << 20);
    await this.world.run({ until: () => this.host.state !== 'loading' });
    await loading;
  }

  async advance(ms: number): Promise<void> {
    await this.world.run({ untilMs: this.world.nowMs + ms });
  }

  /** Long enough for writes and answers, too short for any timer of a group. */
  async settle(): Promise<void> {
    await this.advance(50);
  }

  join(memberId: string, more: Partial<JoinRequest> = {}): Waiting<JoinResult> {
    const waiting: Waiting<JoinResult> = { value: undefined };
    joinGroup(
      this.shard,
      {
        groupId: 'g',
        memberId,
        groupInstanceId: null,
        clientId: 'client',
        clientHost: '/127.0.0.1',
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from('m') }],
        rebalanceTimeoutMs: 60_000,
        sessionTimeoutMs: 10_000,
        requireKnownMemberId: false,
        supportsSkippingAssignment: true,
        reason: 'test',
        ...more,
      },
      (result) => {
        waiting.value = result;
      },
    );
    return waiting;
  }

  sync(
    member: JoinResult,
    assignments: Record<string, string> = {},
    groupInstanceId: string | null = null,
  ): Waiting<SyncResult> {
    const waiting: Waiting<SyncResult> = { value: undefined };
    syncGroup(
      this.shard,
      {
        groupId: 'g',
        generationId: member.generationId,
        memberId: member.memberId,
        groupInstanceId,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: new Map(Object.entries(assignments).map(([id, text]) => [id, Buffer.from(text)])),
      },
      (result) => {
        waiting.value = result;
      },
    );
    return waiting;
  }

  heartbeat(member: { memberId: string; generationId: number }, groupInstanceId: string | null = null): ErrorCode {
    return heartbeat(this.shard, 'g', member.memberId, groupInstanceId, member.generationId);
  }

  leave(memberId: string, groupInstanceId: string | null = null): ErrorCode | undefined {
    return leaveGroup(this.shard, 'g', [{ memberId, groupInstanceId, reason: null }]).members[0];
  }

  commit(offset: number, more: Partial<CommitRequest> = {}): Waiting<Outcome<readonly ErrorCode[]>> {
    const waiting: Waiting<Outcome<readonly ErrorCode[]>> = { value: undefined };
    const now = this.#platform.clock.wallMs();
    const offsets = [
      {
        topic: 't',
        partition: 0,
        offset,
        leaderEpoch: -1,
        metadata: '',
        commitTimestamp: now,
        expireTimestamp: undefined,
      },
    ];
    this.host.write<readonly ErrorCode[]>(
      (shard) =>
        commitOffsets(shard, { groupId: 'g', memberId: '', groupInstanceId: null, generationId: -1, offsets, ...more }),
      (outcome) => {
        waiting.value = outcome;
      },
    );
    return waiting;
  }

  committed(): number | undefined {
    const offset = this.shard.offsets.get('g', 't', 0)?.offset;
    return offset === undefined ? undefined : Number(offset);
  }

  /** Members that have joined and been assigned; the first is the leader. */
  async stable(count: number, more: Partial<JoinRequest> = {}): Promise<JoinResult[]> {
    const joins = Array.from({ length: count }, () => this.join('', more));
    await this.advance(this.settings.initialRebalanceDelayMs * 4);
    const members = joins.map((join) => answered(join));
    const leader = members.find((member) => member.leaderId === member.memberId);
    if (leader === undefined) throw new Error('nobody leads');
    const syncs = members.map((member) =>
      this.sync(
        member,
        member === leader ? Object.fromEntries(members.map(({ memberId }, index) => [memberId, `part ${index}`])) : {},
      ),
    );
    await this.settle();
    for (const sync of syncs)
      if (answered(sync).error !== ErrorCode.NONE) throw new Error(`sync failed: ${answered(sync).error}`);
    return [leader, ...members.filter((member) => member !== leader)];
  }
}

export function answered<T>(waiting: Waiting<T>): T {
  if (waiting.value === undefined) throw new Error('no answer yet');
  return waiting.value;
}
