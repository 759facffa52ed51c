export type { RpcApi } from './api.ts';
export { type CallOptions, RpcConnection, type RpcOptions } from './connection.ts';
export { FrameSplitter } from './frame-splitter.ts';
export { RpcError, type RpcFailure } from './rpc-error.ts';
export type { SaslExchange, SaslMechanism } from './sasl/mechanism.ts';
export { type BearerToken, oauthBearer, type TokenProvider } from './sasl/oauth-bearer.ts';
export { plain } from './sasl/plain.ts';
export { type ScramOptions, scram256, scram512 } from './sasl/scram.ts';
export { ApiRanges } from './versions.ts';
