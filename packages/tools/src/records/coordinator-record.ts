import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  type GroupMetadataValue,
  Reader,
  recordKeyType,
  recordValueVersion,
} from '@ottla/protocol';
import {
  ConsumerProtocolAssignmentShape,
  ConsumerProtocolSubscriptionShape,
  type JsonValue,
  type MessageShape,
  messageToJson,
} from '@ottla/protocol/json';
import type { RecordKind } from './record-kinds.ts';

/** A key or a value of a coordinator's record: what it is, and its fields. */
export interface CoordinatorField {
  /** The key's type, or the value's version. */
  readonly version: number;
  readonly decoded: unknown;
  readonly data: { readonly [name: string]: JsonValue };
}

export interface CoordinatorRecord {
  readonly kind: RecordKind;
  readonly key: CoordinatorField;
  /** Null: a tombstone. */
  readonly value: CoordinatorField | null;
}

/** The record is of a kind this program does not know. */
export class UnknownRecordType extends Error {
  override readonly name = 'UnknownRecordType';
  readonly type: number;
  constructor(type: number) {
    super(`Unknown record type ${type}`);
    this.type = type;
  }
}

/** Throws UnknownRecordType, or an Error that says what cannot be read. */
export function decodeCoordinatorRecord(
  kinds: ReadonlyMap<number, RecordKind>,
  key: Buffer,
  value: Buffer | null,
): CoordinatorRecord {
  const type = recordKeyType(key);
  const kind = kinds.get(type);
  if (kind === undefined) throw new UnknownRecordType(type);
  const keyReader = new Reader(key);
  keyReader.int16();
  const decodedKey = reading(`record with version ${type} from key's buffer`, () =>
    kind.key.decode(keyReader, kind.key.minVersion),
  );
  return {
    kind,
    key: { version: type, decoded: decodedKey, data: messageToJson(kind.keyShape, decodedKey, kind.key.minVersion) },
    value: value === null ? null : decodeValue(kind, value),
  };
}

function decodeValue(kind: RecordKind, bytes: Buffer): CoordinatorField {
  const version = recordValueVersion(bytes);
  const reader = new Reader(bytes);
  reader.int16();
  const decoded = reading(`record with version ${version} from value's buffer`, () =>
    kind.value.decode(reader, version),
  );
  return { version, decoded, data: messageToJson(kind.valueShape, decoded, version) };
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Could not read ${what} due to: ${why}.`, { cause: error });
  }
}

/** The value of a GroupMetadata record of consumers with what its members subscribe to and were assigned, instead of the bytes. */
export function withMemberProtocols(
  data: { readonly [name: string]: JsonValue },
  group: GroupMetadataValue,
): { readonly [name: string]: JsonValue } {
  const { members } = data;
  if (group.protocolType !== 'consumer' || !Array.isArray(members)) return data;
  return {
    ...data,
    members: members.map((member: JsonValue, at): JsonValue => {
      const decoded = group.members[at];
      if (decoded === undefined || !isJsonObject(member)) return member;
      return {
        ...member,
        subscription: versioned(ConsumerProtocolSubscription, ConsumerProtocolSubscriptionShape, decoded.subscription),
        assignment: versioned(ConsumerProtocolAssignment, ConsumerProtocolAssignmentShape, decoded.assignment),
      };
    }),
  };
}

function isJsonObject(value: JsonValue): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Decoder {
  readonly maxVersion: number;
  decode(reader: Reader, version: number): unknown;
}

function versioned(codec: Decoder, shape: MessageShape, bytes: Uint8Array): JsonValue {
  if (bytes.length < 2) return {};
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const version = Math.min(reader.int16(), codec.maxVersion);
  return messageToJson(shape, codec.decode(reader, version), version);
}
