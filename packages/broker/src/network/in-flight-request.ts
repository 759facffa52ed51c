import type { ApiKey, OutgoingPart } from '@ottla/protocol';
import type { Endpoint, Exchange } from '../api/endpoint.ts';
import type { Principal, RequestContext } from '../api/handler.ts';
import type { Frame } from './frame-reader.ts';

/** What an in-flight request asks of its connection. */
export interface RequestOwner {
  readonly connectionId: string;
  readonly listener: string;
  readonly clientAddress: string;
  readonly principal: Principal;
  softwareName: string;
  softwareVersion: string;
  answered(request: InFlightRequest): void;
  refused(reason: string, error: unknown): void;
}

/** One request between its frame and its answer: context for the handler, place in the connection's line of answers. */
export class InFlightRequest implements RequestContext, Exchange {
  readonly securityProtocol = 'PLAINTEXT';
  readonly apiKey: ApiKey;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string;
  readonly endpoint: Endpoint;
  /** Monotonic, when the frame was complete. */
  readonly startMs: number;
  readonly requestBytes: number;
  /** Undefined until answered; then what to send, nothing for acks=0. */
  parts: OutgoingPart[] | undefined;
  isAnswered = false;
  throttledMs = 0;
  isAbandoned = false;
  readonly #owner: RequestOwner;
  readonly #frame: Frame;
  #isFrameRetained = false;
  #abandoned: (() => void) | undefined;

  constructor(
    owner: RequestOwner,
    endpoint: Endpoint,
    frame: Frame,
    apiVersion: number,
    correlationId: number,
    clientId: string,
    startMs: number,
  ) {
    this.#owner = owner;
    this.#frame = frame;
    this.endpoint = endpoint;
    this.apiKey = endpoint.key;
    this.apiVersion = apiVersion;
    this.correlationId = correlationId;
    this.clientId = clientId;
    this.startMs = startMs;
    this.requestBytes = frame.end - frame.start;
  }

  get context(): RequestContext {
    return this;
  }

  get connectionId(): string {
    return this.#owner.connectionId;
  }

  get listener(): string {
    return this.#owner.listener;
  }

  get principal(): Principal {
    return this.#owner.principal;
  }

  get clientAddress(): string {
    return this.#owner.clientAddress;
  }

  get softwareName(): string {
    return this.#owner.softwareName;
  }

  get softwareVersion(): string {
    return this.#owner.softwareVersion;
  }

  get isFrameRetained(): boolean {
    return this.#isFrameRetained;
  }

  complete(parts: OutgoingPart[] | undefined): void {
    this.#frame.release();
    if (this.isAbandoned) {
      releaseParts(parts);
      return;
    }
    this.parts = parts;
    this.isAnswered = true;
    this.#abandoned = undefined;
    this.#owner.answered(this);
  }

  disconnect(reason: string, error?: unknown): void {
    this.#frame.release();
    if (!this.isAbandoned) this.#owner.refused(reason, error);
  }

  retainFrame(): void {
    this.#isFrameRetained = true;
  }

  releaseFrame(): void {
    this.#frame.release();
  }

  onAbandoned(callback: () => void): void {
    if (this.isAbandoned) callback();
    else this.#abandoned = callback;
  }

  describeClient(softwareName: string, softwareVersion: string): void {
    this.#owner.softwareName = softwareName;
    this.#owner.softwareVersion = softwareVersion;
  }

  /** The connection has gone. A frame that the handler retained stays until it lets go of it. */
  abandon(): void {
    this.isAbandoned = true;
    if (this.isAnswered) releaseParts(this.parts);
    this.parts = undefined;
    const callback = this.#abandoned;
    this.#abandoned = undefined;
    callback?.();
  }
}

function releaseParts(parts: readonly OutgoingPart[] | undefined): void {
  if (parts === undefined) return;
  for (const part of parts) if (!(part instanceof Uint8Array)) part.release();
}
