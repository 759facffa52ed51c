export type { ApiCodec } from './api-codec.ts';
export { decodeFromBuffer, encodeToBuffer } from './buffers.ts';
export { errorMessage, errorName, isRetriable } from './errors.ts';
export {
  apiName,
  decodeRequest,
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequestFrame,
  encodeResponseFrame,
  isKnownApiKey,
  requestHeaderVersion,
  responseHeaderVersion,
} from './framing.ts';
export * from './generated/index.ts';
export { clampToNumber, INT64_MAX, INT64_MIN, type Int64, toInt64 } from './int64.ts';
export type { AnyMessageCodec, MessageCodec, RecordsInit, TaggedField } from './message-codec.ts';
export { type ExternalPart, joinParts, type OutgoingPart, partSizeBytes } from './outgoing-part.ts';
export { ProtocolError } from './protocol-error.ts';
export { Reader } from './reader.ts';
export {
  decodeRecordKey,
  decodeRecordValue,
  encodeRecordKey,
  encodeRecordValue,
  recordKeyType,
  recordValueVersion,
} from './record-keys.ts';
export { isUuid, type Uuid, uuidFromBytes, uuidToBytes, ZERO_UUID } from './uuid.ts';
export { Writer } from './writer.ts';
