import type { Platform } from '../platform.ts';
import { SimulatedDisk } from './disk.ts';
import type { DiskFaults } from './disk-faults.ts';
import type { SimulatedFailure } from './fatal.ts';
import { SimulatedLog } from './log.ts';
import { createSimulatedPlatform } from './platform.ts';
import { SimulatedProcess } from './process.ts';
import type { WorkerFaults } from './workers.ts';
import { defaultWorkerFaults } from './workers.ts';
import type { SimulatedWorld } from './world.ts';

export interface SimulatedNodeOptions {
  readonly disk?: Partial<DiskFaults>;
  readonly workers?: Partial<WorkerFaults>;
  /** How far its wall clock is off, ms. */
  readonly skewMs?: number;
  /** How fast its clocks run, e.g. 1.0001. */
  readonly clockRate?: number;
}

/**
 * A machine of the world: a disk that outlives its processes, clocks of its own, and at most one process at a time. It
 * starts running; what the process does is up to whoever uses `platform`.
 */
export class SimulatedNode {
  readonly name: string;
  /** Its IPv4 address; other nodes may also use the name. */
  readonly address: string;
  readonly world: SimulatedWorld;
  readonly disk: SimulatedDisk;
  readonly log = new SimulatedLog();
  /** How its processes ended by themselves. */
  readonly failures: SimulatedFailure[] = [];
  readonly workerFaults: WorkerFaults;
  clockRate: number;
  #skewMs: number;
  #process: SimulatedProcess | undefined;
  #platform: Platform | undefined;
  #powered = true;
  #lives = 0;
  #bootMs = 0;
  #frozenUntilMs = 0;
  #deferred: { readonly owner: SimulatedProcess; readonly label: string; readonly run: () => void }[] = [];

  constructor(world: SimulatedWorld, name: string, index: number, options: SimulatedNodeOptions) {
    this.world = world;
    this.name = name;
    this.address = `10.0.${index >> 8}.${index & 255}`;
    this.disk = new SimulatedDisk(world, this, { ...world.options.disk, ...options.disk });
    this.workerFaults = { ...defaultWorkerFaults, ...options.workers };
    this.clockRate = options.clockRate ?? 1;
    this.#skewMs = options.skewMs ?? 0;
    this.restart();
  }

  /** The ports of the running process. */
  get platform(): Platform {
    if (this.#platform === undefined) throw new Error(`Node ${this.name} is not running; restart it first`);
    return this.#platform;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** False between a power loss and the restart: its address answers nobody. */
  get powered(): boolean {
    return this.#powered;
  }

  get frozen(): boolean {
    return this.world.nowMs < this.#frozenUntilMs;
  }

  /** Ends the process. What it wrote stays in the page cache; its connections are reset; nothing of it runs again. */
  kill(): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    this.#platform = undefined;
    this.#deferred = [];
    this.#frozenUntilMs = 0;
    process.end();
  }

  /** The machine goes dark: its peers hear nothing at all, and of what was not synced only some survives. */
  powerLoss(): void {
    this.#powered = false;
    this.kill();
    this.disk.powerLoss();
  }

  /** A new process on the same disk; a running one is killed first. */
  restart(): Platform {
    this.kill();
    this.#bootMs = this.world.nowMs;
    this.#lives++;
    const process = new SimulatedProcess(this.world, this);
    this.#process = process;
    this.#platform = createSimulatedPlatform(process, this.#lives);
    if (!this.#powered) {
      this.#powered = true;
      this.world.network.poweredOn(this);
    }
    return this.#platform;
  }

  /** No event reaches the process for `ms` of virtual time, while all others go on; then they come in a flood. */
  freeze(ms: number): void {
    if (this.#process === undefined) return;
    const first = !this.frozen;
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.world.nowMs + ms);
    if (first) this.#thawLater();
  }

  thaw(): void {
    this.#frozenUntilMs = 0;
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const { owner, label, run } of deferred) owner.later(0, label, run);
  }

  /** Moves the wall clock, forwards or back. */
  jumpWallClock(ms: number): void {
    this.#skewMs += ms;
  }

  wallMs(): number {
    return Math.floor(this.world.epochMs + this.world.nowMs * this.clockRate + this.#skewMs);
  }

  monotonicMs(): number {
    return (this.world.nowMs - this.#bootMs) * this.clockRate;
  }

  /** For the world: keeps an event of a frozen process until the thaw. */
  deferWhileFrozen(owner: SimulatedProcess, label: string, run: () => void): boolean {
    if (!this.frozen) return false;
    this.#deferred.push({ owner, label, run });
    return true;
  }

  #thawLater(): void {
    this.world.schedule(this.#frozenUntilMs - this.world.nowMs, undefined, 'node.thaw', () => {
      if (this.#frozenUntilMs === 0) return;
      if (this.frozen) this.#thawLater();
      else this.thaw();
    });
  }
}
