import type { UntypedRecord } from '@ottla/client';
import type { ByteOutput } from './byte-output.ts';
import { type Deserializer, deserializerOf } from './deserializers.ts';
import type { Formatter } from './formatters.ts';

/** One line a record. Java: org.apache.kafka.tools.consumer.DefaultMessageFormatter, and `print.epoch`, `print.delivery` of 4.x. */
export class DefaultFormatter implements Formatter {
  readonly #shows: Readonly<
    Record<'timestamp' | 'partition' | 'offset' | 'delivery' | 'epoch' | 'headers' | 'key' | 'value', boolean>
  >;
  readonly #keySeparator: Buffer;
  readonly #lineSeparator: Buffer;
  readonly #headersSeparator: Buffer;
  readonly #nullLiteral: Buffer;
  readonly #key: Deserializer | undefined;
  readonly #value: Deserializer | undefined;
  readonly #headers: Deserializer | undefined;

  constructor(properties: ReadonlyMap<string, string>) {
    const shows = (name: string, preset = 'false'): boolean =>
      (properties.get(`print.${name}`) ?? preset).trim().toLowerCase() === 'true';
    this.#shows = {
      timestamp: shows('timestamp'),
      partition: shows('partition'),
      offset: shows('offset'),
      delivery: shows('delivery'),
      epoch: shows('epoch'),
      headers: shows('headers'),
      key: shows('key'),
      value: shows('value', 'true'),
    };
    const bytes = (name: string, preset: string): Buffer => Buffer.from(properties.get(name) ?? preset);
    this.#keySeparator = bytes('key.separator', '\t');
    this.#lineSeparator = bytes('line.separator', '\n');
    this.#headersSeparator = bytes('headers.separator', ',');
    this.#nullLiteral = bytes('null.literal', 'null');
    this.#key = deserializerOf(properties.get('key.deserializer'));
    this.#value = deserializerOf(properties.get('value.deserializer'));
    this.#headers = deserializerOf(properties.get('headers.deserializer'));
  }

  write(record: UntypedRecord, output: ByteOutput): void {
    const shows = this.#shows;
    const fields: (() => void)[] = [];
    if (shows.timestamp) {
      const { timestampType, timestamp } = record;
      fields.push(() =>
        output.text(timestampType === 'NoTimestampType' ? 'NO_TIMESTAMP' : `${timestampType}:${timestamp}`),
      );
    }
    if (shows.partition) fields.push(() => output.text(`Partition:${record.partition}`));
    if (shows.offset) fields.push(() => output.text(`Offset:${record.offset}`));
    if (shows.delivery) fields.push(() => output.text('Delivery:NOT_PRESENT'));
    if (shows.epoch)
      fields.push(() => output.text(record.leaderEpoch < 0 ? 'Epoch:NOT_PRESENT' : `Epoch:${record.leaderEpoch}`));
    if (shows.headers) fields.push(() => this.#writeHeaders(record, output));
    if (shows.key) fields.push(() => this.#writeBytes(record.key, this.#key, output));
    if (shows.value) fields.push(() => this.#writeBytes(record.value, this.#value, output));
    for (const [at, write] of fields.entries()) {
      if (at > 0) output.bytes(this.#keySeparator);
      write();
    }
    if (fields.length > 0) output.bytes(this.#lineSeparator);
  }

  /** Java deserializes the null literal, too. */
  #writeBytes(bytes: Uint8Array | null, deserializer: Deserializer | undefined, output: ByteOutput): void {
    const some = bytes ?? this.#nullLiteral;
    output.bytes(deserializer === undefined ? some : deserializer(some));
  }

  #writeHeaders(record: UntypedRecord, output: ByteOutput): void {
    let isFirst = true;
    for (const { key, value } of record.headers) {
      if (!isFirst) output.bytes(this.#headersSeparator);
      isFirst = false;
      output.text(`${key}:`);
      this.#writeBytes(value, this.#headers, output);
    }
    if (isFirst) output.text('NO_HEADERS');
  }
}
