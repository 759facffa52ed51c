import type { SimulatedWorld } from '@ottla/platform/simulated';
import type { BrokerHost } from './broker-host.ts';
import type { CommitRegister } from './model/commit-register.ts';
import type { PartitionModel } from './model/partition-model.ts';
import type { Send } from './model/send.ts';
import type { SimulationOptions } from './simulation-options.ts';
import type { Verdict } from './verdict.ts';

/** What the parts of a run share. */
export interface SimulationContext {
  readonly world: SimulatedWorld;
  readonly options: SimulationOptions;
  readonly verdict: Verdict;
  readonly host: BrokerHost;
  readonly sends: Map<string, Send>;
  /** Of the lasting topics, by `topic-partition`. */
  readonly models: ReadonlyMap<string, PartitionModel>;
  /** By `group/topic-partition`. */
  readonly commits: Map<string, CommitRegister>;
  /** Power losses so far. */
  powerLosses: number;
  /** Faults are over: nobody makes trouble on purpose any more. */
  isSettling: boolean;
  /** Everybody stops. */
  isDone: boolean;
  /** For reading along. */
  note(line: string): void;
}

export function modelOf(context: SimulationContext, topic: string, partition: number): PartitionModel {
  const model = context.models.get(`${topic}-${partition}`);
  if (model === undefined) throw new Error(`No model of ${topic}-${partition}`);
  return model;
}
