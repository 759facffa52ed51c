import type { Headers } from '../records.ts';

export interface SerdeContext {
  readonly topic: string;
  readonly part: 'key' | 'value';
  /** Of the record that is read. */
  readonly headers?: Headers | undefined;
}

/**
 * How a key or a value becomes bytes and back. What it throws reaches the application as SERIALIZATION_FAILED or
 * DESERIALIZATION_FAILED. `Input` is what may be sent, where that differs from what is read.
 */
export interface Serde<T, Input = T> {
  readonly name: string;
  /** Null is a tombstone (value) or no key. */
  serialize(value: Input, context: SerdeContext): Uint8Array | null;
  /** Null is a tombstone; `nullable` makes it a null for any serde. A key that is null is never asked about. */
  deserialize(bytes: Buffer | null, context: SerdeContext): T;
}

/** Bytes that may not be null. */
export function present(bytes: Buffer | null, name: string, context: SerdeContext): Buffer {
  if (bytes !== null) return bytes;
  throw new TypeError(
    `${context.topic} has a record without a ${context.part} (a tombstone): declare it as nullable(${name})`,
  );
}

/** The same serde where null is allowed: for topics with tombstones. */
export function nullable<T, Input>(serde: Serde<T, Input>): Serde<T | null, Input | null> {
  return {
    name: `nullable(${serde.name})`,
    serialize: (value, context) => (value === null ? null : serde.serialize(value, context)),
    deserialize: (bytes, context) => (bytes === null ? null : serde.deserialize(bytes, context)),
  };
}
