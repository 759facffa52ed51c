/**
 * `buffer.subarray` costs twice what making the same view directly does, and asking a buffer for its memory as much again, which
 * shows when every record has a key and a value. The class stands where Node's own would: everything it makes is a Buffer, in
 * every respect that code can see.
 */
class View extends Uint8Array<ArrayBufferLike> {}
Object.setPrototypeOf(View.prototype, Buffer.prototype);
Object.defineProperty(View.prototype, 'constructor', { value: Buffer });

/** `Buffer.from(memory, start, length)`; the range must lie within it. */
export function bufferView(memory: ArrayBufferLike, start: number, length: number): Buffer;
export function bufferView(memory: ArrayBufferLike, start: number, length: number): Uint8Array {
  return new View(memory, start, length);
}
