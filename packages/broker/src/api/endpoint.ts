/**
 * A handler with its types erased, so that one list holds all of them. The body is decoded here, when its turn has come:
 * a request that waits in line costs nothing but its frame.
 */
import {
  type ApiKey,
  apiName,
  ErrorCode,
  encodeResponseFrame,
  type OutgoingPart,
  ProtocolError,
  type Reader,
  type Writer,
} from '@ottla/protocol';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, Call, RequestContext } from './handler.ts';

/** The connection's side of one request. */
export interface Exchange {
  readonly context: RequestContext;
  /** The connection has gone: nothing that is answered matters any more. */
  readonly isAbandoned: boolean;
  complete(parts: OutgoingPart[] | undefined): void;
  disconnect(reason: string, error?: unknown): void;
  retainFrame(): void;
  releaseFrame(): void;
  onAbandoned(callback: () => void): void;
  describeClient(softwareName: string, softwareVersion: string): void;
}

/** What the connections of a broker share to serve requests. */
export interface EndpointHost {
  readonly services: BrokerServices;
  readonly writer: Writer;
  /** A handler threw: a bug of ours. */
  handlerFailed(context: RequestContext, error: unknown): void;
}

export interface Endpoint {
  readonly key: ApiKey;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly inOrder: boolean;
  /** `reader` is at the body. Never throws. */
  serve(exchange: Exchange, reader: Reader, host: EndpointHost): void;
  /** Answers with `error` wherever the response has one, without asking the handler. Never throws. */
  refuse(exchange: Exchange, reader: Reader, host: EndpointHost, error: ErrorCode): void;
}

export function endpoint<Req, Res>(handler: ApiHandler<Req, Res>): Endpoint {
  return new HandlerEndpoint(handler);
}

class HandlerEndpoint<Req, Res> implements Endpoint {
  readonly key: ApiKey;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly inOrder: boolean;
  readonly #handler: ApiHandler<Req, Res>;

  constructor(handler: ApiHandler<Req, Res>) {
    this.#handler = handler;
    this.key = handler.key;
    this.name = apiName(handler.key);
    this.minVersion = handler.minVersion;
    this.maxVersion = handler.maxVersion;
    this.inOrder = handler.inOrder ?? true;
  }

  serve(exchange: Exchange, reader: Reader, host: EndpointHost): void {
    const call = this.#call(exchange, reader, host);
    if (call === undefined) return;
    try {
      this.#handler.handle(call, host.services);
    } catch (error) {
      call.fail(error);
    }
  }

  refuse(exchange: Exchange, reader: Reader, host: EndpointHost, error: ErrorCode): void {
    this.#call(exchange, reader, host)?.refuse(error);
  }

  /** Undefined: the request cannot be read, and the connection ends. */
  #call(exchange: Exchange, reader: Reader, host: EndpointHost): HandlerCall<Req, Res> | undefined {
    const { apiVersion } = exchange.context;
    try {
      // Bytes behind the body are ignored, as Kafka does.
      const request = this.#handler.request.decode(reader, apiVersion);
      return new HandlerCall(this.#handler, exchange, host, request);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      exchange.disconnect(`Error getting request for apiKey: ${this.name}, apiVersion: ${apiVersion}`, error);
      return undefined;
    }
  }
}

class HandlerCall<Req, Res> implements Call<Req, Res> {
  readonly context: RequestContext;
  readonly #handler: ApiHandler<Req, Res>;
  readonly #exchange: Exchange;
  readonly #host: EndpointHost;
  /** Undefined once its frame was released: what it views is no longer there, and is not to be kept alive. */
  #request: Req | undefined;
  #answered = false;

  constructor(handler: ApiHandler<Req, Res>, exchange: Exchange, host: EndpointHost, request: Req) {
    this.context = exchange.context;
    this.#request = request;
    this.#handler = handler;
    this.#exchange = exchange;
    this.#host = host;
  }

  get request(): Req {
    if (this.#request === undefined) throw new Error(`${apiName(this.#handler.key)}: the request's frame was released`);
    return this.#request;
  }

  respond(response: Res): void {
    this.#answerOnce();
    const { apiVersion, correlationId } = this.context;
    let parts: OutgoingPart[];
    try {
      parts = encodeResponseFrame(this.#host.writer, this.#handler.response, apiVersion, correlationId, response);
    } catch (error) {
      // Releases nothing that the response may hold: its sources belong to the handler until they are parts of a frame.
      this.#host.handlerFailed(this.context, error);
      this.#exchange.disconnect(`the response of ${apiName(this.#handler.key)} could not be encoded`, error);
      return;
    }
    this.#exchange.complete(parts);
  }

  noResponse(): void {
    this.#answerOnce();
    this.#exchange.complete(undefined);
  }

  disconnect(reason: string): void {
    this.#answerOnce();
    this.#exchange.disconnect(reason);
  }

  retainFrame(): void {
    this.#exchange.retainFrame();
  }

  releaseFrame(): void {
    this.#request = undefined;
    this.#exchange.releaseFrame();
  }

  onAbandoned(callback: () => void): void {
    this.#exchange.onAbandoned(callback);
  }

  describeClient(softwareName: string, softwareVersion: string): void {
    this.#exchange.describeClient(softwareName, softwareVersion);
  }

  fail(error: unknown): void {
    this.#host.handlerFailed(this.context, error);
    if (!this.#answered) this.refuse(ErrorCode.UNKNOWN_SERVER_ERROR);
  }

  refuse(error: ErrorCode): void {
    if (this.#request === undefined) {
      this.disconnect(`${apiName(this.#handler.key)} failed after its frame was released`);
      return;
    }
    this.respond(this.#handler.onError(error, this.request, this.context.apiVersion));
  }

  #answerOnce(): void {
    if (this.#answered) throw new Error(`${apiName(this.#handler.key)} was answered twice`);
    this.#answered = true;
  }
}
