import type { JobRegistry, Workers } from '../ports.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';

/** What can happen to a job. Chances are per job. */
export interface WorkerFaults {
  msMin: number;
  msMean: number;
  /** The worker dies: the job rejects. */
  crashChance: number;
  /** The result never comes. */
  loseChance: number;
}

export const defaultWorkerFaults: WorkerFaults = { msMin: 0.1, msMean: 2, crashChance: 0, loseChance: 0 };

/** The same functions as on threads, run inline at the moment their result is delivered: later, or never. */
export class SimulatedWorkers implements Workers {
  readonly #process: SimulatedProcess;
  readonly #prng: Prng;
  readonly #jobs: JobRegistry;

  constructor(process: SimulatedProcess, jobs: JobRegistry) {
    this.#process = process;
    this.#prng = process.world.prng(`workers ${process.node.name}`);
    this.#jobs = jobs;
  }

  run(job: string, input: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const found = this.#jobs.get(job);
    if (found === undefined) {
      return Promise.reject(new Error(`No worker job is named '${job}'; register it in the job table`));
    }
    // A thread gets a copy when the job is posted: what the caller changes afterwards must not show.
    const copies = input.map((bytes) => new Uint8Array(bytes));
    const { msMin, msMean, crashChance, loseChance } = this.#process.node.workerFaults;
    return new Promise((resolve, reject) => {
      if (this.#prng.chance(loseChance)) return;
      this.#process.later(this.#prng.delay(msMin, msMean), 'workers.done', () => {
        if (this.#prng.chance(crashChance)) {
          reject(new Error(`The worker of job '${job}' ended with code 1`));
          return;
        }
        try {
          resolve(found(copies));
        } catch (error) {
          reject(error);
        }
      });
    });
  }
}
