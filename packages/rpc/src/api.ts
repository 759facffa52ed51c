import type { MessageCodec } from '@ottla/protocol';

/** A request codec with its response's: what a call needs to know of an API. */
export interface RpcApi<Req, Res> {
  readonly request: MessageCodec<unknown, Req>;
  readonly response: MessageCodec<Res, unknown>;
}
