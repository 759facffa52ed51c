/** Big-endian fields into a growing buffer. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(initialBytes = 1024) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written; a view that is valid until the next write. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  uint8(value: number): void {
    this.#room(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
  }

  uint32(value: number): void {
    this.#room(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
  }

  int32(value: number): void {
    this.#room(4);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
  }

  /** A safe integer >= 0. */
  uint64(value: number): void {
    this.uint32(Math.floor(value / 0x1_0000_0000));
    this.uint32(value % 0x1_0000_0000);
  }

  /** An int32 length, -1 for null, and the bytes. */
  data(value: Uint8Array | null): void {
    if (value === null) {
      this.int32(-1);
      return;
    }
    this.int32(value.length);
    this.#room(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.int32(size);
    this.#room(size);
    this.#length += this.#buffer.write(value, this.#length);
  }

  uint32At(position: number, value: number): void {
    this.#buffer.writeUInt32BE(value, position);
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Thrown by a `ByteReader` that would read past its end; the caller turns it into an error that names the file. */
export class ShortRead extends Error {}

export class ByteReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #position: number;

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#position = start;
    this.#end = end;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#take(4));
  }

  uint64(): number {
    const high = this.uint32();
    return high * 0x1_0000_0000 + this.uint32();
  }

  /** A copy: the journal's buffer does not live on in the tree. */
  data(): Buffer | null {
    const length = this.int32();
    if (length < 0) return null;
    const start = this.#take(length);
    return Buffer.from(this.#buffer.subarray(start, start + length));
  }

  text(): string {
    const length = this.int32();
    if (length < 0) throw new ShortRead('negative length');
    const start = this.#take(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  #take(length: number): number {
    const start = this.#position;
    if (start + length > this.#end) throw new ShortRead(`${length} bytes wanted, ${this.#end - start} left`);
    this.#position = start + length;
    return start;
  }
}
