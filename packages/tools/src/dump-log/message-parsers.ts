import {
  decodeRecordKey,
  decodeRecordValue,
  GroupMetadataValue,
  recordKeyType,
  TransactionLogKey,
  TransactionLogValue,
} from '@ottla/protocol';
import { type JsonValue, jsonText } from '@ottla/protocol/json';
import type { DecodedRecord } from '@ottla/protocol/records';
import { ToolError } from '../cli/tool.ts';
import { metadataRecordToJson } from '../records/cluster-metadata.ts';
import {
  type CoordinatorRecord,
  decodeCoordinatorRecord,
  UnknownRecordType,
  withMemberProtocols,
} from '../records/coordinator-record.ts';
import { GROUP_RECORDS, type RecordKind, SHARE_RECORDS } from '../records/record-kinds.ts';
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
  decoder: string,
  text: (record: CoordinatorRecord, value: Buffer | null) => RecordText,
): MessageParser {
  return ({ key, value, offset }) => {
    if (key === null) throw missingKey(offset, decoder);
    try {
      return text(decodeCoordinatorRecord(kinds, key, value), value);
    } catch (error) {
      if (error instanceof UnknownRecordType)
        return { key: `Unknown record type ${error.type} at offset ${offset}, skipping.`, payload: undefined };
      return { key: `Error at offset ${offset}, skipping. ${messageOf(error)}`, payload: undefined };
    }
  };
}

function jsonOf({ kind, key, value }: CoordinatorRecord, bytes: Buffer | null): RecordText {
  if (value === null || bytes === null) return { key: fieldJson('type', key.version, key.data), payload: TOMBSTONE };
  const data =
    kind.value.name === GroupMetadataValue.name
      ? withMemberProtocols(value.data, decodeRecordValue(GroupMetadataValue, bytes))
      : value.data;
  return { key: fieldJson('type', key.version, key.data), payload: fieldJson('version', value.version, data) };
}

function fieldJson(name: 'type' | 'version', version: number, data: JsonValue): string {
  return jsonText({ [name]: String(version), data });
}

export const offsetsParser = coordinatorParser(GROUP_RECORDS, 'offset topic decoder', jsonOf);
export const shareStateParser = coordinatorParser(SHARE_RECORDS, 'the specified decoder', jsonOf);

export const transactionLogParser: MessageParser = ({ key, value, offset }) => {
  if (key === null) throw missingKey(offset, 'transaction log decoder');
  const type = recordKeyType(key);
  if (type !== TransactionLogKey.apiKey) return { key: `unknown::version=${type}`, payload: undefined };
  return {
    key: `transaction_metadata::transactionalId=${decodeRecordKey(TransactionLogKey, key).transactionalId}`,
    payload: value === null ? TOMBSTONE : transactionText(decodeRecordValue(TransactionLogValue, value)),
  };
};

function transactionText(value: TransactionLogValue): string {
  const partitions = (value.transactionPartitions ?? []).flatMap(({ topic, partitionIds }) =>
    partitionIds.map((id) => `${topic}-${id}`),
  );
  return (
    `producerId:${value.producerId},producerEpoch:${value.producerEpoch},` +
    `state=${transactionStateName(value.transactionStatus)},partitions=[${partitions.join(',')}],` +
    `txnLastUpdateTimestamp=${value.transactionLastUpdateTimestampMs},txnTimeoutMs=${value.transactionTimeoutMs}`
  );
}

export const clusterMetadataParser: MessageParser = ({ value, offset }) => {
  try {
    if (value === null) return { key: undefined, payload: undefined };
    return { key: undefined, payload: jsonText(metadataRecordToJson(value)) };
  } catch (error) {
    return { key: undefined, payload: `Error at ${offset}, skipping. ${messageOf(error)}` };
  }
};

function missingKey(offset: number, decoder: string): ToolError {
  return new ToolError(`Failed to decode message at offset ${offset} using ${decoder} (message had a missing key)`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
