import { Readable, Writable } from 'node:stream';
import { formatFailure } from '../cli/failure.ts';
import type { Tool } from '../cli/tool.ts';

export interface ToolOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** Default: never aborted. */
  readonly signal?: AbortSignal;
  /** Told of all that was printed so far, whenever there is more. */
  readonly printed?: (stdout: string) => void;
}

/** Runs a tool in this process, as `main.ts` would. */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  input = '',
  { signal = new AbortController().signal, printed }: Surroundings = {},
): Promise<ToolOutcome> {
  const collected = { stdout: '', stderr: '' };
  const into = (name: keyof typeof collected): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        collected[name] += chunk.toString();
        if (name === 'stdout') printed?.(collected.stdout);
        done();
      },
    });
  const stderr = into('stderr');
  let code: number;
  try {
    code = await tool(args, {
      stdin: Readable.from([input]),
      stdout: into('stdout'),
      stderr,
      interactive: false,
      signal,
    });
  } catch (error) {
    const failure = formatFailure(error);
    stderr.write(failure.text);
    code = failure.exitCode;
  }
  return { code, ...collected };
}
