import type { MultiOp } from '@ottla/coordination';
import type { PartitionStateZnode } from '@ottla/coordination/cluster';
import { encodePartitionState, NO_LEADER, paths } from '@ottla/coordination/cluster';
import type { PartitionEntry, ReplicaPhase, ReplicaRef } from './controller-context.ts';
import type { PartitionStates } from './partition-states.task.ts';
import type { Reign } from './reign.ts';
import { partitionName } from './topic-partition.ts';

const ISR_ROUNDS_MAX = 20;

/** The replica state machine: which brokers hold what, and what they must be told (ZkReplicaStateMachine). */
export class ReplicaStates {
  readonly #reign: Reign;
  readonly #partitions: PartitionStates;

  constructor(reign: Reign, partitions: PartitionStates) {
    this.#reign = reign;
    this.#partitions = partitions;
  }

  /** Phases of what was loaded; replicas on live brokers are told their state. */
  initialize(): void {
    const { context } = this.#reign;
    for (const entry of context.partitions()) {
      for (const broker of entry.assignment.replicas) {
        // Kafka takes a dead broker's replicas as ineligible for deletion, so that a deletion waits for it.
        const online = context.isReplicaOnline(broker, entry);
        entry.replicas.set(broker, online ? 'online' : 'deletion-ineligible');
      }
    }
  }

  /** `new`: the broker makes its log when the partition comes online. */
  toNew(refs: readonly ReplicaRef[]): void {
    for (const { entry, broker } of refs) {
      const leadership = entry.leadership;
      if (leadership !== undefined) {
        if (leadership.state.leader === broker) {
          this.#reign.logger.error(`Replica ${broker} of ${partitionName(entry)} can't be new: it leads the partition`);
          continue;
        }
        this.#reign.batch.addLeaderAndIsr([broker], entry, true);
      }
      entry.replicas.set(broker, 'new');
    }
  }

  toOnline(refs: readonly ReplicaRef[]): void {
    for (const { entry, broker } of refs) {
      const isNew = entry.replicas.get(broker) === 'new';
      if (!isNew && entry.leadership !== undefined) this.#reign.batch.addLeaderAndIsr([broker], entry, false);
      entry.replicas.set(broker, 'online');
    }
  }

  /** Stops the replicas, takes them out of their ISRs, and tells the others. */
  async toOffline(refs: readonly ReplicaRef[]): Promise<void> {
    const { batch, context } = this.#reign;
    const byBroker = new Map<number, PartitionEntry[]>();
    for (const { entry, broker } of refs) {
      batch.addStopReplica([broker], entry, false);
      const entries = byBroker.get(broker);
      if (entries === undefined) byBroker.set(broker, [entry]);
      else entries.push(entry);
    }
    for (const [broker, entries] of byBroker) {
      const shrunk = await this.#removeFromIsr(broker, entries);
      for (const entry of entries) {
        if (shrunk.has(entry) && context.topics.get(entry.topic)?.deleting !== true) {
          const others = entry.assignment.replicas.filter((other) => other !== broker && context.isLive(other));
          batch.addLeaderAndIsr(others, entry, false);
        } else {
          batch.addUpdateMetadata(context.brokers.keys(), [entry]);
        }
        entry.replicas.set(broker, 'offline');
      }
    }
  }

  /** The broker deletes its log. */
  toDeletionStarted(refs: readonly ReplicaRef[]): void {
    for (const { entry, broker } of refs) {
      this.#reign.batch.addStopReplica([broker], entry, true);
      entry.replicas.set(broker, 'deletion-started');
    }
  }

  mark(refs: readonly ReplicaRef[], phase: ReplicaPhase): void {
    for (const { entry, broker } of refs) entry.replicas.set(broker, phase);
  }

  forget(refs: readonly ReplicaRef[]): void {
    for (const { entry, broker } of refs) entry.replicas.delete(broker);
  }

  /** The last member stays in the ISR: whoever comes back first must be it. */
  async #removeFromIsr(broker: number, entries: readonly PartitionEntry[]): Promise<Set<PartitionEntry>> {
    const shrunk = new Set<PartitionEntry>();
    let remaining = entries.filter((entry) => entry.leadership?.state.isr.includes(broker) === true);
    for (let round = 0; remaining.length > 0 && round < ISR_ROUNDS_MAX; round++) {
      const states = remaining.map((entry) => this.#without(entry, broker));
      const outcomes = await this.#reign.writer.writeAll(
        remaining.map((entry, index) => setState(entry, states[index])),
      );
      const again: PartitionEntry[] = [];
      for (const [index, entry] of remaining.entries()) {
        const state = states[index];
        if (state === undefined || entry.leadership === undefined) continue;
        if (outcomes[index]?.ok === true) {
          entry.leadership = { state, partitionEpoch: entry.leadership.partitionEpoch + 1 };
          shrunk.add(entry);
        } else if ((await this.#partitions.reload(entry)) && entry.leadership?.state.isr.includes(broker) === true) {
          again.push(entry);
        }
      }
      remaining = again;
    }
    return shrunk;
  }

  #without(entry: PartitionEntry, broker: number): PartitionStateZnode | undefined {
    const state = entry.leadership?.state;
    if (state === undefined) return undefined;
    const isr = state.isr.length === 1 ? state.isr : state.isr.filter((member) => member !== broker);
    return {
      ...state,
      leader: state.leader === broker ? NO_LEADER : state.leader,
      leaderEpoch: state.leaderEpoch + 1,
      isr,
      controllerEpoch: this.#reign.context.epoch,
    };
  }
}

function setState(entry: PartitionEntry, state: PartitionStateZnode | undefined): MultiOp[] {
  if (state === undefined) return [];
  return [
    {
      op: 'set',
      path: paths.partitionStatePath(entry.topic, entry.partition),
      data: encodePartitionState(state),
      version: entry.leadership?.partitionEpoch ?? -1,
    },
  ];
}
