import { ErrorCode } from '@ottla/protocol';
import type { PartitionEntry } from './controller-context.ts';
import type { PartitionStates } from './partition-states.task.ts';
import type { Reign } from './reign.ts';
import type { TopicPartition } from './topic-partition.ts';

export type RequestedElection = 'preferred' | 'unclean';

export interface ElectionResult extends TopicPartition {
  readonly error: ErrorCode;
  readonly message: string | null;
}

/** First look at the balance of leaders after taking over, ms (KafkaController.scheduleAutoLeaderRebalanceTask). */
const FIRST_REBALANCE_MS = 5000;

/** Elections that somebody asked for, and those of `auto.leader.rebalance.enable`. */
export class LeaderElections {
  readonly #reign: Reign;
  readonly #partitions: PartitionStates;

  constructor(reign: Reign, partitions: PartitionStates) {
    this.#reign = reign;
    this.#partitions = partitions;
  }

  /** Null: every partition there is; those that need no election are then left out of the answer. */
  async elect(kind: RequestedElection, requested: readonly TopicPartition[] | null): Promise<ElectionResult[]> {
    const { context } = this.#reign;
    const wanted: readonly TopicPartition[] = requested ?? [...context.partitions()];
    const results: ElectionResult[] = [];
    const electable: PartitionEntry[] = [];
    for (const { topic, partition } of wanted) {
      const entry = context.partition(topic, partition);
      if (entry === undefined) {
        results.push({
          topic,
          partition,
          error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          message: 'The partition does not exist.',
        });
      } else if (context.topics.get(topic)?.deleting === true) {
        results.push({
          topic,
          partition,
          error: ErrorCode.INVALID_TOPIC_EXCEPTION,
          message: 'The topic is being deleted',
        });
      } else if (this.#needsElection(kind, entry)) {
        electable.push(entry);
      } else if (requested !== null) {
        results.push({ topic, partition, error: ErrorCode.ELECTION_NOT_NEEDED, message: null });
      }
    }
    if (electable.length > 0) {
      const outcomes = await this.#partitions.toOnline(
        electable,
        kind === 'preferred' ? 'preferred' : 'offline-unclean',
      );
      this.#reign.send();
      for (const { topic, partition } of electable) {
        const entry = context.partition(topic, partition);
        const error =
          entry === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : (outcomes.get(entry) ?? ErrorCode.NONE);
        results.push({ topic, partition, error, message: failureText(kind, topic, partition, error) });
      }
    }
    return results;
  }

  startRebalancing(): void {
    this.#scheduleRebalance(FIRST_REBALANCE_MS);
  }

  #scheduleRebalance(delayMs: number): void {
    this.#reign.after(delayMs, () => {
      this.#reign.enqueue('AutoPreferredReplicaLeaderElection', () => this.#rebalance());
      this.#scheduleRebalance(this.#reign.settings.leaderImbalanceCheckIntervalSeconds() * 1000);
    });
  }

  /** Gives a broker its preferred partitions back when too many of them are led elsewhere. */
  async #rebalance(): Promise<void> {
    const { context, settings } = this.#reign;
    if (!settings.autoLeaderRebalanceEnable()) return;
    const byPreferred = new Map<number, PartitionEntry[]>();
    for (const entry of context.partitions()) {
      const [preferred] = entry.assignment.replicas;
      if (preferred === undefined || context.topics.get(entry.topic)?.deleting === true) continue;
      const entries = byPreferred.get(preferred);
      if (entries === undefined) byPreferred.set(preferred, [entry]);
      else entries.push(entry);
    }
    for (const [broker, entries] of byPreferred) {
      if (!context.isLive(broker)) continue;
      const elsewhere = entries.filter((entry) => {
        const state = entry.leadership?.state;
        return state !== undefined && state.leader !== broker;
      });
      if ((elsewhere.length / entries.length) * 100 <= settings.leaderImbalancePerBrokerPercentage()) continue;
      const ready = elsewhere.filter((entry) => !entry.isReassigning && this.#needsElection('preferred', entry));
      if (ready.length === 0) continue;
      await this.#partitions.toOnline(ready, 'preferred');
      this.#reign.send();
    }
  }

  #needsElection(kind: RequestedElection, entry: PartitionEntry): boolean {
    const leader = entry.leadership?.state.leader ?? -1;
    if (kind === 'preferred') return leader !== entry.assignment.replicas[0];
    return leader === -1 || !this.#reign.context.isLive(leader);
  }
}

function failureText(kind: RequestedElection, topic: string, partition: number, error: ErrorCode): string | null {
  if (error === ErrorCode.NONE) return null;
  const strategy =
    kind === 'preferred'
      ? 'PreferredReplicaPartitionLeaderElectionStrategy'
      : 'OfflinePartitionLeaderElectionStrategy(true)';
  return `Failed to elect leader for partition ${topic}-${partition} under strategy ${strategy}`;
}
