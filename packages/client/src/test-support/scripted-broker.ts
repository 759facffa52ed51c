/** A peer on the wire that answers as a test says: for APIs that this repository's broker does not have yet. */
import { createServer, type Socket } from 'node:net';
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  decodeRequest,
  decodeRequestHeader,
  encodeResponseFrame,
  joinParts,
  type MessageCodec,
  MetadataRequest,
  MetadataResponse,
  Reader,
  Writer,
} from '@ottla/protocol';
import { FrameSplitter } from '@ottla/rpc';
import { onTestFinished } from 'vitest';

interface Script {
  readonly key: number;
  readonly min: number;
  readonly max: number;
  /** The frame of the answer; undefined: there is none. */
  answer(reader: Reader, version: number, correlationId: number): Promise<Buffer | undefined>;
}

/** One API: what was asked, in which version, and what to answer; undefined: nothing, ever. */
export function scripted<Req, Res>(
  api: { readonly request: MessageCodec<Req, never>; readonly response: MessageCodec<unknown, Res> },
  answer: (request: Req, version: number) => Res | undefined | Promise<Res | undefined>,
  { min = api.request.minVersion, max = api.request.maxVersion } = {},
): Script {
  return {
    key: api.request.apiKey,
    min,
    max,
    async answer(reader, version, correlationId) {
      const response = await answer(decodeRequest(api.request, reader, version), version);
      if (response === undefined) return undefined;
      return joinParts(encodeResponseFrame(new Writer(), api.response, version, correlationId, response));
    },
  };
}

/** Ends with the test. It is broker 1, the controller, and says so in Metadata unless a script does. */
export async function scriptedBroker(scripts: readonly Script[]): Promise<{ readonly bootstrap: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let last: Promise<void> = Promise.resolve();
    const splitter = new FrameSplitter(1 << 20, (frame) => {
      const copy = Buffer.from(frame);
      last = last.then(async () => {
        const answer = await answerTo(copy);
        if (answer !== undefined) socket.write(answer);
      });
      // What is wrong with a script is left unhandled: the run shows it and fails.
    });
    socket.on('data', (chunk) => splitter.push(Buffer.from(chunk)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const metadata = scripted({ request: MetadataRequest, response: MetadataResponse }, () => ({
    brokers: [{ nodeId: 1, host: '127.0.0.1', port }],
    controllerId: 1,
    topics: [],
  }));
  const all = new Map([metadata, ...scripts].map((script) => [script.key, script]));
  const versions: Script = scripted({ request: ApiVersionsRequest, response: ApiVersionsResponse }, () => ({
    errorCode: 0,
    apiKeys: [versions, ...all.values()].map(({ key, min, max }) => ({
      apiKey: key,
      minVersion: min,
      maxVersion: max,
    })),
  }));
  all.set(versions.key, versions);

  async function answerTo(frame: Buffer): Promise<Buffer | undefined> {
    const reader = new Reader(frame);
    const { requestApiKey, requestApiVersion, correlationId } = decodeRequestHeader(reader);
    const script = all.get(requestApiKey);
    if (script === undefined) throw new Error(`API ${requestApiKey} is not in the script`);
    return script.answer(reader, requestApiVersion, correlationId);
  }
  return { bootstrap: `127.0.0.1:${port}` };
}
