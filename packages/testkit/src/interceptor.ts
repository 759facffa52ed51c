import type { ApiKey, ErrorCode } from '@ottla/protocol';

/** A request before the broker has seen it. */
export interface InterceptedRequest<Request> {
  readonly apiKey: ApiKey;
  readonly apiName: string;
  readonly apiVersion: number;
  /** Empty when the client sent none. */
  readonly clientId: string;
  readonly correlationId: number;
  /** Unique among the open connections of the broker. */
  readonly connectionId: string;
  /** Decoded when it is asked for. Its bytes are a copy: keep them as long as you like. */
  readonly body: Request;
}

/**
 * What becomes of a request.
 * - nothing: the broker handles it
 * - `delayMs`: later; alone, the broker handles it then
 * - `respond`: this is the answer, and the broker never sees the request (Produce with acks=0 stays without an answer)
 * - `error`: the broker answers with this code wherever the response has one (Produce with acks=0: the connection ends)
 * - `'drop'`: never answered; the requests after it on its connection wait, as behind a broker that hangs
 * - `'disconnect'`: the connection ends
 */
export type Action<Response> =
  | 'drop'
  | 'disconnect'
  | { readonly delayMs: number }
  | { readonly respond: Response; readonly delayMs?: number }
  | { readonly error: ErrorCode; readonly delayMs?: number };

// An interceptor that only looks returns nothing at all.
export type Outcome<Response> = Action<Response> | undefined | void;

/** Decides about a request; may take its time. What it throws makes `stop` reject. */
export type Interceptor<Request, Response> = (
  request: InterceptedRequest<Request>,
) => Outcome<Response> | Promise<Outcome<Response>>;

export interface InterceptOptions {
  /** How many requests it acts on before it is gone; those it lets pass do not count. Default: no limit. */
  readonly times?: number;
}
