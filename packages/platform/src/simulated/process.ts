import type { WorldEvent } from './event-queue.ts';
import type { SimulatedNode } from './node.ts';
import type { SimulatedWorld } from './world.ts';

/**
 * One life of a node's process, from start to kill. All that would call into it is owned by it: once it is gone, none of
 * its timers, completions or connections does anything any more, and its calls have no effect.
 */
export class SimulatedProcess {
  readonly world: SimulatedWorld;
  readonly node: SimulatedNode;
  #alive = true;
  readonly #atEnd: (() => void)[] = [];

  constructor(world: SimulatedWorld, node: SimulatedNode) {
    this.world = world;
    this.node = node;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Calls `run` after `delayMs` of virtual time, unless the process is gone by then. */
  later(delayMs: number, label: string, run: () => void): WorldEvent {
    return this.world.schedule(delayMs, this, label, run);
  }

  /** What happens outside the process when it ends: sockets reset, writes in flight settled. */
  onEnd(callback: () => void): void {
    this.#atEnd.push(callback);
  }

  /** Called by the node. */
  end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const callback of this.#atEnd.splice(0)) callback();
  }
}
