import type { Readable, Writable } from 'node:stream';

/** What a tool sees of its process; tests hand in their own. */
export interface ToolIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether a person types into stdin and reads stdout (Java: System.console()): the console producer prompts only then. */
  readonly interactive: boolean;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** How a process ends that a signal stopped; one whose output nobody reads any more ends in peace. */
export function signalExitCode({ aborted, reason }: AbortSignal): number {
  if (!aborted || reason === 'EPIPE') return 0;
  return reason === 'SIGINT' ? 130 : 143;
}

/** A command line tool: resolves to the exit code. A `ToolError` ends it with its text; anything else is our bug. */
export type Tool = (args: readonly string[], io: ToolIo) => Promise<number>;

/** An end with a message for the user on standard error, without a stack trace. */
export class ToolError extends Error {
  override readonly name: string = 'ToolError';
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
