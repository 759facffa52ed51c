import { ApiVersionsRequest, ErrorCode, type MessageCodec, type Reader } from '@ottla/protocol';

/** A request codec with its response's: what a call needs to know of an API. */
export interface RpcApi<Req, Res> {
  readonly request: MessageCodec<unknown, Req>;
  readonly response: MessageCodec<Res, unknown>;
}

/** A refused ApiVersions version is answered in version 0, whatever was asked. */
export function decodeAnswer<Res>(api: RpcApi<never, Res>, reader: Reader, version: number): Res {
  if (api.request.apiKey !== ApiVersionsRequest.apiKey || version === 0) return api.response.decode(reader, version);
  const start = reader.offset;
  const refused = reader.int16() === ErrorCode.UNSUPPORTED_VERSION;
  reader.offset = start;
  return api.response.decode(reader, refused ? 0 : version);
}
