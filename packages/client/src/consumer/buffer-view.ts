/**
 * `buffer.subarray` costs twice what making the same view directly does, which shows when every record has a key and a
 * value. The class stands where Node's own would: everything it makes is a Buffer, in every respect that code can see.
 */
class View extends Uint8Array<ArrayBufferLike> {}
Object.setPrototypeOf(View.prototype, Buffer.prototype);
Object.defineProperty(View.prototype, 'constructor', { value: Buffer });

/** `buffer.subarray(start, end)`; the range must lie within the buffer. */
export function bufferView(buffer: Buffer, start: number, end: number): Buffer {
  const view = new View(buffer.buffer, buffer.byteOffset + start, end - start);
  return Buffer.isBuffer(view) ? view : buffer.subarray(start, end);
}
