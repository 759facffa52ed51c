import { calling, JavaError } from '../cli/java-error.ts';
import { ToolError } from '../cli/tool.ts';

/** Runs a request; what goes wrong is told in the tool's one line. */
export async function failing<T>(what: string, call: string, request: () => Promise<T>): Promise<T> {
  try {
    return await calling(call, request);
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    throw new ToolError(`${what}: ${error.message}. Enable debug logging for additional detail.`);
  }
}
