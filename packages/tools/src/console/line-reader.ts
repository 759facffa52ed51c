/** How a line of the console producer becomes a record. Java: org.apache.kafka.tools.LineMessageReader. */
import { JavaError } from '../cli/java-error.ts';

export type LineHeader = readonly [name: string, value: string | null];

export interface LineRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly LineHeader[] | undefined;
}

const isOn = (text: string | undefined): boolean => (text ?? 'false').trim().toLowerCase() === 'true';

function refuse(message: string): never {
  throw new JavaError('org.apache.kafka.common.KafkaException', message);
}

/** Properties of the line reader (`--property`), with Kafka's names and defaults. Throws JavaError. */
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
    this.#parseKey = isOn(properties.get('parse.key'));
    this.#parseHeaders = isOn(properties.get('parse.headers'));
    this.#ignoreError = isOn(properties.get('ignore.error'));
    this.#keySeparator = properties.get('key.separator') ?? '\t';
    this.#headersDelimiter = properties.get('headers.delimiter') ?? '\t';
    this.#headersSeparator = properties.get('headers.separator') ?? ',';
    this.#headersKeySeparator = properties.get('headers.key.separator') ?? ':';
    this.#nullMarker = properties.get('null.marker');
    this.#checkSeparators();
  }

  #checkSeparators(): void {
    const named = {
      'null.marker': this.#nullMarker,
      'key.separator': this.#keySeparator,
      'headers.delimiter': this.#headersDelimiter,
      'headers.separator': this.#headersSeparator,
      'headers.key.separator': this.#headersKeySeparator,
    };
    const pairs = [
      ['headers.delimiter', 'headers.separator'],
      ['headers.delimiter', 'headers.key.separator'],
      ['headers.separator', 'headers.key.separator'],
      ['null.marker', 'key.separator'],
      ['null.marker', 'headers.separator'],
      ['null.marker', 'headers.delimiter'],
      ['null.marker', 'headers.key.separator'],
    ] as const;
    for (const [left, right] of pairs) {
      if (named[left] === named[right]) refuse(`${left} and ${right} may not be equal`);
    }
  }

  /** A line without its end. */
  read(line: string): LineRecord {
    this.#lineNumber++;
    if (!this.#parseKey && !this.#parseHeaders) return { key: null, value: this.#orNull(line), headers: undefined };
    let rest = line;
    let headers: readonly LineHeader[] | undefined;
    let key: string | null = null;
    if (this.#parseHeaders) {
      const [before, after] = this.#cut(rest, this.#headersDelimiter, 'headers delimiter', line);
      if (before !== undefined) headers = this.#headers(before);
      rest = after;
    }
    if (this.#parseKey) {
      const [before, after] = this.#cut(rest, this.#keySeparator, 'key separator', line);
      if (before !== undefined) key = this.#orNull(before);
      rest = after;
    }
    return { key, value: this.#orNull(rest), headers };
  }

  /** What stands before and after the separator; where there is none and that is no error, all of it comes after. */
  #cut(text: string, separator: string, what: string, line: string): [before: string | undefined, after: string] {
    const at = text.indexOf(separator);
    if (at >= 0) return [text.slice(0, at), text.slice(at + separator.length)];
    if (!this.#ignoreError) refuse(`No ${what} found on line number ${this.#lineNumber}: '${line}'`);
    return [undefined, text];
  }

  #headers(text: string): LineHeader[] {
    if (text === this.#nullMarker) return [];
    return text.split(this.#headersSeparator).map((pair): LineHeader => {
      const at = pair.indexOf(this.#headersKeySeparator);
      if (at >= 0) return [pair.slice(0, at), this.#orNull(pair.slice(at + this.#headersKeySeparator.length))];
      if (!this.#ignoreError)
        refuse(`No header key separator found in pair '${pair}' on line number ${this.#lineNumber}`);
      return [pair, null];
    });
  }

  #orNull(text: string): string | null {
    return text === this.#nullMarker ? null : text;
  }
}
