import { type StorageRules, storageRules } from '@ottla/storage';
import { Simulation, type SimulationHooks } from './simulation.ts';
import { drawOptions, type Focus, type SimulationOptions } from './simulation-options.ts';
import { type SimulationFailure, Verdict } from './verdict.ts';

export interface RunReport {
  readonly seed: number;
  readonly options: SimulationOptions;
  /** Undefined: passed. */
  readonly failure: SimulationFailure | undefined;
  /** Of everything delivered, and of the verdict. */
  readonly traceHash: string;
  readonly virtualMs: number;
  readonly records: number;
}

/** Runs one seed. Never rejects. One at a time in a process, since forbidden globals throw meanwhile. */
export async function runSeed(
  seed: number,
  settings: { readonly rules?: Partial<StorageRules>; readonly focus?: Focus | undefined } & SimulationHooks = {},
): Promise<RunReport> {
  const verdict = new Verdict();
  const options = drawOptions(seed, settings.focus);
  const simulation = new Simulation(options, { ...storageRules, ...settings.rules }, verdict, settings);
  const unhandled = (error: unknown): void => {
    // A process that was killed within a call of its own goes on to the end of its turn: that never happened.
    if (simulation.host.node.running) verdict.crashed('a promise that nobody watches', error);
  };
  process.on('unhandledRejection', unhandled);
  try {
    await simulation.run();
  } catch (error) {
    verdict.crashed('the run', error);
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  const { world } = simulation;
  return {
    seed,
    options,
    failure: verdict.failure,
    traceHash: `${world.traceHash()}-${world.nowMs.toFixed(3)}`,
    virtualMs: world.nowMs,
    records: simulation.sends.size,
  };
}
