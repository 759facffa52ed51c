import { encodeObject, numberAt, numbersIn, parseObject } from './json.ts';

/** Nobody leads the partition. */
export const NO_LEADER = -1;
/** In UpdateMetadata: the topic is being deleted. */
export const LEADER_DURING_DELETE = -2;
/** In StopReplica: stop whatever epoch the replica knows, the topic is being deleted. */
export const EPOCH_DURING_DELETE = -2;

/** `recovered`: every member of the ISR has all committed records. `recovering`: an unclean leader has not been confirmed. */
export type LeaderRecoveryState = 'recovered' | 'recovering';

/** `/brokers/topics/<t>/partitions/<p>/state`; the node's version is the partition epoch. */
export interface PartitionStateZnode {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly recoveryState: LeaderRecoveryState;
  readonly controllerEpoch: number;
}

export function encodePartitionState(state: PartitionStateZnode): Buffer {
  return encodeObject({
    controller_epoch: state.controllerEpoch,
    leader: state.leader,
    version: 1,
    ...(state.recoveryState === 'recovering' ? { leader_recovery_state: 1 } : {}),
    leader_epoch: state.leaderEpoch,
    isr: state.isr,
  });
}

export function decodePartitionState(data: Uint8Array | null): PartitionStateZnode | undefined {
  const json = parseObject(data);
  if (json === undefined) return undefined;
  const leader = numberAt(json, 'leader');
  const leaderEpoch = numberAt(json, 'leader_epoch');
  const isr = numbersIn(json.isr);
  const controllerEpoch = numberAt(json, 'controller_epoch');
  if (leader === undefined || leaderEpoch === undefined || isr === undefined || controllerEpoch === undefined) {
    return undefined;
  }
  const recoveryState = numberAt(json, 'leader_recovery_state') === 1 ? 'recovering' : 'recovered';
  return { leader, leaderEpoch, isr, recoveryState, controllerEpoch };
}
