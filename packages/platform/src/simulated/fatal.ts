import type { Fatal } from '../ports.ts';
import type { SimulatedProcess } from './process.ts';

export interface SimulatedFailure {
  readonly kind: 'halt' | 'exit';
  readonly atMs: number;
  readonly code: number;
  readonly reason: string;
  readonly error: unknown;
}

/** Notes the failure on the node and kills its process at once; the caller's remaining calls have no effect. */
export class SimulatedFatal implements Fatal {
  readonly #process: SimulatedProcess;

  constructor(process: SimulatedProcess) {
    this.#process = process;
  }

  halt(reason: string, error?: unknown): void {
    this.#end('halt', 1, reason, error);
  }

  exit(code: number, reason: string): void {
    this.#end('exit', code, reason, undefined);
  }

  #end(kind: 'halt' | 'exit', code: number, reason: string, error: unknown): void {
    const { world, node, alive } = this.#process;
    if (!alive) return;
    node.failures.push({ kind, atMs: world.nowMs, code, reason, error });
    node.kill();
  }
}
