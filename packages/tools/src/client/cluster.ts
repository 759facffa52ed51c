/**
 * What a tool needs of a cluster: a connection to any broker, one to each leader, the metadata that says who leads. A
 * request that may be repeated is, with a pause, until it is answered or the time is up.
 */
import { type Address, Logger, type Platform } from '@ottla/platform';
import {
  ErrorCode,
  errorMessage,
  errorName,
  isRetriable,
  MetadataRequest,
  type MetadataRequestInit,
  MetadataResponse,
} from '@ottla/protocol';
import { type RpcApi, RpcConnection, RpcError } from '@ottla/rpc';
import { ToolError } from '../cli/tool.ts';

/** `retry.backoff.ms` of Kafka's clients. */
const BACKOFF_MS = 100;
/** `default.api.timeout.ms` of Kafka's admin client. */
const TIMEOUT_MS = 60_000;

const METADATA = { request: MetadataRequest, response: MetadataResponse };

/** An answer that carried an error code. */
export class ServerError extends ToolError {
  override readonly name = 'ServerError';
  readonly code: number;
  constructor(code: number, message: string | null = null) {
    super(message ?? errorMessage(code));
    this.code = code;
  }
}

export function check(code: number, message: string | null = null): void {
  if (code !== ErrorCode.NONE) throw new ServerError(code, message);
}

export class Cluster {
  readonly #platform: Platform;
  readonly #bootstrap: readonly Address[];
  readonly #clientId: string;
  readonly #log: Logger;
  readonly #byNode = new Map<number, Promise<RpcConnection>>();
  #addresses = new Map<number, Address>();
  #any: RpcConnection | undefined;

  constructor(platform: Platform, bootstrap: readonly Address[], clientId: string) {
    this.#platform = platform;
    this.#bootstrap = bootstrap;
    this.#clientId = clientId;
    this.#log = new Logger(
      platform.log,
      'org.apache.kafka.clients.NetworkClient',
      `[AdminClient clientId=${clientId}] `,
    );
  }

  close(): void {
    this.#any?.close();
    for (const connection of this.#byNode.values()) void connection.then((open) => open.close()).catch(() => {});
    this.#byNode.clear();
  }

  async metadata(topics: MetadataRequestInit['topics'], allowAutoTopicCreation = false): Promise<MetadataResponse> {
    const answer = await this.call(METADATA, { topics, allowAutoTopicCreation });
    this.#addresses = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    return answer;
  }

  /** Asks any broker. */
  call<Req, Res>(api: RpcApi<Req, Res>, request: Req): Promise<Res> {
    return this.retrying(async () => (await this.#anyConnection()).call(api, request));
  }

  /** Whether the broker we happen to ask lists the API. */
  async supports(apiKey: number): Promise<boolean> {
    return (await this.retrying(() => this.#anyConnection())).versions.range(apiKey) !== undefined;
  }

  /** The version in which `call` would ask; -1 when the broker does not know the API. */
  async versionOf(api: RpcApi<never, unknown>): Promise<number> {
    return (await this.retrying(() => this.#anyConnection())).versions.pick(api) ?? -1;
  }

  /** Asks one broker, known from the last metadata. Rejects with RpcError; the caller decides about a retry. */
  async callNode<Req, Res>(nodeId: number, api: RpcApi<Req, Res>, request: Req, timeoutMs?: number): Promise<Res> {
    const connection = await this.#connectionTo(nodeId);
    return connection.call(api, request, timeoutMs === undefined ? {} : { timeoutMs });
  }

  async postNode<Req, Res>(nodeId: number, api: RpcApi<Req, Res>, request: Req): Promise<void> {
    (await this.#connectionTo(nodeId)).post(api, request);
  }

  async controllerId(): Promise<number> {
    return (await this.metadata([])).controllerId;
  }

  /** Repeats `attempt` while it fails in a way that may pass, up to the time limit. */
  async retrying<T>(attempt: () => Promise<T>, timeoutMs = TIMEOUT_MS): Promise<T> {
    const deadline = this.#platform.clock.monotonicMs() + timeoutMs;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const passing =
          (error instanceof ServerError && isRetriable(error.code)) ||
          (error instanceof RpcError && error.failure !== 'UNSUPPORTED_VERSION');
        if (!passing) throw error;
        if (this.#platform.clock.monotonicMs() + BACKOFF_MS > deadline) throw timedOut(error, timeoutMs);
        await this.#platform.clock.sleep(BACKOFF_MS);
      }
    }
  }

  async #anyConnection(): Promise<RpcConnection> {
    if (this.#any?.isOpen === true) return this.#any;
    let last: unknown;
    for (const address of this.#bootstrap) {
      try {
        this.#any = await this.#open(address, -1);
        return this.#any;
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  #connectionTo(nodeId: number): Promise<RpcConnection> {
    const known = this.#byNode.get(nodeId);
    if (known !== undefined) return known;
    const address = this.#addresses.get(nodeId);
    if (address === undefined) return Promise.reject(new ServerError(ErrorCode.LEADER_NOT_AVAILABLE));
    const forget = (): void => {
      if (this.#byNode.get(nodeId) === opening) this.#byNode.delete(nodeId);
    };
    const opening: Promise<RpcConnection> = this.#open(address, nodeId).then(
      (connection) => {
        connection.onClosed(forget);
        return connection;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    this.#byNode.set(nodeId, opening);
    return opening;
  }

  async #open(address: Address, nodeId: number): Promise<RpcConnection> {
    try {
      return await RpcConnection.connect(this.#platform, { ...address, clientId: this.#clientId });
    } catch (error) {
      if (error instanceof RpcError && error.failure === 'CONNECT') {
        this.#log.warn(
          `Connection to node ${nodeId} (${address.host}/${address.host}:${address.port}) could not be established. Node may not be available.`,
        );
      }
      throw error;
    }
  }
}

function timedOut(error: unknown, timeoutMs: number): ToolError {
  const reason =
    error instanceof ServerError
      ? `${errorName(error.code)}: ${error.message}`
      : error instanceof Error
        ? error.message
        : String(error);
  return new ToolError(`Timed out after ${timeoutMs} ms: ${reason}`);
}
