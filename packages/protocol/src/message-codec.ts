import type { ExternalPart } from './outgoing-part.ts';
import { inMessage, ProtocolError } from './protocol-error.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/**
 * How one message is read and written in each of its versions. `T` is what decoding yields: every field present, those a
 * version lacks at their default. `Init` is what encoding takes: fields with a default may be left out.
 */
export interface MessageCodec<T, Init = T> {
  readonly name: string;
  /** The API's key, a coordinator record's type, a metadata record's key; -1 for messages that have none. */
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First flexible version (KIP-482); Infinity when there is none. */
  readonly flexibleFrom: number;
  /** Throws ProtocolError. Leaves the reader behind the message: what follows is the caller's business. */
  decode(reader: Reader, version: number): T;
  /** Throws ProtocolError; the writer then holds a torso, see `Writer.discard`. */
  encode(writer: Writer, value: Init, version: number): void;
}

/** A codec whose message is not known statically. */
export type AnyMessageCodec = MessageCodec<unknown, unknown>;

/** A tagged field this code has no schema for, or one that was sent although it holds its default: kept byte for byte. */
export interface TaggedField {
  readonly tag: number;
  /** A view into the frame when decoded. */
  readonly data: Uint8Array;
}

/** What encoding takes for a `records` field. */
export type RecordsInit = Uint8Array | ExternalPart;

/** Shared defaults of decoded lists and bytes. */
export const NO_ELEMENTS: readonly never[] = Object.freeze([]);
export const NO_BYTES: Buffer = Buffer.alloc(0);

/** Used by generated code. */
export function codec<T, Init>(
  name: string,
  apiKey: number,
  minVersion: number,
  maxVersion: number,
  flexibleFrom: number,
  read: (reader: Reader, version: number) => T,
  write: (writer: Writer, value: Init, version: number) => void,
): MessageCodec<T, Init> {
  return {
    name,
    apiKey,
    minVersion,
    maxVersion,
    flexibleFrom,
    decode(reader, version) {
      if (!(version >= minVersion && version <= maxVersion)) throw wrongVersion(name, minVersion, maxVersion, version);
      try {
        return read(reader, version);
      } catch (error) {
        throw inMessage(error, name, version);
      }
    },
    encode(writer, value, version) {
      if (!(version >= minVersion && version <= maxVersion)) throw wrongVersion(name, minVersion, maxVersion, version);
      try {
        write(writer, value, version);
      } catch (error) {
        throw inMessage(error, name, version);
      }
    },
  };
}

function wrongVersion(name: string, min: number, max: number, version: number): ProtocolError {
  return new ProtocolError(`${name} has no version ${version}: known are ${min} to ${max}`);
}
