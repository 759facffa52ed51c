import type { Fatal } from '../ports.ts';
import type { NodeLog } from './log.ts';

const logger = 'org.apache.kafka.common.utils.Exit';

/** How the process ended, for an embedding program. */
export interface FatalFailure {
  readonly kind: 'halt' | 'exit';
  readonly code: number;
  readonly reason: string;
  readonly error: unknown;
}

export interface ProcessFatalOptions {
  /** The orderly shutdown that `exit` runs first. */
  readonly shutdown?: () => Promise<void>;
  /** How long `exit` waits for it, ms. Default 60 s. */
  readonly shutdownMsMax?: number;
}

/** For a process of the broker's own: ends it. */
export class ProcessFatal implements Fatal {
  readonly #log: NodeLog;
  readonly #options: ProcessFatalOptions;
  #exiting = false;

  constructor(log: NodeLog, options: ProcessFatalOptions = {}) {
    this.#log = log;
    this.#options = options;
  }

  halt(reason: string, error?: unknown): void {
    this.#log.write('FATAL', logger, reason, error);
    this.#log.flushSync();
    process.exit(1);
  }

  exit(code: number, reason: string): void {
    if (this.#exiting) return;
    this.#exiting = true;
    this.#log.write(code === 0 ? 'INFO' : 'ERROR', logger, reason);
    const end = (): void => {
      this.#log.flushSync();
      process.exit(code);
    };
    const { shutdown, shutdownMsMax = 60_000 } = this.#options;
    if (shutdown === undefined) return end();
    setTimeout(() => {
      this.#log.write('ERROR', logger, `The orderly shutdown took longer than ${shutdownMsMax} ms and was cut off`);
      end();
    }, shutdownMsMax);
    shutdown().then(end, (error: unknown) => {
      this.#log.write('ERROR', logger, 'The orderly shutdown failed', error);
      end();
    });
  }
}

/** For a broker inside another program: tells it, once, and ends nothing. */
export class EmbeddedFatal implements Fatal {
  readonly #failed: (failure: FatalFailure) => void;
  #told = false;

  constructor(failed: (failure: FatalFailure) => void) {
    this.#failed = failed;
  }

  halt(reason: string, error?: unknown): void {
    this.#tell({ kind: 'halt', code: 1, reason, error });
  }

  exit(code: number, reason: string): void {
    this.#tell({ kind: 'exit', code, reason, error: undefined });
  }

  #tell(failure: FatalFailure): void {
    if (this.#told) return;
    this.#told = true;
    this.#failed(failure);
  }
}
