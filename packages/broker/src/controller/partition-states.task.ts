import type { MultiOp } from '@ottla/coordination';
import type { PartitionStateZnode } from '@ottla/coordination/cluster';
import { decodeConfig, decodePartitionState, encodePartitionState, paths } from '@ottla/coordination/cluster';
import { ErrorCode } from '@ottla/protocol';
import type { PartitionEntry, TopicEntry } from './controller-context.ts';
import type { Elected, ElectionInput } from './leader-election.ts';
import { electForShutdown, electOffline, electPreferred, electReassigned } from './leader-election.ts';
import type { Reign } from './reign.ts';
import { partitionName } from './topic-partition.ts';

/** How a leader is chosen for a partition that had one. */
export type ElectionKind = 'offline' | 'offline-unclean' | 'preferred' | 'reassigned' | 'shutdown';

/** NONE, or why the partition did not come online. */
export type ElectionResults = Map<PartitionEntry, ErrorCode>;

/** Rounds against writers that change the same state node; each round re-reads it. */
const ELECTION_ROUNDS_MAX = 20;

/** The partition state machine: brings partitions online and moves their leaders (ZkPartitionStateMachine). */
export class PartitionStates {
  readonly #reign: Reign;

  constructor(reign: Reign) {
    this.#reign = reign;
  }

  /** First leader for partitions without one, an election of `kind` for the others. LeaderAndIsr goes into the batch. */
  async toOnline(entries: readonly PartitionEntry[], kind: ElectionKind): Promise<ElectionResults> {
    const results: ElectionResults = new Map();
    const fresh = entries.filter((entry) => entry.leadership === undefined);
    const known = entries.filter((entry) => entry.leadership !== undefined);
    if (fresh.length > 0) await this.#initialize(fresh, results);
    let remaining: readonly PartitionEntry[] = known;
    for (let round = 0; remaining.length > 0 && round < ELECTION_ROUNDS_MAX; round++) {
      remaining = await this.#elect(remaining, kind, results);
    }
    for (const entry of remaining) results.set(entry, ErrorCode.UNKNOWN_SERVER_ERROR);
    return results;
  }

  toOffline(entries: Iterable<PartitionEntry>): void {
    for (const entry of entries) entry.phase = 'offline';
  }

  /** Phases of partitions that were loaded: with a live leader online, else offline; never led: new. */
  initialize(): void {
    const { context } = this.#reign;
    for (const entry of context.partitions()) {
      if (entry.leadership === undefined) entry.phase = 'new';
      else entry.phase = context.isReplicaOnline(entry.leadership.state.leader, entry) ? 'online' : 'offline';
    }
  }

  /** Tries every partition that is new or offline and not being deleted. */
  async triggerOnline(): Promise<void> {
    const entries: PartitionEntry[] = [];
    for (const topic of this.#reign.context.topics.values()) {
      if (topic.deleting) continue;
      for (const entry of topic.partitions.values()) if (entry.phase !== 'online') entries.push(entry);
    }
    if (entries.length > 0) await this.toOnline(entries, 'offline');
  }

  async #initialize(entries: readonly PartitionEntry[], results: ElectionResults): Promise<void> {
    const { context, writer, logger } = this.#reign;
    const chosen: { readonly entry: PartitionEntry; readonly state: PartitionStateZnode }[] = [];
    const topics = new Set<TopicEntry>();
    for (const entry of entries) {
      const live = context.liveReplicas(entry);
      const [leader] = live;
      const topic = context.topics.get(entry.topic);
      if (leader === undefined || topic === undefined) {
        logger.error(
          `Partition ${partitionName(entry)} can't come online: none of its replicas ${entry.assignment.replicas.join(',')} is alive`,
        );
        results.set(entry, ErrorCode.LEADER_NOT_AVAILABLE);
        continue;
      }
      topics.add(topic);
      const state = {
        leader,
        leaderEpoch: 0,
        isr: live,
        recoveryState: 'recovered',
        controllerEpoch: context.epoch,
      } as const;
      chosen.push({ entry, state });
    }
    const folders = [...topics].map((topic): MultiOp[] => [
      { op: 'create', path: paths.topicPartitionsPath(topic.name), data: null },
    ]);
    // The folders go ahead on the same session; that one exists already is no matter.
    const [, outcomes] = await Promise.all([
      writer.writeAll(folders),
      writer.writeAll(chosen.map(({ entry, state }) => createState(entry, state))),
    ]);
    for (const [index, { entry, state }] of chosen.entries()) {
      if (outcomes[index]?.ok === true) {
        entry.leadership = { state, partitionEpoch: 0 };
        this.#announce(entry, true);
        results.set(entry, ErrorCode.NONE);
      } else {
        results.set(entry, await this.#initializeAgain(entry, state));
      }
    }
  }

  /** Part of the partition's nodes is there: from a controller that stopped half way, or a lost answer. */
  async #initializeAgain(entry: PartitionEntry, state: PartitionStateZnode): Promise<ErrorCode> {
    const { coordination, writer, logger } = this.#reign;
    const path = paths.partitionStatePath(entry.topic, entry.partition);
    await writer.write([{ op: 'create', path: paths.partitionPath(entry.topic, entry.partition), data: null }]);
    const created = await writer.write([{ op: 'create', path, data: encodePartitionState(state) }]);
    if (created.ok) {
      entry.leadership = { state, partitionEpoch: 0 };
      this.#announce(entry, true);
      return ErrorCode.NONE;
    }
    const stored = await coordination.get(path);
    const found = stored.ok ? decodePartitionState(stored.data) : undefined;
    if (!stored.ok || found === undefined) {
      logger.error(`Partition ${partitionName(entry)} can't come online: ${path} can't be written (${created.code})`);
      return ErrorCode.UNKNOWN_SERVER_ERROR;
    }
    entry.leadership = { state: found, partitionEpoch: stored.stat.version };
    return (await this.toOnline([entry], 'offline')).get(entry) ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  }

  /** One round of elections; returns those whose state node had another version and was read again. */
  async #elect(
    entries: readonly PartitionEntry[],
    kind: ElectionKind,
    results: ElectionResults,
  ): Promise<PartitionEntry[]> {
    const { writer } = this.#reign;
    const chosen: { readonly entry: PartitionEntry; readonly state: PartitionStateZnode }[] = [];
    for (const entry of entries) {
      const state = await this.#nextState(entry, kind);
      if (typeof state === 'number') results.set(entry, state);
      else chosen.push({ entry, state });
    }
    const outcomes = await writer.writeAll(
      chosen.map(({ entry, state }): MultiOp[] => [
        {
          op: 'set',
          path: paths.partitionStatePath(entry.topic, entry.partition),
          data: encodePartitionState(state),
          version: entry.leadership?.partitionEpoch ?? -1,
        },
      ]),
    );
    const again: PartitionEntry[] = [];
    for (const [index, { entry, state }] of chosen.entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok === true) {
        entry.leadership = { state, partitionEpoch: (entry.leadership?.partitionEpoch ?? 0) + 1 };
        this.#announce(entry, false);
        results.set(entry, ErrorCode.NONE);
      } else if (outcome?.code === 'BadVersion' && (await this.reload(entry))) {
        again.push(entry);
      } else {
        results.set(entry, ErrorCode.UNKNOWN_SERVER_ERROR);
      }
    }
    return again;
  }

  /** Reads the state node again. False when it is gone or not readable. */
  async reload(entry: PartitionEntry): Promise<boolean> {
    const outcome = await this.#reign.coordination.get(paths.partitionStatePath(entry.topic, entry.partition));
    const state = outcome.ok ? decodePartitionState(outcome.data) : undefined;
    if (!outcome.ok || state === undefined) return false;
    entry.leadership = { state, partitionEpoch: outcome.stat.version };
    return true;
  }

  async #nextState(entry: PartitionEntry, kind: ElectionKind): Promise<PartitionStateZnode | ErrorCode> {
    const { context } = this.#reign;
    const current = entry.leadership?.state;
    if (current === undefined) return ErrorCode.UNKNOWN_SERVER_ERROR;
    const input: ElectionInput = {
      assignment: entry.assignment.replicas,
      isr: current.isr,
      isLive: (broker) => context.isReplicaOnline(broker, entry, kind === 'shutdown'),
    };
    let elected = this.#choose(entry, input, kind);
    if (elected === undefined && kind === 'offline' && (await this.#mayBeUnclean(entry.topic))) {
      elected = electOffline(input, true);
    }
    if (elected === undefined) return electionError(kind);
    if (kind === 'preferred' && elected.leader === current.leader) return ErrorCode.ELECTION_NOT_NEEDED;
    return {
      leader: elected.leader,
      leaderEpoch: current.leaderEpoch + 1,
      isr: elected.isr,
      recoveryState: elected.unclean ? 'recovering' : current.recoveryState,
      controllerEpoch: context.epoch,
    };
  }

  #choose(entry: PartitionEntry, input: ElectionInput, kind: ElectionKind): Elected | undefined {
    switch (kind) {
      case 'offline':
        return electOffline(input, false);
      case 'offline-unclean':
        return electOffline(input, true);
      case 'preferred':
        return electPreferred(input);
      case 'reassigned':
        return electReassigned(input, targetReplicas(entry));
      case 'shutdown':
        return electForShutdown(input, this.#reign.context.shuttingDown);
    }
  }

  async #mayBeUnclean(topic: string): Promise<boolean> {
    const node = await this.#reign.coordination.get(paths.configPath('topics', topic));
    const override = node.ok ? decodeConfig(node.data)?.get('unclean.leader.election.enable') : undefined;
    return override === undefined ? this.#reign.settings.uncleanLeaderElectionEnable() : override === 'true';
  }

  #announce(entry: PartitionEntry, isNew: boolean): void {
    entry.phase = 'online';
    const { batch, context } = this.#reign;
    const recipients = entry.assignment.replicas.filter((broker) => context.isReplicaOnline(broker, entry));
    batch.addLeaderAndIsr(recipients, entry, isNew);
  }
}

/** Where a reassignment leads: the assignment without what is being removed. */
export function targetReplicas(entry: PartitionEntry): number[] {
  return entry.assignment.replicas.filter((broker) => !entry.assignment.removing.includes(broker));
}

function createState(entry: PartitionEntry, state: PartitionStateZnode): MultiOp[] {
  return [
    { op: 'create', path: paths.partitionPath(entry.topic, entry.partition), data: null },
    {
      op: 'create',
      path: paths.partitionStatePath(entry.topic, entry.partition),
      data: encodePartitionState(state),
    },
  ];
}

function electionError(kind: ElectionKind): ErrorCode {
  if (kind === 'preferred') return ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE;
  return kind === 'offline-unclean' || kind === 'offline'
    ? ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE
    : ErrorCode.LEADER_NOT_AVAILABLE;
}
