import { DiskError } from '@ottla/platform';
import type { Prng, SimulatedNode } from '@ottla/platform/simulated';
import type { SimulationContext } from '../context.ts';

/** Calls that may fail, with EIO. */
const FAILING_CALLS = ['write', 'sync', 'read', 'open', 'rename', 'syncDirectory'] as const;
const FAR_CLOCK_JUMP_MS = 3 * 3_600_000;

/** Makes trouble, each kind at its own drawn rate, until it is told to stop; then everything is whole again. */
export class Nemesis {
  readonly #context: SimulationContext;
  readonly #clients: readonly SimulatedNode[];
  readonly #prng: Prng;
  #isStopped = false;
  #isDiskFull = false;
  /** The broker's life in which the disk was full last. */
  #fullDiskLife = -1;
  /** Up to this life of the broker an injected disk error may strike. */
  #diskErrorLife = -1;
  #nextHeals: (() => void)[] = [];

  constructor(context: SimulationContext, clients: readonly SimulatedNode[]) {
    this.#context = context;
    this.#clients = clients;
    this.#prng = context.world.prng('nemesis');
  }

  /** Whether the broker has a reason to give up just now. */
  get diskFails(): boolean {
    const { life } = this.#context.host;
    return this.#isDiskFull || this.#fullDiskLife === life || this.#diskErrorLife >= life;
  }

  start(): void {
    const { faults } = this.#context.options;
    this.#every(faults.killMs, 'kill', () => this.#context.host.kill(this.#downMs()));
    this.#every(faults.killInCallMs, 'kill in a call', () => this.#endInCall('kill'));
    this.#every(faults.powerLossMs, 'power loss', () => this.#context.host.powerLoss(this.#downMs()));
    this.#every(faults.powerLossInCallMs, 'power loss in a call', () => this.#endInCall('powerLoss'));
    this.#every(faults.restartMs, 'restart', () => this.#restart());
    this.#every(faults.freezeMs, 'freeze', () => this.#broker.freeze(this.#prng.delay(10, 400)));
    this.#every(faults.clientFreezeMs, 'client freeze', () => this.#client()?.freeze(this.#prng.delay(10, 400)));
    this.#every(faults.clockJumpMs, 'clock jump', () => this.#jump());
    this.#every(faults.splitMs, 'split', () => this.#split());
    this.#every(faults.resetMs, 'reset', () => this.#reset());
    this.#every(faults.fullDiskMs, 'full disk', () => this.#fillDisk());
    this.#every(faults.slowDiskMs, 'slow disk', () => this.#slowDisk());
    this.#every(faults.diskErrorMs, 'disk error', () => this.#failDisk());
  }

  /** A log line of the broker: some tell of moments at which a crash is worth a try. */
  logged(message: string): void {
    if (this.#isStopped || !message.startsWith('Rolled new log segment', message.indexOf('] ') + 2)) return;
    if (this.#prng.chance(this.#context.options.faults.powerLossAtRollChance)) this.#endInCall('powerLoss');
  }

  /** The broker runs again after a crash. */
  recovered(): void {
    const { faults } = this.#context.options;
    if (this.#isStopped || !this.#prng.chance(faults.aftershockChance)) return;
    const hasPowerLoss = faults.powerLossMs + faults.powerLossInCallMs + faults.powerLossAtRollChance > 0;
    this.#context.world.schedule(this.#prng.delay(0.5, 60), undefined, 'nemesis.aftershock', () => {
      if (this.#isStopped) return;
      this.#context.note('nemesis: aftershock');
      if (hasPowerLoss) this.#context.host.powerLoss(this.#downMs());
      else this.#context.host.kill(this.#downMs());
    });
  }

  /** No more faults, and those that last are over. */
  stop(): void {
    this.#isStopped = true;
    for (const heal of [...this.#nextHeals]) heal();
    const { world } = this.#context;
    world.network.heal();
    world.network.setFaults({ resetChance: 0 });
    for (const node of [this.#broker, ...this.#clients]) node.thaw();
    this.#broker.disk.faults.stallChance = 0;
    this.#broker.disk.cancelInjected();
    if (this.#diskErrorLife >= 0) this.#diskErrorLife = this.#context.host.life;
  }

  get #broker(): SimulatedNode {
    return this.#context.host.node;
  }

  #every(meanMs: number, what: string, act: () => void): void {
    if (meanMs === 0) return;
    this.#context.world.schedule(this.#prng.delay(meanMs / 10, meanMs), undefined, `nemesis.${what}`, () => {
      if (this.#isStopped) return;
      this.#context.note(`nemesis: ${what}`);
      act();
      this.#every(meanMs, what, act);
    });
  }

  /** Undoes something after `ms`, or when the faults end. */
  #heal(ms: number, heal: () => void): void {
    const once = (): void => {
      const index = this.#nextHeals.indexOf(once);
      if (index < 0) return;
      this.#nextHeals.splice(index, 1);
      heal();
    };
    this.#nextHeals.push(once);
    this.#context.world.schedule(ms, undefined, 'nemesis.heal', once);
  }

  #downMs(): number {
    return this.#prng.delay(2, this.#context.options.faults.downMsMax / 3);
  }

  #client(): SimulatedNode | undefined {
    return this.#clients[this.#prng.integer(this.#clients.length)];
  }

  #endInCall(how: 'kill' | 'powerLoss'): void {
    if (this.#broker.running) this.#broker.disk.killAfterCalls(this.#prng.integer(this.#prng.pick([3, 30])), how);
  }

  #restart(): void {
    this.#context.host.stop(this.#downMs()).catch((error: unknown) => {
      if (!(error instanceof DiskError && this.diskFails)) this.#context.verdict.crashed('an orderly stop', error);
    });
  }

  #jump(): void {
    const ms = Math.round((this.#prng.next() - 0.5) * 2 * this.#prng.pick([100, 10_000, FAR_CLOCK_JUMP_MS]));
    (this.#prng.chance(0.7) ? this.#broker : this.#client())?.jumpWallClock(ms);
  }

  #split(): void {
    const client = this.#client();
    if (client === undefined) return;
    const { network } = this.#context.world;
    const links = [network.link(this.#broker.name, client.name), network.link(client.name, this.#broker.name)];
    // One direction only, sometimes: the one side hears the other, and is not heard.
    const blocked = links.filter((_link, index) => !this.#prng.chance(0.25) || index === 0);
    for (const link of blocked) link.block();
    this.#heal(this.#prng.delay(20, 600), () => {
      for (const link of blocked) link.open();
    });
  }

  #reset(): void {
    const client = this.#client();
    if (client !== undefined) this.#context.world.network.resetConnections(this.#broker.name, client.name);
  }

  #fillDisk(): void {
    const { disk } = this.#broker;
    disk.faults.capacityBytes = disk.usedBytes() + this.#prng.integer(4000);
    this.#isDiskFull = true;
    this.#heal(this.#prng.delay(20, 500), () => {
      disk.faults.capacityBytes = Number.POSITIVE_INFINITY;
      this.#isDiskFull = false;
      this.#fullDiskLife = this.#context.host.life;
    });
  }

  #slowDisk(): void {
    const { disk } = this.#broker;
    disk.faults.slowness = this.#prng.pick([5, 50, 300]);
    this.#heal(this.#prng.delay(20, 500), () => {
      disk.faults.slowness = 1;
    });
  }

  #failDisk(): void {
    const { disk } = this.#broker;
    const { logDirs } = this.#context.options;
    const directory = logDirs[this.#prng.integer(logDirs.length)];
    if (directory === undefined) return;
    // It waits for a call that matches, in a later life if need be.
    this.#diskErrorLife = Number.POSITIVE_INFINITY;
    disk.failNext({ operation: this.#prng.pick(FAILING_CALLS), path: directory });
  }
}
