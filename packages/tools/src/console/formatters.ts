/** How records are printed, by the names of Java's classes. */
import type { UntypedRecord } from '@ottla/client';
import { jsonText } from '@ottla/protocol/json';
import { decodeCoordinatorRecord, UnknownRecordType } from '../records/coordinator-record.ts';
import { GROUP_RECORDS, type RecordKind, TRANSACTION_RECORDS } from '../records/record-kinds.ts';
import type { ByteOutput } from './byte-output.ts';
import { DefaultFormatter } from './default-formatter.ts';

export interface Formatter {
  /** Throws for a record that cannot be shown. */
  write(record: UntypedRecord, output: ByteOutput): void;
}

type Make = (properties: ReadonlyMap<string, string>) => Formatter;

const PACKAGE = 'org.apache.kafka.tools.consumer.';
const OFFSET_TYPES = [0, 1];
const GROUP_TYPES = [2];

const KNOWN: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['DefaultMessageFormatter', (properties) => new DefaultFormatter(properties)],
  // What it logs besides is below the level that tools show.
  ['LoggingMessageFormatter', (properties) => new DefaultFormatter(properties)],
  ['NoOpMessageFormatter', () => ({ write() {} })],
  ['OffsetsMessageFormatter', () => new CoordinatorFormatter(GROUP_RECORDS, OFFSET_TYPES)],
  ['GroupMetadataMessageFormatter', () => new CoordinatorFormatter(GROUP_RECORDS, GROUP_TYPES)],
  ['TransactionLogMessageFormatter', () => new CoordinatorFormatter(TRANSACTION_RECORDS, [0])],
]);

/** Names from before Kafka 3.8, or of other packages. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'kafka.tools.DefaultMessageFormatter': 'DefaultMessageFormatter',
    'kafka.tools.LoggingMessageFormatter': 'LoggingMessageFormatter',
    'kafka.tools.NoOpMessageFormatter': 'NoOpMessageFormatter',
    'kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter': 'OffsetsMessageFormatter',
    'kafka.coordinator.group.GroupMetadataManager$GroupMetadataMessageFormatter': 'GroupMetadataMessageFormatter',
    'kafka.coordinator.transaction.TransactionLog$TransactionLogMessageFormatter': 'TransactionLogMessageFormatter',
  }),
);

/** What makes the formatter of a class; undefined for one that is not built in. `warn` is told of a name that was given up. */
export function formatterOf(className: string, warn: (text: string) => void): Make | undefined {
  const old = OLD_NAMES.get(className);
  if (old !== undefined) {
    warn(
      `WARNING: ${className} is deprecated and will be removed in the next major release. Please use ${PACKAGE}${old} instead\n`,
    );
    return KNOWN.get(old);
  }
  return className.startsWith(PACKAGE) ? KNOWN.get(className.slice(PACKAGE.length)) : undefined;
}

export const BUILT_IN_FORMATTERS = [...KNOWN.keys()].map((name) => PACKAGE + name);

/** A coordinator's records of some types as JSON, without anything between them, as Java does; others are passed over. */
class CoordinatorFormatter implements Formatter {
  readonly #kinds: ReadonlyMap<number, RecordKind>;
  readonly #types: readonly number[];

  constructor(kinds: ReadonlyMap<number, RecordKind>, types: readonly number[]) {
    this.#kinds = kinds;
    this.#types = types;
  }

  write({ key: keyBytes, value: valueBytes }: UntypedRecord, output: ByteOutput): void {
    if (keyBytes === null || keyBytes.length < 2 || !this.#types.includes(keyBytes.readInt16BE(0))) return;
    try {
      const { key, value } = decodeCoordinatorRecord(this.#kinds, keyBytes, valueBytes);
      output.text(
        jsonText({
          key: { version: key.version, data: key.data },
          value: value === null ? null : { version: value.version, data: value.data },
        }),
      );
    } catch (error) {
      if (!(error instanceof UnknownRecordType)) throw error;
    }
  }
}
