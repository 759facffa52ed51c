/*
 * A frame, both ways:
 *
 *   int32 size of what follows | header | body
 *
 *   request header   v0  int16 api key, int16 api version, int32 correlation id    (ControlledShutdown v0 only)
 *                    v1  v0, client id: nullable string
 *                    v2  v1, tag section; the client id keeps its int16 length     (flexible versions, KIP-482)
 *   response header  v0  int32 correlation id
 *                    v1  v0, tag section                                           (flexible versions but ApiVersions, KIP-511)
 */
import { API_FLEXIBLE_FROM, API_NAMES, ApiKey } from './generated/api-key.ts';
import { RequestHeader, type RequestHeaderInit } from './generated/request-header.ts';
import { ResponseHeader } from './generated/response-header.ts';
import type { MessageCodec } from './message-codec.ts';
import type { OutgoingPart } from './outgoing-part.ts';
import { ProtocolError } from './protocol-error.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** `Produce` for 0; `Unknown(99)` for a key that has no schema. */
export function apiName(apiKey: number): string {
  return API_NAMES[apiKey] ?? `Unknown(${apiKey})`;
}

export function isKnownApiKey(apiKey: number): boolean {
  return API_NAMES[apiKey] !== undefined;
}

function flexibleFrom(apiKey: number): number {
  const version = API_FLEXIBLE_FROM[apiKey];
  if (version === undefined) throw new ProtocolError(`there is no API with key ${apiKey}`);
  return version;
}

/** Throws ProtocolError for an unknown key: its header cannot be told. Any version will do, known or not. */
export function requestHeaderVersion(apiKey: number, version: number): number {
  if (version >= flexibleFrom(apiKey)) return 2;
  return apiKey === ApiKey.ControlledShutdown && version === 0 ? 0 : 1;
}

export function responseHeaderVersion(apiKey: number, version: number): number {
  // A client that asked in a version unknown to the broker must be able to read the answer.
  if (apiKey === ApiKey.ApiVersions) return 0;
  return version >= flexibleFrom(apiKey) ? 1 : 0;
}

/** Leaves the reader at the body. Throws ProtocolError, also for an unknown API key. */
export function decodeRequestHeader(reader: Reader): RequestHeader {
  const start = reader.offset;
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  reader.offset = start;
  return RequestHeader.decode(reader, requestHeaderVersion(apiKey, apiVersion));
}

/** The body behind the header, which must fill the frame. */
export function decodeRequest<T, Init>(codec: MessageCodec<T, Init>, reader: Reader, version: number): T {
  const request = codec.decode(reader, version);
  reader.end(codec.name);
  return request;
}

/** Leaves the reader at the body; returns the correlation id. */
export function decodeResponseHeader(reader: Reader, apiKey: number, version: number): number {
  return ResponseHeader.decode(reader, responseHeaderVersion(apiKey, version)).correlationId;
}

/** `header` needs no API key or version: they are the codec's. */
export function encodeRequestFrame<T, Init>(
  writer: Writer,
  codec: MessageCodec<T, Init>,
  version: number,
  correlationId: number,
  clientId: string | null,
  request: Init,
): OutgoingPart[] {
  const header: RequestHeaderInit = {
    requestApiKey: codec.apiKey,
    requestApiVersion: version,
    correlationId,
    clientId,
  };
  try {
    writer.int32(0);
    RequestHeader.encode(writer, header, requestHeaderVersion(codec.apiKey, version));
    codec.encode(writer, request, version);
  } catch (error) {
    writer.discard();
    throw error;
  }
  return finishFrame(writer);
}

export function encodeResponseFrame<T, Init>(
  writer: Writer,
  codec: MessageCodec<T, Init>,
  version: number,
  correlationId: number,
  response: Init,
): OutgoingPart[] {
  try {
    writer.int32(0);
    writer.int32(correlationId);
    if (responseHeaderVersion(codec.apiKey, version) === 1) writer.taggedFields(undefined);
    codec.encode(writer, response, version);
  } catch (error) {
    writer.discard();
    throw error;
  }
  return finishFrame(writer);
}

/** Ends a frame that began with four bytes for its size. */
function finishFrame(writer: Writer): OutgoingPart[] {
  const size = writer.sizeBytes - 4;
  const parts = writer.finish();
  const first = parts[0];
  if (!(first instanceof Uint8Array)) throw new Error('a frame begins with its size');
  first[0] = size >> 24;
  first[1] = size >> 16;
  first[2] = size >> 8;
  first[3] = size;
  return parts;
}
