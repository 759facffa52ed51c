import { type Clock, Logger } from '@ottla/platform';
import { ApiVersionsResponse, ErrorCode, encodeResponseFrame, Reader, Writer } from '@ottla/protocol';
import type { Endpoint, EndpointHost } from '../api/endpoint.ts';
import type { RequestContext } from '../api/handler.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { BrokerServices } from '../services.ts';
import { ByteBudget } from './byte-budget.ts';
import { FrameBuffers } from './frame-buffers.ts';
import type { FrameResources, InvalidReceiveError } from './frame-reader.ts';
import type { InFlightRequest } from './in-flight-request.ts';
import { queuedRequestBytesDefault } from './limits.ts';

/** Settings of the data plane that may change while it runs. */
export interface RequestServerSettings {
  /** `socket.request.max.bytes`. */
  readonly requestBytesMax: number;
  /** `queued.max.request.bytes`; -1: our own limit. */
  readonly queuedRequestBytesMax: number;
}

/** A connection as log lines name it. */
export interface LoggedConnection {
  readonly connectionId: string;
  readonly clientAddress: string;
}

/** What the connections of a broker share: the APIs, the budget, the writer (Kafka's RequestChannel and KafkaApis). */
export class RequestServer implements EndpointHost, FrameResources {
  readonly services: BrokerServices;
  readonly clock: Clock;
  readonly writer = new Writer();
  /** For the request that is being read: header and body are decoded before anything else runs. */
  readonly reader = new Reader();
  readonly budget: ByteBudget;
  readonly buffers = new FrameBuffers();
  readonly #settings: RequestServerSettings;
  readonly #metrics: RequestMetrics;
  readonly #endpoints: (Endpoint | undefined)[] = [];
  readonly #processorLog: Logger;
  readonly #selectorLog: Logger;
  readonly #apisLog: Logger;
  #sources = 0;
  #turnMs: number | undefined;

  constructor(
    services: BrokerServices,
    endpoints: readonly Endpoint[],
    settings: RequestServerSettings,
    metrics: RequestMetrics,
    brokerId: number,
  ) {
    this.services = services;
    this.clock = services.platform.clock;
    this.#settings = settings;
    this.#metrics = metrics;
    for (const endpoint of endpoints) this.#endpoints[endpoint.key] = endpoint;
    this.budget = new ByteBudget(this.clock, () =>
      settings.queuedRequestBytesMax > 0 ? settings.queuedRequestBytesMax : queuedRequestBytesDefault,
    );
    const sink = services.platform.log;
    const prefix = `[SocketServer listenerType=ZK_BROKER, nodeId=${brokerId}] `;
    this.#processorLog = new Logger(sink, 'kafka.network.Processor');
    this.#selectorLog = new Logger(sink, 'org.apache.kafka.common.network.Selector', prefix);
    this.#apisLog = new Logger(sink, 'kafka.server.KafkaApis', `[KafkaApi-${brokerId}] `);
  }

  /** A number for a connection, never used before. */
  newSource(): number {
    return this.#sources++;
  }

  /** When the requests of this turn were found to be here: what one waits behind the others counts as its own time. */
  turnMs(): number {
    if (this.#turnMs !== undefined) return this.#turnMs;
    this.#turnMs = this.clock.monotonicMs();
    this.clock.endOfTurn(this.#turnEnds);
    return this.#turnMs;
  }

  readonly #turnEnds = (): void => {
    this.#turnMs = undefined;
  };

  frameBytesMax(): number {
    return this.#settings.requestBytesMax;
  }

  endpoint(apiKey: number): Endpoint | undefined {
    return this.#endpoints[apiKey];
  }

  serves(endpoint: Endpoint, version: number): boolean {
    return version >= endpoint.minVersion && version <= endpoint.maxVersion;
  }

  /** `reader` is at the body. */
  serve(request: InFlightRequest, reader: Reader): void {
    this.#metrics.received(request);
    if (!this.serves(request.endpoint, request.apiVersion)) {
      this.#refuseApiVersions(request);
      return;
    }
    const { quotas } = this.services;
    if (!quotas.countsTime) {
      request.endpoint.serve(request, reader, this);
      return;
    }
    const startMs = this.clock.monotonicMs();
    request.endpoint.serve(request, reader, this);
    // Percent of a thread for a second: it counts for the client's next answer.
    quotas.record(request, 'request', (this.clock.monotonicMs() - startMs) / 10);
  }

  completed(request: InFlightRequest, nowMs: number): void {
    this.#metrics.completed(request, nowMs);
  }

  handlerFailed(context: RequestContext, error: unknown): void {
    const name = this.#endpoints[context.apiKey]?.name ?? String(context.apiKey);
    this.#apisLog.error(
      `Unexpected error handling request ${name} v${context.apiVersion} from connection ${context.connectionId};` +
        `principal=${context.principal.type}:${context.principal.name}, clientId=${context.clientId}`,
      error,
    );
  }

  refused(connection: LoggedConnection, reason: string, error: unknown): void {
    const cause = error instanceof Error ? `${reason}: ${error.message}` : reason;
    this.#processorLog.error(`Closing socket for ${connection.connectionId} because of error: ${cause}`);
  }

  invalidReceive(connection: LoggedConnection, error: InvalidReceiveError): void {
    this.#unexpected(connection, error);
  }

  /** The records of an answer that was on its way could not be read to their end. */
  sendFailed(connection: LoggedConnection, error: Error): void {
    this.#unexpected(connection, error);
  }

  #unexpected(connection: LoggedConnection, error: Error): void {
    this.#selectorLog.warn(
      `Unexpected error from /${connection.clientAddress} (channelId=${connection.connectionId}); closing connection: ${error.message}`,
    );
  }

  /** KIP-511: whoever asks for ApiVersions in a version we lack is told, in version 0, which ones there are. */
  #refuseApiVersions(request: InFlightRequest): void {
    const { key, minVersion, maxVersion } = request.endpoint;
    const response = {
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      apiKeys: [{ apiKey: key, minVersion, maxVersion }],
    };
    request.complete(encodeResponseFrame(this.writer, ApiVersionsResponse, 0, request.correlationId, response));
  }
}
