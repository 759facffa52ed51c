/** How a line of the console producer becomes a record, and a record a line of the console consumer. */
import { ToolError } from '../cli/tool.ts';

export interface TextHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

export interface TextRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly TextHeader[];
}

/** Properties of the line reader (`--property`), with Kafka's names and defaults. */
export class LineReader {
  readonly #parseKey: boolean;
  readonly #parseHeaders: boolean;
  readonly #ignoreError: boolean;
  readonly #keySeparator: string;
  readonly #headersDelimiter: string;
  readonly #headersSeparator: string;
  readonly #headersKeySeparator: string;
  readonly #nullMarker: string | undefined;
  #lineNumber = 0;

  constructor(properties: ReadonlyMap<string, string>) {
    const flag = (name: string): boolean => (properties.get(name) ?? 'false').trim().toLowerCase() === 'true';
    this.#parseKey = flag('parse.key');
    this.#parseHeaders = flag('parse.headers');
    this.#ignoreError = flag('ignore.error');
    this.#keySeparator = properties.get('key.separator') ?? '\t';
    this.#headersDelimiter = properties.get('headers.delimiter') ?? '\t';
    this.#headersSeparator = properties.get('headers.separator') ?? ',';
    this.#headersKeySeparator = properties.get('headers.key.separator') ?? ':';
    this.#nullMarker = properties.get('null.marker');
    if (this.#headersDelimiter === this.#headersSeparator)
      throw new ToolError('headers.delimiter and headers.separator may not be equal');
    if (this.#headersDelimiter === this.#headersKeySeparator)
      throw new ToolError('headers.delimiter and headers.key.separator may not be equal');
    if (this.#headersSeparator === this.#headersKeySeparator)
      throw new ToolError('headers.separator and headers.key.separator may not be equal');
    if (
      this.#nullMarker !== undefined &&
      [this.#keySeparator, this.#headersSeparator, this.#headersKeySeparator].includes(this.#nullMarker)
    ) {
      throw new ToolError('null.marker and the separators may not be equal');
    }
  }

  read(line: string): TextRecord {
    this.#lineNumber++;
    let rest = line;
    let headers: TextHeader[] = [];
    let key: Buffer | null = null;
    if (this.#parseHeaders) {
      const at = rest.indexOf(this.#headersDelimiter);
      if (at >= 0) {
        headers = this.#headers(rest.slice(0, at));
        rest = rest.slice(at + this.#headersDelimiter.length);
      } else if (!this.#ignoreError)
        throw new ToolError(`No headers delimiter found on line number ${this.#lineNumber}: '${line}'`);
    }
    if (this.#parseKey) {
      const at = rest.indexOf(this.#keySeparator);
      if (at >= 0) {
        key = this.#bytes(rest.slice(0, at));
        rest = rest.slice(at + this.#keySeparator.length);
      } else if (!this.#ignoreError)
        throw new ToolError(`No key separator found on line number ${this.#lineNumber}: '${line}'`);
    }
    return { key, value: this.#bytes(rest), headers };
  }

  #headers(text: string): TextHeader[] {
    if (text === this.#nullMarker) return [];
    return text.split(this.#headersSeparator).map((pair) => {
      const at = pair.indexOf(this.#headersKeySeparator);
      if (at < 0) {
        if (!this.#ignoreError)
          throw new ToolError(`No header key separator found in pair '${pair}' on line number ${this.#lineNumber}`);
        return { key: pair, value: null };
      }
      return { key: pair.slice(0, at), value: this.#bytes(pair.slice(at + this.#headersKeySeparator.length)) };
    });
  }

  #bytes(text: string): Buffer | null {
    return text === this.#nullMarker ? null : Buffer.from(text, 'utf8');
  }
}

export interface PrintableRecord extends TextRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number | bigint;
  readonly timestampType: 'CreateTime' | 'LogAppendTime' | 'NoTimestampType';
}

/** Properties of the default formatter (`--property`), with Kafka's names and defaults. */
export class RecordFormatter {
  readonly #properties: ReadonlyMap<string, string>;

  constructor(properties: ReadonlyMap<string, string>) {
    this.#properties = properties;
  }

  format(record: PrintableRecord): Buffer {
    const nullText = Buffer.from(this.#properties.get('null.literal') ?? 'null');
    const fields: Buffer[] = [];
    if (this.#shows('print.timestamp')) {
      fields.push(
        Buffer.from(
          record.timestampType === 'NoTimestampType' ? 'NO_TIMESTAMP' : `${record.timestampType}:${record.timestamp}`,
        ),
      );
    }
    if (this.#shows('print.partition')) fields.push(Buffer.from(`Partition:${record.partition}`));
    if (this.#shows('print.offset')) fields.push(Buffer.from(`Offset:${record.offset}`));
    if (this.#shows('print.headers')) fields.push(this.#headers(record.headers, nullText));
    if (this.#shows('print.key')) fields.push(record.key ?? nullText);
    if (this.#shows('print.value', 'true')) fields.push(record.value ?? nullText);
    const separator = Buffer.from(this.#properties.get('key.separator') ?? '\t');
    const joined = fields.flatMap((field, index) => (index === 0 ? [field] : [separator, field]));
    return Buffer.concat([...joined, Buffer.from(this.#properties.get('line.separator') ?? '\n')]);
  }

  #shows(name: string, preset = 'false'): boolean {
    return (this.#properties.get(name) ?? preset).trim().toLowerCase() === 'true';
  }

  #headers(headers: readonly TextHeader[], nullText: Buffer): Buffer {
    if (headers.length === 0) return Buffer.from('NO_HEADERS');
    const separator = Buffer.from(this.#properties.get('headers.separator') ?? ',');
    return Buffer.concat(
      headers.flatMap(({ key, value }, index) => [
        ...(index === 0 ? [] : [separator]),
        Buffer.from(`${key}:`),
        value ?? nullText,
      ]),
    );
  }
}

/** `a=b` settings, given several times; a later one wins. */
export function parseProperties(pairs: readonly string[]): Map<string, string> {
  const properties = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new ToolError(`Invalid command line properties: ${pair}`);
    properties.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return properties;
}
