import type { Endpoint, EndpointHost, Exchange } from '@ottla/broker';
import type { ApiKey, ErrorCode, Reader } from '@ottla/protocol';
import { HeldRequest } from './held-request.ts';
import type { InterceptOptions, Interceptor } from './interceptor.ts';

export type AnyInterceptor = Interceptor<unknown, unknown>;

/** One registration. */
export class Interception {
  readonly interceptor: AnyInterceptor;
  #timesLeft: number;

  constructor(interceptor: AnyInterceptor, times: number) {
    this.interceptor = interceptor;
    this.#timesLeft = times;
  }

  get isOver(): boolean {
    return this.#timesLeft <= 0;
  }

  acted(): void {
    this.#timesLeft--;
  }

  end(): void {
    this.#timesLeft = 0;
  }
}

/** The interceptors of one broker, and the requests they hold. */
export class Interceptors {
  readonly #byApi = new Map<ApiKey, Interception[]>();
  readonly #held = new Set<HeldRequest>();
  readonly #errors: unknown[] = [];

  /** What interceptors threw. */
  get errors(): readonly unknown[] {
    return this.#errors;
  }

  /** The last one added is asked first. Returns the way to take it away. */
  add(apiKey: ApiKey, interceptor: AnyInterceptor, { times = Number.POSITIVE_INFINITY }: InterceptOptions): () => void {
    const interception = new Interception(interceptor, times);
    this.#byApi.set(apiKey, [interception, ...this.of(apiKey)]);
    return () => interception.end();
  }

  of(apiKey: ApiKey): readonly Interception[] {
    const found = this.#byApi.get(apiKey);
    if (found === undefined) return [];
    const left = found.filter(({ isOver }) => !isOver);
    if (left.length === 0) this.#byApi.delete(apiKey);
    else if (left.length < found.length) this.#byApi.set(apiKey, left);
    return left;
  }

  wrap(own: Endpoint): Endpoint {
    return new InterceptedEndpoint(own, this);
  }

  hold(request: HeldRequest): void {
    this.#held.add(request);
  }

  letGo(request: HeldRequest): void {
    this.#held.delete(request);
  }

  failed(error: unknown): void {
    this.#errors.push(error);
  }

  /** Ends the connections whose requests are held: nobody would answer them any more. */
  close(): void {
    this.#byApi.clear();
    for (const request of Array.from(this.#held)) request.disconnect();
  }
}

class InterceptedEndpoint implements Endpoint {
  readonly key: ApiKey;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly #own: Endpoint;
  readonly #interceptors: Interceptors;

  constructor(own: Endpoint, interceptors: Interceptors) {
    this.#own = own;
    this.#interceptors = interceptors;
    this.key = own.key;
    this.name = own.name;
    this.minVersion = own.minVersion;
    this.maxVersion = own.maxVersion;
  }

  /** What is held back must not be overtaken. */
  get inOrder(): boolean {
    return this.#own.inOrder || this.#interceptors.of(this.key).length > 0;
  }

  serve(exchange: Exchange, reader: Reader, host: EndpointHost): void {
    const interceptions = this.#interceptors.of(this.key);
    if (interceptions.length === 0) this.#own.serve(exchange, reader, host);
    else void new HeldRequest(this.#own, exchange, reader, host, this.#interceptors).run(interceptions);
  }

  refuse(exchange: Exchange, reader: Reader, host: EndpointHost, error: ErrorCode): void {
    this.#own.refuse(exchange, reader, host, error);
  }
}
