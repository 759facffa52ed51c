import type { Worker } from 'node:worker_threads';
import type { JobRegistry, Workers } from '../ports.ts';
import type { JobReply, JobRequest } from './serve-jobs.ts';

/** Jobs that may wait for a thread; past it `run` rejects, since nobody bounded what produced them. */
export const waitingJobsMax = 10_000;

export interface NodeWorkersOptions {
  readonly jobs: JobRegistry;
  /**
   * The script a thread runs; it calls `serveJobs` with the same jobs. Without one, jobs run on the loop, one per turn:
   * a process from sources has no such script.
   */
  readonly script?: URL;
  /** Threads at most. Default: one less than the processors, within 1 and 4. */
  readonly threadsMax?: number;
}

interface PendingJob {
  readonly job: string;
  readonly input: readonly Uint8Array[];
  resolve(output: Uint8Array[]): void;
  reject(error: Error): void;
}

/** A pool of worker threads, made one by one as jobs come. An idle thread does not keep the process alive. */
export class NodeWorkers implements Workers {
  readonly #options: NodeWorkersOptions;
  readonly #threadsMax: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, PendingJob>();
  #waiting: PendingJob[] = [];
  #inlineQueued = false;

  constructor(options: NodeWorkersOptions) {
    this.#options = options;
    this.#threadsMax = options.threadsMax ?? defaultThreadsMax();
  }

  run(job: string, input: readonly Uint8Array[]): Promise<Uint8Array[]> {
    if (!this.#options.jobs.has(job)) {
      return Promise.reject(new Error(`No worker job is named '${job}'; register it in the job table`));
    }
    if (this.#waiting.length >= waitingJobsMax) {
      return Promise.reject(new Error(`Worker job '${job}' refused: ${waitingJobsMax} jobs are waiting already`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, input, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends the threads; jobs not finished reject. */
  async close(): Promise<void> {
    const threads = [...this.#idle, ...this.#busy.keys()];
    for (const pending of this.#waiting) pending.reject(new Error('The workers are closed'));
    this.#waiting = [];
    this.#idle.length = 0;
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #dispatch(): void {
    if (this.#options.script === undefined) {
      if (this.#inlineQueued) return;
      this.#inlineQueued = true;
      setImmediate(() => this.#runOneInline());
      return;
    }
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop() ?? this.#start(this.#options.script);
      if (thread === undefined) return;
      const pending = this.#waiting.shift();
      if (pending === undefined) return;
      this.#busy.set(thread, pending);
      thread.ref();
      const request: JobRequest = { job: pending.job, input: pending.input };
      thread.postMessage(request);
    }
  }

  #start(script: URL): Worker | undefined {
    if (this.#busy.size >= this.#threadsMax) return undefined;
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const thread = new Worker(script);
    let failure: Error | undefined;
    thread.on('message', (reply: JobReply) => {
      const pending = this.#busy.get(thread);
      this.#busy.delete(thread);
      thread.unref();
      this.#idle.push(thread);
      if (reply.error === undefined) pending?.resolve(reply.output);
      else pending?.reject(new Error(reply.error));
      this.#dispatch();
    });
    thread.on('error', (error) => {
      failure = error;
    });
    thread.on('exit', (code) => {
      const pending = this.#busy.get(thread);
      this.#busy.delete(thread);
      const index = this.#idle.indexOf(thread);
      if (index >= 0) this.#idle.splice(index, 1);
      pending?.reject(failure ?? new Error(`The worker of job '${pending.job}' ended with code ${code}`));
      this.#dispatch();
    });
    return thread;
  }

  #runOneInline(): void {
    this.#inlineQueued = false;
    const pending = this.#waiting.shift();
    if (pending === undefined) return;
    const job = this.#options.jobs.get(pending.job);
    try {
      pending.resolve(job?.(pending.input) ?? []);
    } catch (error) {
      pending.reject(error instanceof Error ? error : new Error(String(error)));
    }
    if (this.#waiting.length > 0) this.#dispatch();
  }
}

function defaultThreadsMax(): number {
  return Math.min(4, Math.max(1, process.getBuiltinModule('node:os').availableParallelism() - 1));
}
