/** What a caller gives to `send`, in each of its shapes. */
import type { RecordHeaderInput } from '@ottla/protocol/records';
import { invalidArgument, KafkaError } from '../errors.ts';
import { Headers, type HeadersInput, type ProducerRecord } from '../records.ts';
import type { Serde, SerdeContext } from '../serdes/serde.ts';

/** kafkajs's shape: a topic's name and messages of strings or bytes. */
export interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly PlainMessage[];
}

export interface PlainMessage {
  readonly key?: string | Uint8Array | null | undefined;
  readonly value: string | Uint8Array | null;
  /** Pairs, or an object whose values may be lists. */
  readonly headers?: HeadersInput | PlainHeaders | undefined;
  readonly timestamp?: number | bigint | string | undefined;
  readonly partition?: number | undefined;
}

export type PlainHeaders = Readonly<
  Record<string, string | Uint8Array | null | undefined | readonly (string | Uint8Array)[]>
>;

export type PlainRecord = ProducerRecord<string | Uint8Array, string | Uint8Array | null>;

/** Strings in UTF-8, bytes as they are. */
export const plain: Serde<unknown, string | Uint8Array | null> = {
  name: 'plain',
  serialize: (value) => (typeof value === 'string' ? Buffer.from(value, 'utf8') : value),
  deserialize: (bytes) => bytes,
};

export function plainRecord({ key, value, headers, timestamp, partition }: PlainMessage): PlainRecord {
  return {
    key,
    value,
    headers: headers === undefined || isIterable(headers) ? headers : pairsOf(headers),
    timestamp: typeof timestamp === 'string' ? Number(timestamp) : timestamp,
    partition,
  };
}

function isIterable(headers: HeadersInput | PlainHeaders): headers is HeadersInput {
  return Symbol.iterator in headers;
}

function pairsOf(headers: PlainHeaders): (readonly [string, string | Uint8Array | null])[] {
  const pairs: (readonly [string, string | Uint8Array | null])[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (value === null || typeof value === 'string' || value instanceof Uint8Array) pairs.push([name, value]);
    else for (const one of value) pairs.push([name, one]);
  }
  return pairs;
}

export const NO_HEADERS: readonly RecordHeaderInput[] = [];

export function headersOf(headers: HeadersInput): readonly RecordHeaderInput[] {
  if (headers instanceof Headers) return headers.toArray();
  const list: RecordHeaderInput[] = [];
  for (const [key, value] of headers)
    list.push({ key, value: typeof value === 'string' ? Buffer.from(value, 'utf8') : value });
  return list;
}

/** Milliseconds as a number that is exact. */
export function timestampOf(timestamp: number | bigint, topic: string): number {
  const value = Number(timestamp);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidArgument(`Timestamp ${timestamp} of a record for ${topic}: whole milliseconds from 0 to 2^53 - 1`, {
    topic,
  });
}

/** Undefined is taken for null, as is the way in JavaScript. */
export function serialized<Input>(
  serde: Serde<unknown, Input>,
  value: Input,
  context: SerdeContext,
): Uint8Array | null {
  let bytes: Uint8Array | null;
  try {
    bytes = serde.serialize(value, context);
  } catch (error) {
    throw failed(context, error instanceof Error ? error.message : String(error), error);
  }
  if (bytes === null || bytes instanceof Uint8Array) return bytes;
  throw failed(context, `the serializer ${serde.name} gave neither bytes nor null but ${typeof bytes}`, undefined);
}

function failed({ topic, part }: SerdeContext, why: string, cause: unknown): KafkaError {
  return new KafkaError('SERIALIZATION_FAILED', `The ${part} of a record for ${topic} cannot be serialized: ${why}`, {
    topic,
    cause,
  });
}
