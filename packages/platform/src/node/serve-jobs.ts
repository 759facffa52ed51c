import type { JobRegistry } from '../ports.ts';

export interface JobRequest {
  readonly job: string;
  readonly input: readonly Uint8Array[];
}

export interface JobReply {
  readonly output: Uint8Array[];
  readonly error?: string;
}

/** The whole program of a worker thread: answers requests with the jobs of `registry`. Outputs move, they are not copied. */
export function serveJobs(registry: JobRegistry): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  if (parentPort === null) throw new Error('serveJobs belongs in a worker thread');
  parentPort.on('message', (request: JobRequest) => {
    let reply: JobReply;
    try {
      const job = registry.get(request.job);
      if (job === undefined) throw new Error(`This worker has no job '${request.job}'`);
      reply = { output: job(request.input) };
    } catch (error) {
      reply = { output: [], error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    parentPort.postMessage(reply, movable(reply.output));
  });
}

/** Memory of the output that nothing else can be looking at: whole buffers, each once. */
function movable(output: readonly Uint8Array[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const bytes of output) {
    if (bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) buffers.add(bytes.buffer);
  }
  return [...buffers];
}
