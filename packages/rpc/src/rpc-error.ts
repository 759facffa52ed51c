/**
 * Why a call gave no answer. `UNSENT`: the request never left, it is safe to try again. `UNKNOWN`: it may have been
 * carried out. `UNSUPPORTED_VERSION`: the broker does not speak it.
 * `AUTHENTICATION`: the broker does not let us in; `errorCode` says why.
 */
export type RpcFailure =
  | 'CONNECT'
  | 'AUTHENTICATION'
  | 'TIMEOUT'
  | 'DISCONNECTED'
  | 'UNSUPPORTED_VERSION'
  | 'MALFORMED'
  | 'CLOSED';

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly failure: RpcFailure;
  /** `host:port` of the peer. */
  readonly peer: string;
  /** Whether the request may have reached the broker. */
  readonly mayHaveRun: boolean;
  /** Kafka's code, where an answer had one. */
  readonly errorCode: number | undefined;
  /** Without our words around it: what the broker said, or what Java's client says instead. */
  readonly reason: string | undefined;

  constructor(
    failure: RpcFailure,
    peer: string,
    message: string,
    mayHaveRun: boolean,
    cause?: unknown,
    errorCode?: number,
    reason?: string,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
    this.peer = peer;
    this.mayHaveRun = mayHaveRun;
    this.errorCode = errorCode;
    this.reason = reason;
  }
}
