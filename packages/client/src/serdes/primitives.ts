/** The serdes of Java's client: StringSerializer, BytesSerializer, IntegerSerializer and their kin, byte for byte. */
import { present, type Serde } from './serde.ts';

/** UTF-8. */
export const string: Serde<string> = {
  name: 'string',
  serialize: (value) => Buffer.from(value, 'utf8'),
  deserialize: (bytes, context) => present(bytes, 'string', context).toString('utf8'),
};

/** As they are. A buffer that was read is a view over what was received: copy it to keep it for long. */
export const bytes: Serde<Buffer, Uint8Array> = {
  name: 'bytes',
  serialize: (value) => value,
  deserialize: (data, context) => present(data, 'bytes', context),
};

/** int32, big-endian. */
export const int32: Serde<number> = {
  name: 'int32',
  serialize: (value) => {
    const data = Buffer.allocUnsafe(4);
    data.writeInt32BE(value);
    return data;
  },
  deserialize: (data, context) => sized(present(data, 'int32', context), 4).readInt32BE(),
};

/** int64, big-endian. */
export const int64: Serde<bigint, bigint | number> = {
  name: 'int64',
  serialize: (value) => {
    const data = Buffer.allocUnsafe(8);
    data.writeBigInt64BE(BigInt(value));
    return data;
  },
  deserialize: (data, context) => sized(present(data, 'int64', context), 8).readBigInt64BE(),
};

/** float64, big-endian. */
export const float64: Serde<number> = {
  name: 'float64',
  serialize: (value) => {
    const data = Buffer.allocUnsafe(8);
    data.writeDoubleBE(value);
    return data;
  },
  deserialize: (data, context) => sized(present(data, 'float64', context), 8).readDoubleBE(),
};

function sized(data: Buffer, size: number): Buffer {
  if (data.length !== size) throw new RangeError(`${data.length} bytes where ${size} were expected`);
  return data;
}
