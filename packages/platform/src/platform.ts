import type { Clock } from './clock.ts';
import type { Disk } from './disk.ts';
import type { Network } from './network.ts';
import type { Crypto, DirectoryLocks, Fatal, LogSink, Random, Workers } from './ports.ts';
import type { Runtime } from './runtime.ts';

/** The world, as the core sees it. Everything outside the language reaches a component through one of these. */
export interface Platform {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly random: Random;
  readonly workers: Workers;
  readonly crypto: Crypto;
  readonly log: LogSink;
  readonly fatal: Fatal;
  readonly locks: DirectoryLocks;
  readonly runtime: Runtime;
}
