import { GroupMetadataValue, Reader } from '@ottla/protocol';
import { jsonText } from '@ottla/protocol/json';
import type { DecodedRecord } from '@ottla/protocol/records';
import { ToolError } from '../cli/tool.ts';
import { metadataRecordToJson } from '../records/cluster-metadata.ts';
import {
  type CoordinatorRecord,
  decodeCoordinatorRecord,
  UnknownRecordType,
  withMemberProtocols,
} from '../records/coordinator-record.ts';
import { GROUP_RECORDS, type RecordKind, SHARE_RECORDS, TRANSACTION_RECORDS } from '../records/record-kinds.ts';
import { transactionStateName } from '../records/transaction-state.ts';

/** What is printed of a record; undefined: nothing. */
export interface RecordText {
  readonly key: string | undefined;
  readonly payload: string | undefined;
}

export type MessageParser = (record: DecodedRecord) => RecordText;

type Decoder = (bytes: Buffer) => string;

const TOMBSTONE = '<DELETE>';
const DECODERS_PACKAGE = 'org.apache.kafka.tools.api';
const DECODERS: Readonly<Record<string, Decoder>> = {
  StringDecoder: (bytes) => bytes.toString('utf8'),
  IntegerDecoder: (bytes) => String(fixed(bytes, 4, 'an Integer').readInt32BE(0)),
  LongDecoder: (bytes) => String(fixed(bytes, 8, 'a Long').readBigInt64BE(0)),
  // Java prints the identity of its array here, which says nothing.
  DefaultDecoder: (bytes) => bytes.toString('hex'),
};

function fixed(bytes: Buffer, length: number, what: string): Buffer {
  if (bytes.length < length)
    throw new ToolError(`A value of ${bytes.length} bytes is too short for ${what}, which has ${length}`);
  return bytes;
}

/** The decoder of a class name; `warn` gets a line for a name that Kafka has given up. Throws ToolError. */
function decoderOf(className: string, warn: (line: string) => void): Decoder {
  const name = className.slice(className.lastIndexOf('.') + 1);
  const home = className.slice(0, -name.length - 1);
  const decoder = DECODERS[name];
  if (decoder !== undefined && home === DECODERS_PACKAGE) return decoder;
  if (decoder !== undefined && home === 'kafka.serializer') {
    warn(`${className} is deprecated. Please use ${DECODERS_PACKAGE}.${name} instead\n`);
    return decoder;
  }
  throw new ToolError(
    `Decoder class ${className} is not built in. Known are ${Object.keys(DECODERS).join(', ')} of ${DECODERS_PACKAGE}.`,
  );
}

export function decodingParser(
  keyClass: string | undefined,
  valueClass: string | undefined,
  warn: (line: string) => void,
): MessageParser {
  const preset = `${DECODERS_PACKAGE}.StringDecoder`;
  const keyDecoder = decoderOf(keyClass ?? preset, warn);
  const valueDecoder = decoderOf(valueClass ?? preset, warn);
  return ({ key, value }) => ({
    key: key === null ? undefined : keyDecoder(key),
    payload: value === null ? undefined : valueDecoder(value),
  });
}

function coordinatorParser(
  kinds: ReadonlyMap<number, RecordKind>,
  topic: string,
  text: (record: CoordinatorRecord) => RecordText,
): MessageParser {
  return ({ key, value, offset }) => {
    if (key === null)
      throw new ToolError(
        `Failed to decode message at offset ${offset} using ${topic} decoder (message had a missing key)`,
      );
    try {
      return text(decodeCoordinatorRecord(kinds, key, value));
    } catch (error) {
      if (error instanceof UnknownRecordType)
        return { key: `Unknown record type ${error.type} at offset ${offset}, skipping.`, payload: undefined };
      return { key: `Error at offset ${offset}, skipping. ${messageOf(error)}`, payload: undefined };
    }
  };
}

function jsonOf({ kind, key, value }: CoordinatorRecord): RecordText {
  return {
    key: jsonText({ type: String(key.version), data: key.data }),
    payload:
      value === null
        ? TOMBSTONE
        : jsonText({
            version: String(value.version),
            data: isGroupMetadata(kind, value.decoded) ? withMemberProtocols(value.data, value.decoded) : value.data,
          }),
  };
}

function isGroupMetadata(kind: RecordKind, _decoded: unknown): _decoded is GroupMetadataValue {
  return kind.value.name === GroupMetadataValue.name;
}

export const offsetsParser = coordinatorParser(GROUP_RECORDS, 'offset topic', jsonOf);
export const shareStateParser = coordinatorParser(SHARE_RECORDS, 'share group state topic', jsonOf);

const transactionRecords = coordinatorParser(TRANSACTION_RECORDS, 'transaction log', ({ key, value }) => ({
  key: `transaction_metadata::transactionalId=${String(key.data['transactionalId'])}`,
  payload: value === null ? TOMBSTONE : transactionText(value.data),
}));

export const transactionLogParser: MessageParser = (record) => {
  const type = record.key === null || record.key.length < 2 ? 0 : new Reader(record.key).int16();
  if (!TRANSACTION_RECORDS.has(type)) return { key: `unknown::version=${type}`, payload: undefined };
  return transactionRecords(record);
};

function transactionText(data: CoordinatorRecord['key']['data']): string {
  const partitions: string[] = [];
  for (const topic of listOf(data['transactionPartitions'])) {
    if (!isObject(topic)) continue;
    for (const id of listOf(topic['partitionIds'])) partitions.push(`${String(topic['topic'])}-${String(id)}`);
  }
  const shown = (name: string): string => String(data[name]);
  return (
    `producerId:${shown('producerId')},producerEpoch:${shown('producerEpoch')},` +
    `state=${transactionStateName(Number(data['transactionStatus']))},partitions=[${partitions.join(',')}],` +
    `txnLastUpdateTimestamp=${shown('transactionLastUpdateTimestampMs')},txnTimeoutMs=${shown('transactionTimeoutMs')}`
  );
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

export const clusterMetadataParser: MessageParser = ({ value, offset }) => {
  try {
    if (value === null) return { key: undefined, payload: undefined };
    return { key: undefined, payload: jsonText(metadataRecordToJson(value)) };
  } catch (error) {
    return { key: undefined, payload: `Error at ${offset}, skipping. ${messageOf(error)}` };
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
