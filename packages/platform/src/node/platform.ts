import type { Platform } from '../platform.ts';
import type { Fatal, JobRegistry } from '../ports.ts';
import { NodeClock } from './clock.ts';
import { NodeCrypto } from './crypto.ts';
import { NodeDirectoryLocks } from './directory-lock.ts';
import { NodeDisk } from './disk.ts';
import type { FatalFailure, ProcessFatalOptions } from './fatal.ts';
import { EmbeddedFatal, ProcessFatal } from './fatal.ts';
import type { NodeLogOptions } from './log.ts';
import { NodeLog } from './log.ts';
import { NodeNetwork } from './network.ts';
import { NodeRandom } from './random.ts';
import { NodeRuntime } from './runtime.ts';
import { SystemCallsLoader } from './system-calls.ts';
import { NodeWorkers } from './workers.ts';

export interface NodePlatformOptions {
  readonly log?: NodeLogOptions;
  /** What a fatal failure does: end the process (default) or call `embedded`. */
  readonly fatal?: ProcessFatalOptions | { readonly embedded: (failure: FatalFailure) => void };
  readonly workers?: { readonly jobs?: JobRegistry; readonly script?: URL; readonly threadsMax?: number };
  /** False: no add-on; what is fetched is always copied through the process, never sent by sendfile. Default true. */
  readonly sendsFromFiles?: boolean;
  /** Overwrite released network chunks (debug runs). */
  readonly overwriteReleased?: boolean;
}

export interface NodePlatform extends Platform {
  readonly clock: NodeClock;
  readonly disk: NodeDisk;
  readonly network: NodeNetwork;
  readonly log: NodeLog;
  readonly workers: NodeWorkers;
  /** Ends the worker threads and writes out the log. */
  close(): Promise<void>;
}

/** The real world. Making one opens nothing but the log file. */
export function createNodePlatform(options: NodePlatformOptions = {}): NodePlatform {
  const clock = new NodeClock();
  const log = new NodeLog(options.log);
  const runtime = new NodeRuntime();
  const workers = new NodeWorkers({ ...options.workers, jobs: options.workers?.jobs ?? new Map() });
  return {
    clock,
    disk: new NodeDisk(new SystemCallsLoader(options.sendsFromFiles ?? true)),
    network: createNetwork(clock, log, options),
    random: new NodeRandom(),
    workers,
    crypto: new NodeCrypto(),
    log,
    fatal: createFatal(log, options),
    locks: new NodeDirectoryLocks(),
    runtime,
    close: async () => {
      runtime.close();
      await workers.close();
      log.close();
    },
  };
}

function createNetwork(clock: NodeClock, log: NodeLog, options: NodePlatformOptions): NodeNetwork {
  return new NodeNetwork(clock, {
    overwriteReleased: options.overwriteReleased ?? false,
    sendsFromFiles: options.sendsFromFiles ?? true,
    turn: (run) => clock.turn(run),
    sendFileDecided: (failure) =>
      log.write(
        'INFO',
        'kafka.network.SocketServer',
        failure === undefined
          ? 'Fetched records are sent by sendfile'
          : `Fetched records are copied through the process, which takes more CPU than sendfile would (${failure})`,
      ),
    acceptFailed: (error) => log.write('ERROR', 'kafka.network.Acceptor', 'Error while accepting connection', error),
  });
}

function createFatal(log: NodeLog, options: NodePlatformOptions): Fatal {
  const fatal = options.fatal ?? {};
  return 'embedded' in fatal ? new EmbeddedFatal(fatal.embedded) : new ProcessFatal(log, fatal);
}
