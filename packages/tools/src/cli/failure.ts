import { javaError } from './java-error.ts';
import { ToolError } from './tool.ts';

/** What the user reads when a tool ends by an exception: the message alone for their mistake, the trace for ours. */
export function formatFailure(error: unknown): { text: string; exitCode: number } {
  if (error instanceof ToolError) {
    const why = error.cause instanceof ToolError ? `\nCaused by: ${error.cause}` : '';
    return { text: `${error.message}${why}\n`, exitCode: error.exitCode };
  }
  const known = javaError(error);
  if (known !== undefined) return { text: `${known}\n`, exitCode: 1 };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `Unexpected failure, please report it:\n${detail}\n`, exitCode: 1 };
}
