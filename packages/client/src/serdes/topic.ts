import type { ConsumerRecord, ProducerRecord } from '../records.ts';
import { bytes } from './primitives.ts';
import { nullable, type Serde } from './serde.ts';

/** A topic with what its records are made of. Declare it once; sends and subscriptions take their types from it. */
export interface Topic<
  Name extends string = string,
  Key = unknown,
  Value = unknown,
  KeyInput = Key,
  ValueInput = Value,
> {
  readonly name: Name;
  readonly key: Serde<Key, KeyInput>;
  readonly value: Serde<Value, ValueInput>;
}

/** For lists of topics of any kind. */
// biome-ignore lint: every serde must fit
export type AnyTopic = Topic<string, unknown, unknown, never, never>;

/** What is read from a topic that nobody declared: bytes. */
export type UntypedTopic<Name extends string = string> = Topic<
  Name,
  Buffer,
  Buffer | null,
  Uint8Array,
  Uint8Array | null
>;

/** The records of a topic; of several topics, a union that `record.topic` tells apart. */
export type RecordOf<T extends AnyTopic> =
  T extends Topic<infer Name, infer Key, infer Value, never, never> ? ConsumerRecord<Name, Key, Value> : never;

/** What may be sent to a topic. */
export type InputOf<T> =
  T extends Topic<string, infer _Key, infer _Value, infer KeyInput, infer ValueInput>
    ? ProducerRecord<KeyInput, ValueInput>
    : never;

export function topic<Name extends string>(name: Name): UntypedTopic<Name>;
export function topic<Name extends string, Value, ValueInput>(
  name: Name,
  serdes: { readonly value: Serde<Value, ValueInput> },
): Topic<Name, Buffer, Value, Uint8Array, ValueInput>;
export function topic<Name extends string, Key, Value, KeyInput, ValueInput>(
  name: Name,
  serdes: { readonly key: Serde<Key, KeyInput>; readonly value: Serde<Value, ValueInput> },
): Topic<Name, Key, Value, KeyInput, ValueInput>;
export function topic(name: string, serdes: { readonly key?: AnySerde; readonly value?: AnySerde } = {}): AnyTopic {
  return { name, key: serdes.key ?? bytes, value: serdes.value ?? nullableBytes };
}

type AnySerde = Serde<unknown, never>;
const nullableBytes = nullable(bytes);
