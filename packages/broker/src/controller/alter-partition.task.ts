import type { MultiOp } from '@ottla/coordination';
import type { LeaderRecoveryState } from '@ottla/coordination/cluster';
import { encodePartitionState, paths } from '@ottla/coordination/cluster';
import type { AlterPartitionRequest, AlterPartitionResponse } from '@ottla/protocol';
import { ErrorCode, ZERO_UUID } from '@ottla/protocol';
import type { PartitionEntry } from './controller-context.ts';
import type { Reassignments } from './reassignments.task.ts';
import type { Reign } from './reign.ts';

type PartitionRequest = AlterPartitionRequest['topics'][number]['partitions'][number];
type TopicAnswer = AlterPartitionResponse['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

interface Accepted {
  readonly entry: PartitionEntry;
  readonly isr: readonly number[];
  readonly recoveryState: LeaderRecoveryState;
}

/** What a leader wants its ISR to be, checked and written (KafkaController.processAlterPartition, in its order). */
export class AlterPartitionService {
  readonly #reign: Reign;
  readonly #reassignments: Reassignments;

  constructor(reign: Reign, reassignments: Reassignments) {
    this.#reign = reign;
    this.#reassignments = reassignments;
  }

  /** Version 2 and later name topics by id, version 3 adds broker epochs to the ISR. */
  async alter(request: AlterPartitionRequest, version: number): Promise<AlterPartitionResponse> {
    const { context, batch } = this.#reign;
    if (context.brokers.get(request.brokerId)?.epoch !== Number(request.brokerEpoch)) {
      return failed(ErrorCode.STALE_BROKER_EPOCH);
    }
    const accepted: Accepted[] = [];
    const refusals = new Map<PartitionRequest, ErrorCode>();
    const entries = new Map<PartitionRequest, PartitionEntry>();
    for (const topic of request.topics) {
      const known = version >= 2 ? context.topicById(topic.topicId) : context.topics.get(topic.topicName);
      for (const partition of topic.partitions) {
        const entry = known?.partitions.get(partition.partitionIndex);
        if (entry === undefined) {
          const unknownId = version >= 2 && known === undefined;
          refusals.set(partition, unknownId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
          continue;
        }
        entries.set(partition, entry);
        const verdict = this.#check(entry, partition, version);
        if (typeof verdict === 'number') refusals.set(partition, verdict);
        else if (verdict !== undefined) accepted.push(verdict);
      }
    }
    const failedWrites = await this.#write(accepted);
    const changed = accepted.map(({ entry }) => entry).filter((entry) => !failedWrites.has(entry));
    batch.addUpdateMetadata(context.brokers.keys(), changed);
    this.#reign.send();
    for (const entry of changed) {
      this.#reign.enqueue('ReassignmentIsrChange', () => this.#reassignments.isrChanged(entry));
    }
    return {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      topics: request.topics.map((topic): TopicAnswer => {
        const name = version >= 2 ? (context.topicById(topic.topicId)?.name ?? '') : topic.topicName;
        return {
          topicName: name,
          topicId: version >= 2 ? topic.topicId : ZERO_UUID,
          partitions: topic.partitions.map((partition) => {
            const entry = entries.get(partition);
            const refusal =
              refusals.get(partition) ??
              (entry !== undefined && failedWrites.has(entry) ? ErrorCode.INVALID_UPDATE_VERSION : undefined);
            return partitionAnswer(partition.partitionIndex, entry, refusal);
          }),
        };
      }),
    };
  }

  /** An error, undefined when the state is as asked for already, or what to write. */
  #check(entry: PartitionEntry, request: PartitionRequest, version: number): Accepted | ErrorCode | undefined {
    const current = entry.leadership;
    if (current === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    const { state, partitionEpoch } = current;
    const isr = version >= 3 ? request.newIsrWithEpochs.map(({ brokerId }) => brokerId) : request.newIsr;
    const recoveryState: LeaderRecoveryState =
      version >= 1 ? (request.leaderRecoveryState === 1 ? 'recovering' : 'recovered') : state.recoveryState;
    if (request.partitionEpoch > partitionEpoch || request.leaderEpoch > state.leaderEpoch) {
      return ErrorCode.NOT_CONTROLLER;
    }
    if (request.leaderEpoch < state.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
    if (sameMembers(isr, state.isr) && recoveryState === state.recoveryState) return undefined;
    if (request.partitionEpoch < partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION;
    if (recoveryState === 'recovering' && (isr.length > 1 || state.recoveryState === 'recovered')) {
      return ErrorCode.INVALID_REQUEST;
    }
    if (isr.some((broker) => !this.#reign.context.isLive(broker))) {
      return version > 1 ? ErrorCode.INELIGIBLE_REPLICA : ErrorCode.OPERATION_NOT_ATTEMPTED;
    }
    return { entry, isr, recoveryState };
  }

  async #write(accepted: readonly Accepted[]): Promise<Set<PartitionEntry>> {
    const { context, writer } = this.#reign;
    const states = accepted.map(({ entry, isr, recoveryState }) => ({
      entry,
      state: {
        leader: entry.leadership?.state.leader ?? -1,
        leaderEpoch: entry.leadership?.state.leaderEpoch ?? 0,
        isr,
        recoveryState,
        controllerEpoch: context.epoch,
      },
    }));
    const outcomes = await writer.writeAll(
      states.map(({ entry, state }): MultiOp[] => [
        {
          op: 'set',
          path: paths.partitionStatePath(entry.topic, entry.partition),
          data: encodePartitionState(state),
          version: entry.leadership?.partitionEpoch ?? -1,
        },
      ]),
    );
    const failures = new Set<PartitionEntry>();
    for (const [index, { entry, state }] of states.entries()) {
      if (outcomes[index]?.ok === true) {
        entry.leadership = { state, partitionEpoch: (entry.leadership?.partitionEpoch ?? 0) + 1 };
      } else {
        failures.add(entry);
      }
    }
    return failures;
  }
}

/** The answer when there is no controller here, or the broker is not the one it was. */
export function failed(errorCode: ErrorCode): AlterPartitionResponse {
  return { throttleTimeMs: 0, errorCode, topics: [] };
}

function partitionAnswer(
  partitionIndex: number,
  entry: PartitionEntry | undefined,
  refusal: ErrorCode | undefined,
): PartitionAnswer {
  const leadership = entry?.leadership;
  if (refusal !== undefined || leadership === undefined) {
    const errorCode = refusal ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    return {
      partitionIndex,
      errorCode,
      leaderId: 0,
      leaderEpoch: 0,
      isr: [],
      leaderRecoveryState: 0,
      partitionEpoch: 0,
    };
  }
  const { state, partitionEpoch } = leadership;
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    leaderId: state.leader,
    leaderEpoch: state.leaderEpoch,
    isr: state.isr,
    leaderRecoveryState: state.recoveryState === 'recovering' ? 1 : 0,
    partitionEpoch,
  };
}

function sameMembers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
