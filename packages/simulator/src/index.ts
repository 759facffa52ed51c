export { type RunReport, runSeed } from './run.ts';
export { drawOptions, type SimulationOptions } from './simulation-options.ts';
export { type FailureKind, SimulationFailure } from './verdict.ts';
