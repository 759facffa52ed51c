import type { Endpoint, EndpointHost, Exchange } from '@ottla/broker';
import { present } from '@ottla/common';
import type { Timer } from '@ottla/platform';
import { API_CODECS, ApiKey, ErrorCode, encodeResponseFrame, ProduceRequest, Reader } from '@ottla/protocol';
import type { Action, InterceptedRequest } from './interceptor.ts';
import type { Interception, Interceptors } from './interceptors.ts';

/** A request in the hands of its interceptors. What they return at once happens at once: the order of requests stays. */
export class HeldRequest {
  readonly #own: Endpoint;
  readonly #exchange: Exchange;
  /** A copy: the frame is the connection's again when `serve` returns. */
  readonly #body: Buffer;
  readonly #host: EndpointHost;
  readonly #interceptors: Interceptors;
  #timer: Timer | undefined;
  #isHeld = true;

  constructor(own: Endpoint, exchange: Exchange, reader: Reader, host: EndpointHost, interceptors: Interceptors) {
    this.#own = own;
    this.#exchange = exchange;
    this.#body = Buffer.from(reader.buffer.subarray(reader.offset, reader.limit));
    this.#host = host;
    this.#interceptors = interceptors;
    interceptors.hold(this);
    exchange.onAbandoned(() => this.#letGo());
  }

  /** Never rejects. */
  async run(interceptions: readonly Interception[]): Promise<void> {
    const request = this.#view();
    try {
      for (const interception of interceptions) {
        const outcome = interception.interceptor(request);
        const action = outcome instanceof Promise ? await outcome : outcome;
        if (!this.#isHeld) return;
        // Others may have used it up while this one was thinking.
        if (action === undefined || interception.isOver) continue;
        interception.acted();
        this.#act(action);
        return;
      }
      this.#pass();
    } catch (error) {
      this.#interceptors.failed(error);
      if (this.#isHeld) this.#refuse(ErrorCode.UNKNOWN_SERVER_ERROR);
    }
  }

  /** For a broker that stops. */
  disconnect(): void {
    this.#letGo();
    this.#exchange.disconnect('the test broker does not answer it');
  }

  #act(action: Action<unknown>): void {
    if (action === 'drop') return;
    if (action === 'disconnect') {
      this.disconnect();
      return;
    }
    if (action.delayMs === undefined) this.#finish(action);
    else {
      const { clock } = this.#host.services.platform;
      this.#timer = clock.setTimer(action.delayMs, () => this.#finish(action));
    }
  }

  #finish(action: Exclude<Action<unknown>, string>): void {
    if ('respond' in action) this.#respond(action.respond);
    else if ('error' in action) this.#refuse(action.error);
    else this.#pass();
  }

  #pass(): void {
    this.#letGo();
    this.#own.serve(this.#exchange, new Reader(this.#body), this.#host);
  }

  #refuse(error: ErrorCode): void {
    this.#letGo();
    if (this.#wantsNoAnswer()) this.#exchange.disconnect(`Produce with acks=0 failed with error ${error}`);
    else this.#own.refuse(this.#exchange, new Reader(this.#body), this.#host, error);
  }

  #respond(response: unknown): void {
    this.#letGo();
    if (this.#wantsNoAnswer()) {
      this.#exchange.complete(undefined);
      return;
    }
    const { apiVersion, correlationId } = this.#exchange.context;
    const codec = this.#codec().response;
    try {
      this.#exchange.complete(encodeResponseFrame(this.#host.writer, codec, apiVersion, correlationId, response));
    } catch (error) {
      this.#interceptors.failed(error);
      this.#exchange.disconnect(`the response of an interceptor is no ${codec.name}`, error);
    }
  }

  #wantsNoAnswer(): boolean {
    if (this.#own.key !== ApiKey.Produce) return false;
    return ProduceRequest.decode(new Reader(this.#body), this.#exchange.context.apiVersion).acks === 0;
  }

  #letGo(): void {
    this.#isHeld = false;
    this.#timer?.cancel();
    this.#interceptors.letGo(this);
  }

  #codec() {
    return present(API_CODECS.get(this.#own.key), 'every API that is served has its codecs');
  }

  #view(): InterceptedRequest<unknown> {
    const { apiVersion, clientId, correlationId, connectionId } = this.#exchange.context;
    const bytes = this.#body;
    const codec = this.#codec().request;
    let body: { readonly decoded: unknown } | undefined;
    return {
      apiKey: this.#own.key,
      apiName: this.#own.name,
      apiVersion,
      clientId,
      correlationId,
      connectionId,
      get body(): unknown {
        // The broker writes into the records it takes: not into these.
        body ??= { decoded: codec.decode(new Reader(Buffer.from(bytes)), apiVersion) };
        return body.decoded;
      },
    };
  }
}
