/** Java's deserializers as their values print (`toString`). Throws JavaError for bytes that are none of theirs. */
import { javaDouble } from '@ottla/protocol/json';
import { JavaError } from '../cli/java-error.ts';

/** The text's bytes. */
export type Deserializer = (bytes: Uint8Array) => Uint8Array;

const PACKAGE = 'org.apache.kafka.common.serialization';

function view(bytes: Uint8Array, name: string, size: number): DataView {
  if (bytes.length !== size)
    throw new JavaError(
      'org.apache.kafka.common.errors.SerializationException',
      `Size of data received by ${name} is not ${size}`,
    );
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function number(name: string, size: number, text: (view: DataView) => string): [string, Deserializer] {
  return [name, (bytes) => Buffer.from(text(view(bytes, name, size)))];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

const KNOWN: ReadonlyMap<string, Deserializer> = new Map<string, Deserializer>([
  ['StringDeserializer', (bytes) => Buffer.from(text(bytes))],
  ['ByteArrayDeserializer', (bytes) => bytes],
  ['ByteBufferDeserializer', (bytes) => bytes],
  ['BytesDeserializer', (bytes) => Buffer.from(printable(bytes))],
  ['UUIDDeserializer', (bytes) => Buffer.from(text(bytes).toLowerCase())],
  number('BooleanDeserializer', 1, (view) => String(view.getUint8(0) !== 0)),
  number('ShortDeserializer', 2, (view) => String(view.getInt16(0))),
  number('IntegerDeserializer', 4, (view) => String(view.getInt32(0))),
  number('LongDeserializer', 8, (view) => String(view.getBigInt64(0))),
  number('FloatDeserializer', 4, (view) => javaDouble(shortestFloat(view.getFloat32(0)))),
  number('DoubleDeserializer', 8, (view) => javaDouble(view.getFloat64(0))),
]);

/** Java: `Bytes.toString`. */
function printable(bytes: Uint8Array): string {
  let shown = '';
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x5c;
    shown += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return shown;
}

/** The double with the fewest digits that is this float. */
function shortestFloat(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return float;
}

export const BUILT_IN_DESERIALIZERS = `${[...KNOWN.keys()].join(', ')} of ${PACKAGE}`;

/** Undefined for the empty name, and for a class that is not built in: the bytes as they are. */
export function deserializerOf(className = ''): Deserializer | undefined {
  const name = className.startsWith(`${PACKAGE}.`) ? className.slice(PACKAGE.length + 1) : className;
  return KNOWN.get(name.replace('$', '.'));
}
