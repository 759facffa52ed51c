import type { ApiKey, ErrorCode, MessageCodec } from '@ottla/protocol';
import type { BrokerServices } from '../services.ts';

/** Who asks. `ANONYMOUS` on a listener without authentication. */
export interface Principal {
  readonly type: string;
  readonly name: string;
}

export const ANONYMOUS: Principal = { type: 'User', name: 'ANONYMOUS' };

/** What the broker knows of a request beside its body; Kafka's RequestContext. */
export interface RequestContext {
  /** `local:port-remote:port-index`, unique among the open connections of the broker. */
  readonly connectionId: string;
  /** The listener's name, e.g. `PLAINTEXT` or `EXTERNAL`. */
  readonly listener: string;
  readonly securityProtocol: 'PLAINTEXT';
  readonly principal: Principal;
  /** Empty when the client sent none. */
  readonly clientId: string;
  /** Remote address without a port, e.g. `127.0.0.1`. */
  readonly clientAddress: string;
  readonly apiKey: ApiKey;
  readonly apiVersion: number;
  readonly correlationId: number;
  /** As told by ApiVersions v3+ (KIP-511), else `unknown`. */
  readonly softwareName: string;
  readonly softwareVersion: string;
  /** Monotonic, when the request was complete. */
  readonly startMs: number;
  /** Set by the quotas: how long the connection is not read after the answer, ms. */
  throttledMs?: number;
}

/**
 * One request on its way. Exactly one of `respond`, `noResponse` and `disconnect` is called, once, during `handle` or
 * later; calls for a connection that is gone are ignored. Answers leave in the order of the requests.
 *
 * Views into the frame (fields of type `bytes` and `records`) are valid until `handle` returns, or, after
 * `retainFrame`, until `releaseFrame` or the answer, whichever is first. Whoever waits longer copies what it keeps.
 */
export interface Call<Req, Res> {
  readonly context: RequestContext;
  readonly request: Req;
  respond(response: Res): void;
  /** Produce with acks=0. */
  noResponse(): void;
  /** Closes the connection; `reason` is logged with the peer. */
  disconnect(reason: string): void;
  retainFrame(): void;
  /** `request` must not be read any more. */
  releaseFrame(): void;
  /** Runs once when the connection goes before the answer: drop waiters. */
  onAbandoned(callback: () => void): void;
  /** ApiVersions tells which client software is at the other end (KIP-511). */
  describeClient(softwareName: string, softwareVersion: string): void;
}

export interface ApiHandler<Req, Res> {
  readonly key: ApiKey;
  readonly request: MessageCodec<Req>;
  readonly response: MessageCodec<unknown, Res>;
  /** What ApiVersions lists, before features lower it. */
  readonly minVersion: number;
  readonly maxVersion: number;
  /** Default true: the connection's next request waits for this one's answer. Produce runs ahead. */
  readonly inOrder?: boolean;
  handle(call: Call<Req, Res>, broker: BrokerServices): void;
  /** The same error in every place the response has one. */
  onError(error: ErrorCode, request: Req, version: number): Res;
}
