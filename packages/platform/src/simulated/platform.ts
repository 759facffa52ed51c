import { MemoryDirectoryLocks } from '../memory/locks.ts';
import type { Platform } from '../platform.ts';
import { SimulatedClock } from './clock.ts';
import { SimulatedCrypto } from './crypto.ts';
import { SimulatedFatal } from './fatal.ts';
import { SimulatedLogSink } from './log.ts';
import type { SimulatedProcess } from './process.ts';
import { SimulatedRandom } from './random.ts';
import { SimulatedRuntime } from './runtime.ts';
import { SimulatedWorkers } from './workers.ts';

/** The ports of one life of a node's process. `life` counts its starts, so that each draws other numbers. */
export function createSimulatedPlatform(process: SimulatedProcess, life: number): Platform {
  const { world, node } = process;
  const disk = node.disk.open(process);
  const clock = new SimulatedClock(process);
  return {
    clock,
    disk,
    network: world.network.open(process, clock),
    random: new SimulatedRandom(world.prng(`random ${node.name} ${life}`)),
    workers: new SimulatedWorkers(process, world.options.jobs ?? new Map()),
    crypto: new SimulatedCrypto(world.prng(`crypto ${node.name} ${life}`)),
    log: new SimulatedLogSink(process),
    fatal: new SimulatedFatal(process),
    // A set per process: whatever it held is free when it is gone.
    locks: new MemoryDirectoryLocks(disk),
    runtime: new SimulatedRuntime(),
  };
}
