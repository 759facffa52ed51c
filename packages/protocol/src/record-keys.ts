/*
 * Records of the internal topics (__consumer_offsets, __transaction_state, __share_group_state):
 *
 *   key    int16 type (the codec's apiKey), fields
 *   value  int16 version, fields
 *
 * The type of OffsetCommitKey has two numbers, 0 (LegacyOffsetCommitKey) and 1. Java: CoordinatorRecordSerde.
 */
import { writeToBuffer } from './buffers.ts';
import type { MessageCodec } from './message-codec.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';

export function encodeRecordKey<T, Init>(codec: MessageCodec<T, Init>, key: Init): Buffer {
  return writeToBuffer((writer) => {
    writer.int16(codec.apiKey);
    codec.encode(writer, key, codec.minVersion);
  });
}

/** What kind of record this is: to be compared with the `apiKey` of key codecs. Unknown ones must be kept, not refused. */
export function recordKeyType(key: Buffer): number {
  return new Reader(key).int16();
}

export function decodeRecordKey<T, Init>(codec: MessageCodec<T, Init>, key: Buffer): T {
  const reader = new Reader(key);
  const type = reader.int16();
  if (type !== codec.apiKey)
    throw new ProtocolError(`a record key of type ${type} is no ${codec.name} (${codec.apiKey})`);
  const value = codec.decode(reader, codec.minVersion);
  reader.end(codec.name);
  return value;
}

export function encodeRecordValue<T, Init>(codec: MessageCodec<T, Init>, value: Init, version: number): Buffer {
  return writeToBuffer((writer) => {
    writer.int16(version);
    codec.encode(writer, value, version);
  });
}

export function recordValueVersion(value: Buffer): number {
  return new Reader(value).int16();
}

/** Throws ProtocolError for a version above the known ones. */
export function decodeRecordValue<T, Init>(codec: MessageCodec<T, Init>, value: Buffer): T {
  const reader = new Reader(value);
  const version = reader.int16();
  const decoded = codec.decode(reader, version);
  reader.end(codec.name);
  return decoded;
}
