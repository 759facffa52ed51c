/*
 * How a record that failed goes to another topic: key, value and headers byte for byte, and headers that tell its story.
 * A record that fails again keeps where it first came from.
 *
 *   ottla.original.topic, .partition, .offset, .timestamp   where it was first read
 *   ottla.error.code, ottla.error.message                   why it is here
 *   ottla.failed.at, ottla.attempts                         ms since 1970; how often its handler was called, in all
 *   ottla.due                                               retry topics: not to be handled before, ms since 1970
 */
import type { PlainRecord } from '../../producer/input.ts';
import type { ConsumerRecord } from '../../records.ts';
import { FetchedRecord } from '../fetched-record.ts';
import type { HandlerFailure } from '../run.ts';

/** Any record of a consumer. */
export type AnyRecord = ConsumerRecord<string, unknown, unknown>;

/** Where failed records are sent: a producer. */
export interface RecordSink {
  send(topic: string, record: PlainRecord): Promise<unknown>;
}

const PREFIX = 'ottla.';
export const DUE_HEADER = `${PREFIX}due`;
const ATTEMPTS_HEADER = `${PREFIX}attempts`;
/** Longer messages of errors are cut: a broker's limit for records is no place to fail. */
const MESSAGE_LENGTH_MAX = 1000;

export function failedRecord(failure: HandlerFailure<AnyRecord>, dueMs?: number): PlainRecord {
  const { record, error, attempt, now } = failure;
  const [key, value] = bytesOf(record);
  const first = (name: string, own: string | number): [string, string] => {
    const header = `${PREFIX}original.${name}`;
    return [header, record.headers.text(header) ?? String(own)];
  };
  const kept = record.headers
    .toArray()
    .filter(({ key: name }) => !name.startsWith(PREFIX))
    .map(({ key: name, value: data }): [string, Buffer | null] => [name, data]);
  const headers: [string, string | Buffer | null][] = [
    ...kept,
    first('topic', record.topic),
    first('partition', record.partition),
    first('offset', record.offset),
    first('timestamp', record.timestamp),
    [`${PREFIX}error.code`, codeOf(error)],
    [`${PREFIX}error.message`, messageOf(error)],
    [`${PREFIX}failed.at`, String(now())],
    [ATTEMPTS_HEADER, String(attempt + Number(record.headers.text(ATTEMPTS_HEADER) ?? 0))],
  ];
  if (dueMs !== undefined) headers.push([DUE_HEADER, String(dueMs)]);
  return { key, value, headers };
}

function bytesOf(record: AnyRecord): [key: Buffer | null, value: Buffer | null] {
  if (record instanceof FetchedRecord) return [record.keyBytes, record.valueBytes];
  throw new TypeError('Only records that a consumer handed out can be sent on: their bytes are needed');
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : typeof error;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_LENGTH_MAX);
}
