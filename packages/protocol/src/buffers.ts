import type { MessageCodec } from './message-codec.ts';
import { joinParts } from './outgoing-part.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const scratch = /* @__PURE__ */ new Writer(1024);

/** Runs `write` and returns what it wrote in a buffer of its own. */
export function writeToBuffer(write: (writer: Writer) => void): Buffer {
  scratch.reset();
  try {
    write(scratch);
  } catch (error) {
    scratch.discard();
    throw error;
  }
  return joinParts(scratch.finish());
}

/** The message alone, without header or size, in a buffer of its own. */
export function encodeToBuffer<T, Init>(codec: MessageCodec<T, Init>, value: Init, version: number): Buffer {
  return writeToBuffer((writer) => codec.encode(writer, value, version));
}

/** The message that fills `buffer` exactly; anything left over is a ProtocolError. Bytes in it are views into `buffer`. */
export function decodeFromBuffer<T, Init>(codec: MessageCodec<T, Init>, buffer: Buffer, version: number): T {
  const reader = new Reader(buffer);
  const value = codec.decode(reader, version);
  reader.end(codec.name);
  return value;
}
