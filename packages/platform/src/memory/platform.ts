import type { NodePlatform, NodePlatformOptions } from '../node/platform.ts';
import { createNodePlatform } from '../node/platform.ts';
import type { MemoryDiskOptions } from './disk.ts';
import { MemoryDisk } from './disk.ts';
import { MemoryDirectoryLocks } from './locks.ts';

export interface MemoryPlatform extends Omit<NodePlatform, 'disk'> {
  readonly disk: MemoryDisk;
}

export interface MemoryPlatformOptions extends NodePlatformOptions {
  /** An existing disk: a broker started again finds what it wrote. */
  readonly disk?: MemoryDisk;
  readonly capacityBytes?: number;
}

/** The real clock and network, and a disk in memory: for brokers that live as long as a test. */
export function createMemoryPlatform(options: MemoryPlatformOptions = {}): MemoryPlatform {
  const node = createNodePlatform(options);
  const diskOptions: MemoryDiskOptions = {
    wallMs: () => node.clock.wallMs(),
    ...(options.capacityBytes === undefined ? {} : { capacityBytes: options.capacityBytes }),
  };
  const disk = options.disk ?? new MemoryDisk(diskOptions);
  return { ...node, disk, locks: new MemoryDirectoryLocks(disk, heldOn(disk)) };
}

const heldByDisk = new WeakMap<MemoryDisk, Set<string>>();

function heldOn(disk: MemoryDisk): Set<string> {
  const held = heldByDisk.get(disk) ?? new Set<string>();
  heldByDisk.set(disk, held);
  return held;
}
