/**
 * Moves of replicas (KIP-455). The topic's node holds target followed by the rest, with what is added and removed; the
 * added replicas join the ISR like any follower; then the leader moves into the target, the removed replicas go, and the
 * node holds the target alone. With one broker only the identical assignment is possible, and it is done at once.
 */
import type { MultiOp } from '@ottla/coordination';
import type { ReplicaAssignment } from '@ottla/coordination/cluster';
import { assignment, encodePartitionState, encodeTopic, paths } from '@ottla/coordination/cluster';
import { ErrorCode } from '@ottla/protocol';
import type { PartitionEntry, ReplicaRef } from './controller-context.ts';
import type { PartitionStates } from './partition-states.task.ts';
import { targetReplicas } from './partition-states.task.ts';
import type { Reign } from './reign.ts';
import type { ReplicaStates } from './replica-states.task.ts';
import type { TopicDeletion } from './topic-deletion.task.ts';
import type { TopicPartition } from './topic-partition.ts';

export interface ReassignmentRequest extends TopicPartition {
  /** Null cancels a running one. */
  readonly replicas: readonly number[] | null;
}

export interface ReassignmentResult extends TopicPartition {
  readonly error: ErrorCode;
  readonly message: string | null;
}

export interface OngoingReassignment extends TopicPartition, ReplicaAssignment {}

const EPOCH_ROUNDS_MAX = 20;

export class Reassignments {
  readonly #reign: Reign;
  readonly #partitions: PartitionStates;
  readonly #replicas: ReplicaStates;
  readonly #deletion: TopicDeletion;

  constructor(reign: Reign, partitions: PartitionStates, replicas: ReplicaStates, deletion: TopicDeletion) {
    this.#reign = reign;
    this.#partitions = partitions;
    this.#replicas = replicas;
    this.#deletion = deletion;
  }

  async alter(
    requests: readonly ReassignmentRequest[],
    allowReplicationFactorChange: boolean,
  ): Promise<ReassignmentResult[]> {
    const results: ReassignmentResult[] = [];
    for (const request of requests) results.push(await this.#alterOne(request, allowReplicationFactorChange));
    return results;
  }

  /** Null: all that run. */
  list(wanted: readonly TopicPartition[] | null): OngoingReassignment[] {
    const { context } = this.#reign;
    const ongoing: OngoingReassignment[] = [];
    const entries =
      wanted === null ? context.partitions() : wanted.map((tp) => context.partition(tp.topic, tp.partition));
    for (const entry of entries) {
      if (entry?.isReassigning !== true) continue;
      ongoing.push({ topic: entry.topic, partition: entry.partition, ...entry.assignment });
    }
    return ongoing;
  }

  /** Takes every running one a step on: after an election, or when a broker came. */
  async resumeAll(): Promise<void> {
    for (const { topic, partition } of this.list(null)) {
      const entry = this.#reign.context.partition(topic, partition);
      if (entry !== undefined) await this.#advance(entry);
    }
  }

  /** The ISR of `entry` changed. */
  async isrChanged(entry: PartitionEntry): Promise<void> {
    if (entry.isReassigning && this.#isCaughtUp(entry)) await this.#advance(entry);
  }

  /** Replicas that were removed are not waited for: what is left on a broker that was away is deleted when it returns. */
  replicasStopped(refs: readonly ReplicaRef[], _failed: ReadonlySet<ReplicaRef>): void {
    for (const { entry, broker } of refs) {
      if (!entry.assignment.replicas.includes(broker)) entry.replicas.delete(broker);
    }
  }

  async #alterOne(request: ReassignmentRequest, allowReplicationFactorChange: boolean): Promise<ReassignmentResult> {
    const { context } = this.#reign;
    const { topic, partition, replicas } = request;
    const answer = (error: ErrorCode, message: string | null = null): ReassignmentResult => ({
      topic,
      partition,
      error,
      message,
    });
    const entry = context.partition(topic, partition);
    if (replicas === null) {
      if (entry?.isReassigning !== true) return answer(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
    } else {
      const problem = this.#targetProblem(replicas, entry?.assignment.replicas ?? []);
      if (problem !== undefined) return answer(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
    }
    if (entry === undefined || context.topics.get(topic)?.deleting === true) {
      return answer(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'The partition does not exist.');
    }
    if (replicas !== null) {
      const factor = originalReplicas(entry.assignment).length;
      if (!allowReplicationFactorChange && replicas.length !== factor) {
        const text = `The replication factor is changed from ${factor} to ${replicas.length}`;
        return answer(ErrorCode.INVALID_REPLICATION_FACTOR, text);
      }
    }
    const next = reassign(entry.assignment, replicas ?? originalReplicas(entry.assignment));
    if (sameAssignment(entry.assignment, next)) return answer(ErrorCode.NONE);
    const previous = entry.assignment;
    if (!(await this.#writeAssignment(entry, next))) return answer(ErrorCode.UNKNOWN_SERVER_ERROR);
    const unneeded = previous.replicas.filter((broker) => !next.replicas.includes(broker));
    if (unneeded.length > 0) await this.#stop(entry, unneeded);
    await this.#advance(entry);
    return answer(ErrorCode.NONE);
  }

  /** Kafka's words, in which lists and sets look as Scala prints them. Replicas that are there already may be dead. */
  #targetProblem(target: readonly number[], current: readonly number[]): string | undefined {
    const print = (ids: readonly number[]): string => `ArrayBuffer(${ids.join(', ')})`;
    if (target.length === 0) return 'Empty replica list specified in partition reassignment.';
    if (new Set(target).size !== target.length) {
      return `Duplicate replica ids in partition reassignment replica list: ${print(target)}`;
    }
    if (target.some((id) => id < 0)) return `Invalid broker id in replica list: ${print(target)}`;
    const live = [...this.#reign.context.brokers.keys()];
    const added = target.filter((id) => !current.includes(id));
    if (added.some((id) => !live.includes(id))) {
      return `Replica assignment has brokers that are not alive. Replica list: ${print(added)}, live broker list: Set(${live.join(', ')})`;
    }
    return undefined;
  }

  async #advance(entry: PartitionEntry): Promise<void> {
    const { batch, context } = this.#reign;
    if (!this.#isCaughtUp(entry)) {
      await this.#bumpEpoch(entry);
      const adding = entry.assignment.adding.filter((broker) => !entry.replicas.has(broker));
      this.#replicas.toNew(adding.map((broker) => ({ entry, broker })));
      this.#reign.send();
      return;
    }
    const { adding, removing } = entry.assignment;
    this.#replicas.toOnline(adding.map((broker) => ({ entry, broker })));
    entry.assignment = assignment(targetReplicas(entry));
    const leader = entry.leadership?.state.leader ?? -1;
    if (entry.assignment.replicas.includes(leader) && context.isLive(leader)) await this.#bumpEpoch(entry);
    else await this.#partitions.toOnline([entry], 'reassigned');
    await this.#stop(entry, removing);
    await this.#writeAssignment(entry, entry.assignment);
    batch.addUpdateMetadata(context.brokers.keys(), [entry]);
    this.#reign.send();
    await this.#deletion.resume();
  }

  async #stop(entry: PartitionEntry, brokers: readonly number[]): Promise<void> {
    const refs = brokers.map((broker) => ({ entry, broker }));
    await this.#replicas.toOffline(refs);
    this.#replicas.toDeletionStarted(refs);
    this.#reign.send();
    this.#replicas.forget(refs);
  }

  #isCaughtUp(entry: PartitionEntry): boolean {
    const isr = entry.leadership?.state.isr ?? [];
    return targetReplicas(entry).every((broker) => isr.includes(broker));
  }

  async #writeAssignment(entry: PartitionEntry, next: ReplicaAssignment): Promise<boolean> {
    const { context, writer } = this.#reign;
    const topic = context.topics.get(entry.topic);
    if (topic === undefined) return false;
    const partitions = new Map([...topic.partitions].map(([partition, other]) => [partition, other.assignment]));
    partitions.set(entry.partition, next);
    const data = encodeTopic({ topicId: topic.id, partitions });
    const outcome = await writer.write([{ op: 'set', path: paths.topicPath(entry.topic), data, version: -1 }]);
    if (outcome.ok) entry.assignment = next;
    return outcome.ok;
  }

  /** A new leader epoch with the same leader: every replica hears of the new assignment. */
  async #bumpEpoch(entry: PartitionEntry): Promise<void> {
    const { batch, context, writer } = this.#reign;
    for (let round = 0; round < EPOCH_ROUNDS_MAX; round++) {
      const current = entry.leadership;
      if (current === undefined) return;
      const state = {
        ...current.state,
        leaderEpoch: current.state.leaderEpoch + 1,
        controllerEpoch: context.epoch,
      };
      const op: MultiOp = {
        op: 'set',
        path: paths.partitionStatePath(entry.topic, entry.partition),
        data: encodePartitionState(state),
        version: current.partitionEpoch,
      };
      const outcome = await writer.write([op]);
      if (outcome.ok) {
        entry.leadership = { state, partitionEpoch: current.partitionEpoch + 1 };
        const live = entry.assignment.replicas.filter((broker) => context.isReplicaOnline(broker, entry));
        batch.addLeaderAndIsr(live, entry, false);
        return;
      }
      if (!(await this.#partitions.reload(entry))) return;
    }
  }
}

/** Without what an unfinished reassignment was adding. */
function originalReplicas(current: ReplicaAssignment): number[] {
  return current.replicas.filter((broker) => !current.adding.includes(broker));
}

function reassign(current: ReplicaAssignment, target: readonly number[]): ReplicaAssignment {
  const origin = originalReplicas(current);
  const all = [...target, ...origin.filter((broker) => !target.includes(broker))];
  return {
    replicas: all,
    adding: all.filter((broker) => !origin.includes(broker)),
    removing: all.filter((broker) => !target.includes(broker)),
  };
}

function sameAssignment(a: ReplicaAssignment, b: ReplicaAssignment): boolean {
  const same = (x: readonly number[], y: readonly number[]): boolean => x.join() === y.join();
  return same(a.replicas, b.replicas) && same(a.adding, b.adding) && same(a.removing, b.removing);
}
