import type { JobRegistry } from '../ports.ts';
import type { DiskFaults } from './disk-faults.ts';
import { EventQueue, type WorldEvent } from './event-queue.ts';
import { activateForbiddenGlobals, deactivateForbiddenGlobals, installForbiddenGlobals } from './forbidden-globals.ts';
import type { LogEntry } from './log.ts';
import { SimulatedFabric } from './network.ts';
import type { LinkFaults } from './network-faults.ts';
import type { SimulatedNodeOptions } from './node.ts';
import { SimulatedNode } from './node.ts';
import { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import { Trace } from './trace.ts';

export interface SimulatedWorldOptions {
  /** The wall clock at virtual time 0, ms. Default 2026-01-01T00:00:00Z. */
  readonly epochMs?: number;
  /** Faults and latencies of every disk, unless its node says otherwise. */
  readonly disk?: Partial<DiskFaults>;
  /** Faults and latencies of every link. */
  readonly network?: Partial<LinkFaults>;
  /** The worker jobs there are. */
  readonly jobs?: JobRegistry;
  /** Told of every delivered event, for reading along. */
  readonly traceLine?: (line: string) => void;
  /** Told of every log line of every node. */
  readonly logLine?: (node: string, entry: LogEntry) => void;
  /** Make Date.now and its like throw while events are delivered. Default true. */
  readonly forbidGlobals?: boolean;
}

export interface RunOptions {
  /** Stop when this virtual time is reached, ms since the world began. */
  readonly untilMs?: number;
  /** Stop when this holds; asked after every event and its microtasks. */
  readonly until?: () => boolean;
  /** Stop after so many events. Default 10 million: a run that goes nowhere should end. */
  readonly maxEvents?: number;
  /** Called after every event and its microtasks, e.g. to check invariants. What it throws ends the run. */
  readonly afterEvent?: () => void;
}

export interface RunResult {
  readonly reason: 'until' | 'time' | 'events' | 'idle';
  readonly events: number;
}

/** Events delivered per turn of the real event loop. */
const stepsPerLoopTurn = 64;
const defaultEpochMs = Date.UTC(2026, 0, 1);

/** Nodes, their disks and the network between them, in one process, from one seed. */
export class SimulatedWorld {
  readonly seed: number | string;
  readonly options: SimulatedWorldOptions;
  readonly epochMs: number;
  readonly network: SimulatedFabric;
  readonly trace = new Trace();
  readonly nodes = new Map<string, SimulatedNode>();
  readonly #queue = new EventQueue();
  readonly #ties: Prng;
  #nowMs = 0;
  #running = false;

  constructor(seed: number | string, options: SimulatedWorldOptions = {}) {
    this.seed = seed;
    this.options = options;
    this.epochMs = options.epochMs ?? defaultEpochMs;
    this.#ties = this.prng('ties');
    this.network = new SimulatedFabric(this, options.network ?? {});
  }

  /** Virtual time since the world began, ms with fractions. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** A stream of random numbers for one concern, e.g. for a workload: same seed and label, same numbers. */
  prng(label: string): Prng {
    return new Prng(this.seed, label);
  }

  /** The node of this name; made, and its process started, when it is new. */
  node(name: string, options: SimulatedNodeOptions = {}): SimulatedNode {
    const known = this.nodes.get(name);
    if (known !== undefined) return known;
    const node = new SimulatedNode(this, name, this.nodes.size + 1, options);
    this.nodes.set(name, node);
    return node;
  }

  /** 16 hexadecimal digits over everything delivered so far. */
  traceHash(): string {
    return this.trace.digest();
  }

  /** Labels of what waits to happen in a node's process: after an orderly end there must be nothing. */
  pendingEvents(node: SimulatedNode): string[] {
    const labels: string[] = [];
    for (const { owner, label } of this.#queue.waiting()) {
      if (owner?.node === node && owner.alive) labels.push(label);
    }
    return labels.sort();
  }

  schedule(delayMs: number, owner: SimulatedProcess | undefined, label: string, run: () => void): WorldEvent {
    return this.#queue.add(this.#nowMs + Math.max(0, delayMs), this.#ties.uint32(), owner, label, run);
  }

  /**
   * Delivers events one at a time, each followed by all the microtasks it caused. Resolves when a bound is met or nothing
   * is left to happen; rejects with what an event threw.
   */
  run(options: RunOptions = {}): Promise<RunResult> {
    if (this.#running) return Promise.reject(new Error('The world is running already'));
    this.#running = true;
    const uninstall = this.options.forbidGlobals === false ? () => undefined : installForbiddenGlobals();
    // Taken now: by the time it is used the global may be a guarded one.
    const immediately = setImmediate;
    return new Promise<RunResult>((resolve, reject) => {
      let settle: (() => void) | undefined;
      let events = 0;
      const step = (): void => {
        if (settle !== undefined) return;
        try {
          if (events > 0) options.afterEvent?.();
          const reason = this.#endOfRun(options, events);
          if (reason !== undefined) {
            const result: RunResult = { reason, events };
            settle = () => resolve(result);
            return;
          }
          events++;
          this.#deliverNext();
        } catch (error) {
          settle = () => reject(error);
        }
      };
      // Node drains all microtasks between two immediates of one turn, and nothing foreign runs there: the guard covers
      // exactly our events and what follows from them.
      const turn = (): void => {
        immediately(activateForbiddenGlobals);
        for (let index = 0; index < stepsPerLoopTurn; index++) immediately(step);
        immediately(() => {
          deactivateForbiddenGlobals();
          if (settle === undefined) turn();
          else settle();
        });
      };
      turn();
    }).finally(() => {
      uninstall();
      this.#running = false;
    });
  }

  /** Runs until the promise has settled, and settles as it did. Rejects when nothing is left that could settle it. */
  async finish<Result>(promise: Promise<Result>, options: Omit<RunOptions, 'until'> = {}): Promise<Result> {
    let settled = false;
    const note = (): void => {
      settled = true;
    };
    promise.then(note, note);
    const { reason } = await this.run({ ...options, until: () => settled });
    if (!settled) throw new Error(`The promise is still pending at ${this.#nowMs} ms; the run ended by ${reason}`);
    return promise;
  }

  #endOfRun(options: RunOptions, events: number): RunResult['reason'] | undefined {
    if (options.until?.() === true) return 'until';
    if (events >= (options.maxEvents ?? 10_000_000)) return 'events';
    const next = this.#queue.peek();
    if (options.untilMs !== undefined && (next === undefined || next.atMs > options.untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, options.untilMs);
      return 'time';
    }
    return next === undefined ? 'idle' : undefined;
  }

  #deliverNext(): void {
    const event = this.#queue.peek();
    if (event === undefined) return;
    this.#queue.take();
    const { owner, run } = event;
    event.run = undefined;
    this.#nowMs = Math.max(this.#nowMs, event.atMs);
    if (run === undefined || owner?.alive === false) return;
    if (owner?.node.deferWhileFrozen(owner, event.label, run) === true) return;
    this.trace.number(event.atMs);
    this.trace.text(event.label);
    if (owner !== undefined) this.trace.text(owner.node.name);
    this.options.traceLine?.(`${event.atMs.toFixed(3)} ${owner?.node.name ?? '-'} ${event.label}`);
    try {
      run();
    } catch (error) {
      // What a process does after it was killed within a call of its own never happened.
      if (owner === undefined || owner.alive) throw error;
    }
  }
}

/** A world in which everything follows from the seed. */
export function createSimulatedWorld(seed: number | string, options: SimulatedWorldOptions = {}): SimulatedWorld {
  return new SimulatedWorld(seed, options);
}
