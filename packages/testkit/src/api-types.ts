/** What an API's requests and responses look like, found by its name or key. */
import type * as protocol from '@ottla/protocol';
import type { ApiKey, MessageCodec } from '@ottla/protocol';

type Exports = typeof protocol;
type Keys = typeof ApiKey;

/** `Produce`, `Fetch`, ... */
export type ApiName = keyof Keys;

/** The name behind a name or a key. */
export type NameOf<Api extends ApiName | ApiKey> = Api extends ApiName
  ? Api
  : { [Name in ApiName]: Keys[Name] extends Api ? Name : never }[ApiName];

type Exported<Name extends string> = Name extends keyof Exports ? Exports[Name] : never;

/** A decoded request: every field present. */
export type RequestOf<Api extends ApiName | ApiKey> =
  Exported<`${NameOf<Api>}Request`> extends MessageCodec<infer Request, infer _Init> ? Request : unknown;

/** A response to send: fields with a default may be left out. */
export type ResponseOf<Api extends ApiName | ApiKey> =
  Exported<`${NameOf<Api>}Response`> extends MessageCodec<infer _Response, infer Init> ? Init : unknown;
