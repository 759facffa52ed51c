/** A peer on the wire that answers as a test says: for APIs that this repository's broker does not have yet. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import {
  ApiKey,
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
import type { StartBrokerOptions, TestBroker } from '@ottla/testkit';
import { onTestFinished } from 'vitest';
import { broker } from './client.ts';
import { Upstream } from './upstream.ts';

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

export interface ScriptedOptions {
  /** A broker of this repository behind it, which answers what is in no script. */
  readonly behind?: StartBrokerOptions;
  /** Finalized features, e.g. `transaction.version`. */
  readonly features?: Readonly<Record<string, number>>;
  /** Closes the connection on what is in no script, as Kafka does before a login. */
  readonly hangsUp?: boolean;
  /** It speaks TLS, with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface ScriptedBroker {
  readonly port: number;
  readonly bootstrap: string;
  /** What is behind it. */
  readonly server: TestBroker | undefined;
}

/** Ends with the test. Alone it is broker 1, the controller, and says so in Metadata unless a script does. */
export async function scriptedBroker(
  scripts: readonly Script[],
  { behind, features = {}, hangsUp = false, tls }: ScriptedOptions = {},
): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    const upstream = behindPort === undefined ? undefined : new Upstream(behindPort);
    socket
      .on('close', () => {
        sockets.delete(socket);
        upstream?.close();
      })
      .on('error', () => {});
    let last: Promise<void> = Promise.resolve();
    const splitter = new FrameSplitter(1 << 24, (frame) => {
      const copy = Buffer.from(frame);
      last = last.then(async () => {
        const answer = await answerTo(copy, upstream);
        if (answer === 'hang up') socket.destroy();
        else if (answer !== undefined) socket.write(answer);
      });
      // What is wrong with a script is left unhandled: the run shows it and fails.
    });
    socket.on('data', (chunk) => {
      try {
        splitter.push(Buffer.from(chunk));
      } catch {
        // As Kafka does with what is no frame, such as the first bytes of TLS.
        socket.destroy();
      }
    });
  };
  const listener: Server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  // A handshake that fails is the client's to tell.
  listener.on('tlsClientError', () => {});
  const port = await listen(listener);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listener.close(resolve));
  });
  // The broker behind tells everybody that it is here.
  const config = { ...behind?.config, 'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}` };
  const behindPort = behind === undefined ? undefined : await freePort();
  const server = behindPort === undefined ? undefined : await broker({ ...behind, config, port: behindPort });

  const metadata = scripted({ request: MetadataRequest, response: MetadataResponse }, () => ({
    brokers: [{ nodeId: 1, host: '127.0.0.1', port }],
    controllerId: 1,
    topics: [],
  }));
  const own = server?.broker.services.listedApis ?? [];
  const all = new Map([...(server === undefined ? [metadata] : []), ...scripts].map((script) => [script.key, script]));
  const versions: Script = scripted({ request: ApiVersionsRequest, response: ApiVersionsResponse }, () => {
    const listed = new Map(own.map((api) => [Number(api.apiKey), api]));
    if (hangsUp)
      for (const apiKey of Object.values(ApiKey)) listed.set(apiKey, { apiKey, minVersion: 0, maxVersion: 1 });
    for (const { key, min, max } of [versions, ...all.values()])
      listed.set(key, { apiKey: key, minVersion: min, maxVersion: max });
    const finalizedFeatures = Object.entries(features).map(([name, level]) => ({
      name,
      minVersionLevel: level,
      maxVersionLevel: level,
    }));
    return { errorCode: 0, apiKeys: [...listed.values()], finalizedFeatures, finalizedFeaturesEpoch: 0 };
  });
  all.set(versions.key, versions);

  async function answerTo(frame: Buffer, upstream: Upstream | undefined): Promise<Buffer | 'hang up' | undefined> {
    const reader = new Reader(frame);
    const { requestApiKey, requestApiVersion, correlationId } = decodeRequestHeader(reader);
    const script = all.get(requestApiKey);
    if (hangsUp && script !== versions) return 'hang up';
    if (script !== undefined) return script.answer(reader, requestApiVersion, correlationId);
    if (upstream === undefined) throw new Error(`API ${requestApiKey} is not in the script`);
    return upstream.answer(frame);
  }
  return { port, bootstrap: `127.0.0.1:${port}`, server };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
